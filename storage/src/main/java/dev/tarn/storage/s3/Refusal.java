package dev.tarn.storage.s3;

/// An answer that is not what the client asked for, with S3's code and status.
final class Refusal extends RuntimeException {
    private final int status;
    private final String code;

    Refusal(int status, String code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    String text() {
        String text = getMessage();
        return text == null ? code : text;
    }

    static Refusal invalid(String message) {
        return new Refusal(400, "InvalidArgument", message);
    }

    static Refusal denied(String message) {
        return new Refusal(403, "AccessDenied", message);
    }

    static Refusal missing(String code, String message) {
        return new Refusal(404, code, message);
    }
}
