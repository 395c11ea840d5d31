package dev.tarn.pipeline.transform.sql;

/// What is wrong with a query, in one sentence.
public final class SqlProblem extends Exception {
    SqlProblem(String message) {
        super(message, null, false, false);
    }
}
