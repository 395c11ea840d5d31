package dev.tarn.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// Brings a component's tables to the version the program knows, in one transaction.
///
/// Each step applied is a row of `schema_version` with the checksum of its text, so that an edited
/// step and a schema of the future are refused rather than guessed at.
final class Migrations {
    private static final String VERSIONS =
            """
            CREATE TABLE IF NOT EXISTS schema_version (
              component ${text} NOT NULL,
              version BIGINT NOT NULL,
              name ${text} NOT NULL,
              checksum ${text} NOT NULL,
              PRIMARY KEY (component, version))
            """;

    private final String component;
    private final List<Migration> steps;

    Migrations(String component, List<Migration> steps) {
        this.component = component;
        this.steps = List.copyOf(steps);
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).version() != i + 1) {
                throw new IllegalArgumentException(
                        "Migrations of %s must be numbered from 1, expected %s, found %s"
                                .formatted(component, i + 1, steps.get(i).version()));
            }
        }
    }

    void apply(Database database, Dialect dialect) {
        database.<Boolean>write(tx -> {
            tx.lock("schema_version");
            tx.update(dialect.translate(VERSIONS));
            applyMissing(tx, dialect);
            return true;
        });
    }

    private void applyMissing(Transaction tx, Dialect dialect) {
        List<Applied> applied =
                tx.query(
                        "SELECT version, name, checksum FROM schema_version WHERE component = ?"
                                + " ORDER BY version",
                        row -> new Applied(row.number(1), row.string(2), row.string(3)),
                        component);
        if (applied.size() > steps.size()) {
            throw new IllegalStateException(
                    "Schema of %s has version %s, this program knows versions up to %s: use a newer Tarn"
                            .formatted(component, applied.getLast().version(), steps.size()));
        }
        for (Migration step : steps) {
            String checksum = checksum(step.sql());
            if (step.version() > applied.size()) {
                run(tx, dialect, step, checksum);
            } else if (!applied.get(step.version() - 1).checksum().equals(checksum)) {
                throw new IllegalStateException(
                        "Migration %s of %s was edited after it was applied, expected checksum %s, found %s"
                                .formatted(
                                        step.version(),
                                        component,
                                        applied.get(step.version() - 1).checksum(),
                                        checksum));
            }
        }
    }

    private void run(Transaction tx, Dialect dialect, Migration step, String checksum) {
        for (String statement : dialect.translate(step.sql()).split(";\\s*(?:\n|$)")) {
            if (!statement.isBlank()) {
                tx.update(statement);
            }
        }
        tx.update(
                "INSERT INTO schema_version (component, version, name, checksum) VALUES (?, ?, ?,"
                        + " ?)",
                component,
                step.version(),
                step.name(),
                checksum);
    }

    private static String checksum(String sql) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(sql.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    private record Applied(long version, String name, String checksum) {}
}
