package dev.tarn.catalog.event;

import dev.tarn.store.Database;
import dev.tarn.store.OutcomeUnknownException;
import dev.tarn.store.Transaction;

/// Gives events that were committed their position in the stream.
///
/// A database hands out ids when a row is written, not when it is committed, so an event may appear
/// after one with a larger id. Positions are given afterwards, to what can be seen, so none appears
/// before one that was given. Of two events of the same thing the earlier has the smaller id and is
/// seen first, because the later was written under the row lock that the earlier gave up by its
/// commit: so they are numbered in their order. Writers wait for nobody; those who number wait for
/// each other.
final class Numbering {
    private static final String LOCK = "event";
    private static final int BATCH = 1_000;
    private static final int BATCHES_MAX = 1_000;

    private static final String WAITING = "SELECT id FROM event WHERE position IS NULL LIMIT 1";

    private static final String NUMBER =
            """
            UPDATE event SET position = numbered.position
            FROM (SELECT id, ? + ROW_NUMBER() OVER (ORDER BY id) AS position
                  FROM (SELECT id FROM event WHERE position IS NULL ORDER BY id LIMIT %s) AS waiting)
              AS numbered
            WHERE event.id = numbered.id
            """
                    .formatted(BATCH);

    private final Database database;

    Numbering(Database database) {
        this.database = database;
    }

    /// Whether there are committed events without a position.
    static boolean isDue(Transaction tx) {
        return tx.queryOne(WAITING, row -> row.number(1)).isPresent();
    }

    /// Numbers what was committed before.
    void run() {
        for (int batch = 0; batch < BATCHES_MAX; batch++) {
            try {
                if (database.<Integer>write(Numbering::numberSome) < BATCH) {
                    return;
                }
            } catch (OutcomeUnknownException e) {
                // Numbered or not: who reads next sees which.
                return;
            }
        }
    }

    private static int numberSome(Transaction tx) {
        tx.lock(LOCK);
        long last =
                tx.queryOne("SELECT position FROM event_stream", row -> row.number(1))
                        .orElseThrow();
        int numbered = tx.update(NUMBER, last);
        if (numbered > 0) {
            tx.update("UPDATE event_stream SET position = ?", last + numbered);
        }
        return numbered;
    }
}
