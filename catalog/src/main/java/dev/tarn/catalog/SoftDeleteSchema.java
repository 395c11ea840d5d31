package dev.tarn.catalog;

import dev.tarn.store.Migration;

/// The step that lets drops be undone.
///
/// A dropped relation keeps its row, without a namespace, so that whatever refers to it is there
/// again when it is restored. SQLite cannot make a column nullable: the table is made anew, and
/// with it the one that refers to it.
final class SoftDeleteSchema {
    static final Migration STEP =
            new Migration(
                    4,
                    "soft delete and protection",
                    """
                    ALTER TABLE warehouse ADD COLUMN drop_retention_ms BIGINT;

                    ALTER TABLE warehouse ADD COLUMN purges_begun BIGINT NOT NULL DEFAULT 0;

                    ALTER TABLE warehouse ADD COLUMN protected BIGINT NOT NULL DEFAULT 0;

                    ALTER TABLE namespace ADD COLUMN protected BIGINT NOT NULL DEFAULT 0;

                    CREATE TABLE relation_next (
                      id ${text} PRIMARY KEY,
                      namespace_id ${text} REFERENCES namespace (id),
                      name ${text} NOT NULL,
                      kind ${text} NOT NULL,
                      uuid ${text} NOT NULL,
                      metadata_location ${text} NOT NULL,
                      location ${text},
                      protected BIGINT NOT NULL DEFAULT 0,
                      UNIQUE (namespace_id, name));

                    INSERT INTO relation_next
                      (id, namespace_id, name, kind, uuid, metadata_location)
                      SELECT id, namespace_id, name, kind, uuid, metadata_location FROM relation;

                    CREATE TABLE metrics_report_next (
                      id ${sequence},
                      relation_id ${text} NOT NULL REFERENCES relation_next (id) ON DELETE CASCADE,
                      at_ms BIGINT NOT NULL,
                      report ${text} NOT NULL);

                    INSERT INTO metrics_report_next (relation_id, at_ms, report)
                      SELECT relation_id, at_ms, report FROM metrics_report ORDER BY id;

                    DROP TABLE metrics_report;

                    DROP TABLE relation;

                    ALTER TABLE relation_next RENAME TO relation;

                    ALTER TABLE metrics_report_next RENAME TO metrics_report;

                    CREATE INDEX relation_by_uuid ON relation (uuid);

                    CREATE INDEX relation_by_location ON relation (location);

                    CREATE INDEX metrics_report_by_relation ON metrics_report (relation_id, id);

                    CREATE TABLE dropped_relation (
                      id ${text} PRIMARY KEY,
                      warehouse_id ${text} NOT NULL REFERENCES warehouse (id),
                      namespace ${text} NOT NULL,
                      name ${text} NOT NULL,
                      kind ${text} NOT NULL,
                      uuid ${text} NOT NULL,
                      metadata_location ${text} NOT NULL,
                      dropped_ms BIGINT NOT NULL,
                      expires_ms BIGINT NOT NULL,
                      purge BIGINT NOT NULL,
                      purging BIGINT NOT NULL,
                      due_ms BIGINT NOT NULL,
                      claim ${text},
                      attempts BIGINT NOT NULL,
                      files_deleted BIGINT NOT NULL,
                      files_spared BIGINT NOT NULL,
                      last_error ${text});

                    CREATE INDEX dropped_relation_by_time
                      ON dropped_relation (warehouse_id, dropped_ms, id);

                    CREATE INDEX dropped_relation_by_due ON dropped_relation (due_ms);

                    CREATE INDEX dropped_relation_by_uuid ON dropped_relation (uuid);

                    INSERT INTO dropped_relation
                      SELECT id, warehouse_id, '', id, 'table', '', metadata_location,
                        0, 0, 1, 0, 0, NULL, 0, 0, 0, NULL FROM purge;

                    DROP TABLE purge;
                    """);

    private SoftDeleteSchema() {}
}
