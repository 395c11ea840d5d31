package dev.tarn.storage.s3;

/// Sees each request when it has been answered; for metrics. Must not block.
public interface S3Observer {
    S3Observer NONE = (operation, status, durationNanos, bytesReceived, bytesSent) -> {};

    /// @param operation S3's name of the call, such as `PutObject`; `Unknown` if it has none
    /// @param bytesReceived as the body announced them
    void answered(
            String operation, int status, long durationNanos, long bytesReceived, long bytesSent);
}
