package dev.tarn.catalog;

import dev.tarn.store.Migration;
import java.util.List;

/// The rows of the catalog. A step is never edited once released.
final class CatalogSchema {
    static final String COMPONENT = "catalog";

    static final List<Migration> MIGRATIONS =
            List.of(
                    new Migration(
                            1,
                            "warehouses, namespaces, tables, views, events",
                            """
                            CREATE TABLE warehouse (
                              id ${text} PRIMARY KEY,
                              name ${text} NOT NULL UNIQUE,
                              root ${text} NOT NULL);

                            CREATE TABLE namespace (
                              id ${text} PRIMARY KEY,
                              warehouse_id ${text} NOT NULL REFERENCES warehouse (id),
                              parent_id ${text} REFERENCES namespace (id),
                              path ${text} NOT NULL,
                              parent_path ${text} NOT NULL,
                              name ${text} NOT NULL,
                              properties ${text} NOT NULL,
                              UNIQUE (warehouse_id, path));

                            CREATE INDEX namespace_by_parent ON namespace (warehouse_id, parent_path, name);

                            CREATE INDEX namespace_by_parent_id ON namespace (parent_id);

                            CREATE TABLE relation (
                              id ${text} PRIMARY KEY,
                              namespace_id ${text} NOT NULL REFERENCES namespace (id),
                              name ${text} NOT NULL,
                              kind ${text} NOT NULL,
                              uuid ${text} NOT NULL,
                              metadata_location ${text} NOT NULL,
                              UNIQUE (namespace_id, name));

                            CREATE INDEX relation_by_uuid ON relation (uuid);

                            CREATE TABLE event (
                              id ${sequence},
                              at_ms BIGINT NOT NULL,
                              kind ${text} NOT NULL,
                              warehouse ${text} NOT NULL,
                              namespace ${text} NOT NULL,
                              name ${text},
                              details ${text} NOT NULL);

                            CREATE TABLE metrics_report (
                              id ${sequence},
                              relation_id ${text} NOT NULL REFERENCES relation (id) ON DELETE CASCADE,
                              at_ms BIGINT NOT NULL,
                              report ${text} NOT NULL);

                            CREATE INDEX metrics_report_by_relation ON metrics_report (relation_id, id);

                            CREATE TABLE purge (
                              id ${text} PRIMARY KEY,
                              warehouse_id ${text} NOT NULL REFERENCES warehouse (id),
                              metadata_location ${text} NOT NULL);
                            """),
                    new Migration(
                            2,
                            "positions of events",
                            """
                            ALTER TABLE event ADD COLUMN position BIGINT;

                            CREATE UNIQUE INDEX event_by_position ON event (position)
                              WHERE position IS NOT NULL;

                            CREATE INDEX event_without_position ON event (id) WHERE position IS NULL;

                            CREATE TABLE event_stream (
                              position BIGINT NOT NULL,
                              trimmed BIGINT NOT NULL,
                              installation ${text});

                            INSERT INTO event_stream (position, trimmed) VALUES (0, 0);
                            """),
                    new Migration(
                            3,
                            "functions",
                            """
                            CREATE TABLE routine (
                              namespace_id ${text} NOT NULL REFERENCES namespace (id),
                              name ${text} NOT NULL,
                              metadata ${text} NOT NULL,
                              PRIMARY KEY (namespace_id, name));
                            """),
                    SoftDeleteSchema.STEP,
                    new Migration(
                            5,
                            "plans of scans that take long",
                            """
                            CREATE TABLE scan_plan (
                              id ${text} PRIMARY KEY,
                              task ${text} NOT NULL,
                              created_ms BIGINT NOT NULL,
                              cancelled INTEGER NOT NULL);

                            CREATE INDEX scan_plan_by_age ON scan_plan (created_ms);
                            """),
                    new Migration(
                            6,
                            "labels",
                            """
                            ALTER TABLE relation ADD COLUMN labels ${text};
                            """),
                    new Migration(
                            7,
                            "idempotency keys",
                            """
                            CREATE TABLE idempotency_key (
                              id ${text} PRIMARY KEY,
                              request ${text} NOT NULL,
                              at_ms BIGINT NOT NULL,
                              status INTEGER NOT NULL,
                              body ${text} NOT NULL);

                            CREATE INDEX idempotency_key_by_time ON idempotency_key (at_ms);
                            """),
                    new Migration(
                            8,
                            "properties of warehouses",
                            """
                            ALTER TABLE warehouse ADD COLUMN properties ${text} NOT NULL DEFAULT '{}';
                            """),
                    new Migration(
                            9,
                            "listings by id",
                            """
                            CREATE INDEX relation_by_id ON relation (namespace_id, kind, id);
                            """),
                    new Migration(
                            10,
                            "a count of the changes of names in a namespace",
                            """
                            ALTER TABLE namespace ADD COLUMN renamings BIGINT NOT NULL DEFAULT 0;
                            """));

    private CatalogSchema() {}
}
