package dev.tarn.engine.trino;

/// Another program listens where Trino should.
public final class PortTakenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PortTakenException(int port, Throwable cause) {
        super(
                "Port %s of 127.0.0.1 is taken: stop the program that listens there, or give Trino another port"
                        .formatted(port),
                cause);
    }
}
