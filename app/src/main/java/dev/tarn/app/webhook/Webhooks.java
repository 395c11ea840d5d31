package dev.tarn.app.webhook;

import dev.tarn.app.config.Secret;
import dev.tarn.app.http.Json;
import dev.tarn.app.webhook.Webhook.Attempt;
import dev.tarn.app.webhook.Webhook.Filter;
import dev.tarn.store.Database;
import dev.tarn.store.Lease;
import dev.tarn.store.Migration;
import dev.tarn.store.Row;
import dev.tarn.store.Transaction;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// The webhooks of this installation.
public final class Webhooks {
    private static final int ERROR_LENGTH_MAX = 500;

    private static final List<Migration> MIGRATIONS =
            List.of(
                    new Migration(
                            1,
                            "webhooks",
                            """
                            CREATE TABLE webhook (
                              id ${text} PRIMARY KEY,
                              version BIGINT NOT NULL,
                              url ${text} NOT NULL,
                              filter ${text} NOT NULL,
                              secret ${text} NOT NULL,
                              created_ms BIGINT NOT NULL,
                              position BIGINT NOT NULL,
                              paused ${text},
                              failures BIGINT NOT NULL,
                              delivered BIGINT NOT NULL,
                              last_ms BIGINT,
                              last_status BIGINT,
                              last_error ${text});
                            """));

    private static final String SELECT =
            "SELECT id, version, url, filter, secret, created_ms, position, paused, failures,"
                    + " delivered, last_ms, last_status, last_error FROM webhook";

    private final Database database;
    private final InstantSource clock;
    private final Semaphore changes = new Semaphore(0);

    public Webhooks(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
        database.migrate("webhook", MIGRATIONS);
    }

    /// What is not known yet is the secret; everything else is chosen by its maker.
    public Webhook create(URI url, Filter filter, Secret secret, long cursor) {
        String id = UUID.randomUUID().toString();
        Webhook created =
                database.write(tx -> {
                    tx.update(
                            "INSERT INTO webhook (id, version, url, filter, secret, created_ms,"
                                + " position, failures, delivered) VALUES (?, 0, ?, ?, ?, ?, ?, 0,"
                                + " 0)",
                            id,
                            url.toString(),
                            json(filter),
                            secret.value(),
                            clock.millis(),
                            cursor);
                    return find(tx, id).orElseThrow();
                });
        changes.release();
        return created;
    }

    /// By id, those after `after`.
    public List<Webhook> list(String after, int limit) {
        return database.read(tx ->
                tx.query(
                        SELECT + " WHERE id > ? ORDER BY id LIMIT ?",
                        Webhooks::webhook,
                        after,
                        limit));
    }

    public Optional<Webhook> find(String id) {
        return database.read(tx -> find(tx, id));
    }

    private static Optional<Webhook> find(Transaction tx, String id) {
        return tx.queryOne(SELECT + " WHERE id = ?", Webhooks::webhook, id);
    }

    /// @param secret null to keep the one it has
    public Optional<Webhook> replace(String id, URI url, Filter filter, @Nullable Secret secret) {
        return change(
                id,
                "url = ?, filter = ?, secret = COALESCE(?, secret)",
                url.toString(),
                json(filter),
                secret == null ? null : secret.value());
    }

    public Optional<Webhook> pause(String id, String reason) {
        return change(id, "paused = ?", reason);
    }

    public Optional<Webhook> resume(String id) {
        return change(id, "paused = NULL, failures = 0");
    }

    /// Delivers again what comes after `cursor`, and goes on from there.
    public Optional<Webhook> redeliver(String id, long cursor) {
        return change(id, "paused = NULL, failures = 0, position = ?", cursor);
    }

    private Optional<Webhook> change(String id, String assignments, @Nullable Object... values) {
        @Nullable Object[] arguments = new @Nullable Object[values.length + 1];
        System.arraycopy(values, 0, arguments, 0, values.length);
        arguments[values.length] = id;
        Optional<Webhook> changed =
                database.write(tx -> {
                    tx.update(
                            "UPDATE webhook SET version = version + 1, %s WHERE id = ?"
                                    .formatted(assignments),
                            arguments);
                    return find(tx, id);
                });
        changes.release();
        return changed;
    }

    public boolean delete(String id) {
        return database.write(tx -> tx.update("DELETE FROM webhook WHERE id = ?", id)) == 1;
    }

    List<String> active() {
        return database.read(tx ->
                tx.query(
                        "SELECT id FROM webhook WHERE paused IS NULL ORDER BY id",
                        row -> row.string(1)));
    }

    /// Signalled when somebody has made or changed a webhook by this process.
    Semaphore changes() {
        return changes;
    }

    /// Writes down that events up to `cursor` were told, or need not be. False if somebody has
    /// changed the hook meanwhile.
    boolean advance(Lease lease, Webhook hook, long cursor, int delivered, @Nullable Attempt last) {
        return fenced(
                lease,
                hook,
                "position = ?, delivered = delivered + ?, failures = 0, last_ms = COALESCE(?,"
                        + " last_ms), last_status = COALESCE(?, last_status), last_error = NULL",
                cursor,
                delivered,
                last == null ? null : last.at().toEpochMilli(),
                last == null || last.status() == null ? null : (long) last.status());
    }

    /// @param pausedReason null if there will be another attempt
    boolean failed(Lease lease, Webhook hook, Attempt last, @Nullable String pausedReason) {
        String error = String.valueOf(last.error());
        return fenced(
                lease,
                hook,
                "failures = failures + 1, last_ms = ?, last_status = ?, last_error = ?, paused = ?",
                last.at().toEpochMilli(),
                last.status() == null ? null : (long) last.status(),
                error.substring(0, Math.min(error.length(), ERROR_LENGTH_MAX)),
                pausedReason);
    }

    private boolean fenced(
            Lease lease, Webhook hook, String assignments, @Nullable Object... values) {
        @Nullable Object[] arguments = new @Nullable Object[values.length + 2];
        System.arraycopy(values, 0, arguments, 0, values.length);
        arguments[values.length] = hook.id();
        arguments[values.length + 1] = hook.version();
        return database.write(tx -> {
            int changed =
                    tx.update(
                            "UPDATE webhook SET %s WHERE id = ? AND version = ?"
                                    .formatted(assignments),
                            arguments);
            lease.require(tx);
            return changed;
        })
                == 1;
    }

    private static String json(Filter filter) {
        return new String(Json.write(filter), StandardCharsets.UTF_8);
    }

    private static Webhook webhook(Row row) {
        Long lastMillis = row.numberOrNull(11);
        Long status = row.numberOrNull(12);
        return new Webhook(
                row.string(1),
                row.number(2),
                URI.create(row.string(3)),
                Json.read(row.string(4).getBytes(StandardCharsets.UTF_8), Filter.class),
                new Secret(row.string(5)),
                Instant.ofEpochMilli(row.number(6)),
                row.number(7),
                row.stringOrNull(8),
                Math.toIntExact(row.number(9)),
                row.number(10),
                lastMillis == null
                        ? null
                        : new Attempt(
                                Instant.ofEpochMilli(lastMillis),
                                status == null ? null : Math.toIntExact(status),
                                row.stringOrNull(13)));
    }
}
