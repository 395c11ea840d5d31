package dev.tarn.engine.statement;

/// The statement was cancelled by its own client.
public final class StatementCancelledException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StatementCancelledException(String id) {
        super("Statement cancelled: " + id);
    }
}
