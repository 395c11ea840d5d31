package dev.tarn.storage.local;

/// A call about an object sent in parts does not fit what was sent.
public final class UploadRefusedException extends RuntimeException {
    public enum Reason {
        NO_SUCH_UPLOAD,
        INVALID_PART,
        INVALID_PART_ORDER,
        PART_TOO_SMALL
    }

    private final Reason reason;

    UploadRefusedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
