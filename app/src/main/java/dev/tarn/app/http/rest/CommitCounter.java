package dev.tarn.app.http.rest;

import dev.tarn.app.http.Errors;
import dev.tarn.app.metrics.CommitOutcome;
import dev.tarn.app.metrics.Metrics;
import dev.tarn.store.OutcomeUnknownException;
import java.util.function.Supplier;
import org.apache.iceberg.exceptions.CommitStateUnknownException;

/// Counts how commits end.
final class CommitCounter {
    private final Metrics metrics;

    CommitCounter(Metrics metrics) {
        this.metrics = metrics;
    }

    <T> T count(String kind, Supplier<T> commit) {
        try {
            T done = commit.get();
            metrics.commit(kind, CommitOutcome.COMMITTED);
            return done;
        } catch (RuntimeException e) {
            metrics.commit(kind, outcome(e));
            throw e;
        }
    }

    void count(String kind, Runnable commit) {
        count(
                kind,
                () -> {
                    commit.run();
                    return kind;
                });
    }

    private static CommitOutcome outcome(RuntimeException thrown) {
        if (thrown instanceof CommitStateUnknownException
                || thrown instanceof OutcomeUnknownException) {
            return CommitOutcome.UNKNOWN;
        }
        int status = Errors.status(thrown);
        if (status == 409) {
            return CommitOutcome.CONFLICT;
        }
        return status < 500 ? CommitOutcome.REFUSED : CommitOutcome.FAILED;
    }
}
