package dev.tarn.catalog.table;

import dev.tarn.catalog.Changes;
import dev.tarn.catalog.relation.Kind;
import dev.tarn.catalog.relation.Relation;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.store.Database;
import dev.tarn.store.ForeignKeyException;
import dev.tarn.store.Transaction;
import java.time.InstantSource;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.rest.requests.ReportMetricsRequest;
import org.apache.iceberg.rest.requests.ReportMetricsRequestParser;

/// What engines report of their scans and commits: the last few reports of each table.
final class MetricsReports {
    private static final int KEPT_PER_TABLE = 32;

    private final Database database;
    private final InstantSource clock;

    MetricsReports(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    void add(Warehouse warehouse, TableIdentifier name, ReportMetricsRequest request) {
        String report = json(request);
        Changes.<Boolean>write(
                database,
                tx -> {
                    Relation table = Relation.require(tx, warehouse, Kind.TABLE, name);
                    insert(tx, table, name, report);
                    tx.update(
                            "DELETE FROM metrics_report WHERE relation_id = ? AND id NOT IN (SELECT"
                                + " id FROM metrics_report WHERE relation_id = ? ORDER BY id DESC"
                                + " LIMIT ?)",
                            table.id(),
                            table.id(),
                            KEPT_PER_TABLE);
                    return true;
                });
    }

    private void insert(Transaction tx, Relation table, TableIdentifier name, String report) {
        try {
            tx.update(
                    "INSERT INTO metrics_report (relation_id, at_ms, report) VALUES (?, ?, ?)",
                    table.id(),
                    clock.millis(),
                    report);
        } catch (ForeignKeyException e) {
            // Dropped since it was found: clients report in the background.
            throw new NoSuchTableException(e, "Table does not exist: %s", name);
        }
    }

    private static String json(ReportMetricsRequest request) {
        try {
            return ReportMetricsRequestParser.toJson(request);
        } catch (IllegalArgumentException | UnsupportedOperationException e) {
            throw new BadRequestException(e, "Unknown metrics report: %s", e.getMessage());
        }
    }
}
