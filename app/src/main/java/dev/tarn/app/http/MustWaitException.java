package dev.tarn.app.http;

/// The request cannot be answered on the network's own thread; nothing was done, and it is asked
/// again on a thread that may wait.
final class MustWaitException extends RuntimeException {

    MustWaitException() {
        super("This may wait, on a thread that must not", null, false, false);
    }
}
