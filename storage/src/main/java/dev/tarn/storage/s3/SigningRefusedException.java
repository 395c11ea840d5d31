package dev.tarn.storage.s3;

/// A request that is not signed for whoever asks.
public final class SigningRefusedException extends RuntimeException {
    private final boolean forbidden;

    SigningRefusedException(boolean forbidden, String message) {
        super(message);
        this.forbidden = forbidden;
    }

    /// Whether it reaches beyond what may be signed; otherwise it makes no sense.
    public boolean isForbidden() {
        return forbidden;
    }
}
