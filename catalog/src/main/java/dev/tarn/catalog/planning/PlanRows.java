package dev.tarn.catalog.planning;

import dev.tarn.catalog.Changes;
import dev.tarn.store.Database;
import java.time.InstantSource;
import org.apache.iceberg.exceptions.NoSuchPlanIdException;

/// What every replica knows of the plans that took too long to be answered at once: what they are
/// of, and whether they were cancelled.
final class PlanRows {
    /// Of more, the oldest are forgotten.
    private static final int ROWS_MAX = 1_000;

    /// Filters can be as large as request bodies.
    private static final int TASK_CHARS_MAX = 64 << 10;

    private final Database database;
    private final InstantSource clock;
    private final PlanLimits limits;

    PlanRows(Database database, InstantSource clock, PlanLimits limits) {
        this.database = database;
        this.clock = clock;
        this.limits = limits;
    }

    /// @param task the token of the whole plan
    record PlanRow(String task, boolean cancelled) {}

    /// Whether a task is small enough to be remembered.
    static boolean takes(String task) {
        return task.length() <= TASK_CHARS_MAX;
    }

    void insert(PlanId id, String task) {
        long now = clock.millis();
        Changes.<Boolean>write(
                database,
                tx -> {
                    tx.update(
                            "INSERT INTO scan_plan (id, task, created_ms, cancelled)"
                                    + " VALUES (?, ?, ?, 0)",
                            id.text(),
                            task,
                            now);
                    tx.update(
                            "DELETE FROM scan_plan WHERE created_ms < ?",
                            now - limits.kept().toMillis());
                    tx.update(
                            "DELETE FROM scan_plan WHERE id IN (SELECT id FROM scan_plan"
                                    + " ORDER BY created_ms DESC, id LIMIT ? OFFSET ?)",
                            ROWS_MAX,
                            ROWS_MAX);
                    return true;
                });
    }

    /// @throws NoSuchPlanIdException if there is none, or none any more
    PlanRow require(PlanId id) {
        long outdated = clock.millis() - limits.kept().toMillis();
        return database.read(tx ->
                        tx.queryOne(
                                "SELECT task, cancelled FROM scan_plan"
                                        + " WHERE id = ? AND created_ms >= ?",
                                row -> new PlanRow(row.string(1), row.number(2) != 0),
                                id.text(),
                                outdated))
                .orElseThrow(() -> missing(id));
    }

    /// @throws NoSuchPlanIdException if there is none
    void cancel(PlanId id) {
        boolean known =
                Changes.write(
                        database,
                        tx ->
                                tx.update(
                                                "UPDATE scan_plan SET cancelled = 1 WHERE id = ?",
                                                id.text())
                                        == 1);
        if (!known) {
            throw missing(id);
        }
    }

    private static NoSuchPlanIdException missing(PlanId id) {
        return new NoSuchPlanIdException("Plan does not exist: %s", id.text());
    }
}
