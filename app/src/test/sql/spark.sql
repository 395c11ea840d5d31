-- What Spark's users do, in one session. A line that a test looks for starts with the word in quotes.

-- What a pipeline and the other engines wrote.
SELECT 'pipeline', count(*), sum(id) FROM shared.by_pipeline;

-- Tables: from queries, partitioned, changed row by row.
CREATE TABLE shared.by_spark PARTITIONED BY (bucket(4, id)) AS
  SELECT * FROM shared.by_pipeline WHERE id < 100;
DELETE FROM shared.by_spark WHERE id % 10 = 3;
UPDATE shared.by_spark SET name = 'changed' WHERE id = 7;
MERGE INTO shared.by_spark t USING (SELECT 5 AS id UNION SELECT 5000 AS id) s
  ON t.id = s.id WHEN MATCHED THEN DELETE
  WHEN NOT MATCHED THEN INSERT (id, name, amount) VALUES (s.id, 'new', 1.0);
ALTER TABLE shared.by_spark ADD COLUMN note STRING;
ALTER TABLE shared.by_spark RENAME COLUMN name TO label;
ALTER TABLE shared.by_spark ADD PARTITION FIELD truncate(2, label);
ALTER TABLE shared.by_spark WRITE ORDERED BY id;
ALTER TABLE shared.by_spark SET TBLPROPERTIES ('write.delete.mode' = 'merge-on-read');
ALTER TABLE shared.by_spark CREATE TAG before;
INSERT INTO shared.by_spark VALUES (6000, 'x', 2.0, 'noted');
DELETE FROM shared.by_spark WHERE id = 8;
SELECT 'now', count(*) FROM shared.by_spark;
SELECT 'before', count(*) FROM shared.by_spark VERSION AS OF 'before';

-- Branches.
ALTER TABLE shared.by_spark CREATE BRANCH work;
INSERT INTO shared.by_spark.branch_work VALUES (7000, 'y', 3.0, 'on the branch'), (7001, 'z', 3.0, 'too');
SELECT 'branch', count(*) FROM shared.by_spark VERSION AS OF 'work';
SELECT 'main', count(*) FROM shared.by_spark;
CALL lake.system.fast_forward('shared.by_spark', 'main', 'work');
SELECT 'forwarded', count(*) FROM shared.by_spark;

-- Replaced: another table of the same name, with its history.
CREATE TABLE shared.replaced AS SELECT id, name FROM shared.by_pipeline WHERE id < 10;
CREATE OR REPLACE TABLE shared.replaced AS SELECT id, name, amount FROM shared.by_pipeline WHERE id < 4;
SELECT 'replaced', count(*), count(amount) FROM shared.replaced;
SELECT 'history', count(*) FROM shared.replaced.snapshots;

-- Views.
CREATE VIEW shared.spark_view AS SELECT id FROM shared.by_spark WHERE id < 10;
SELECT 'view', count(*) FROM shared.spark_view;
CREATE OR REPLACE VIEW shared.spark_view AS SELECT id FROM shared.by_spark WHERE id < 5;
SELECT 'view again', count(*) FROM shared.spark_view;
ALTER VIEW shared.spark_view RENAME TO shared.renamed_view;
SELECT 'view renamed', count(*) FROM shared.renamed_view;
DROP VIEW shared.renamed_view;

-- Procedures.
CALL lake.system.rewrite_data_files('shared.by_spark');
SELECT 'compacted', count(*) FROM shared.by_spark;
ALTER TABLE shared.by_spark DROP BRANCH work;
ALTER TABLE shared.by_spark DROP TAG before;
CALL lake.system.expire_snapshots(table => 'shared.by_spark', older_than => TIMESTAMP '2999-01-01 00:00:00', retain_last => 1);
SELECT 'expired', count(*) FROM shared.by_spark.snapshots;
SELECT 'first', count(*) FROM matrix.rolled VERSION AS OF ${FIRST_SNAPSHOT};
SELECT 'then', count(*) FROM matrix.rolled TIMESTAMP AS OF timestamp_millis(${FIRST_TIMESTAMP});
CALL lake.system.rollback_to_snapshot('matrix.rolled', ${FIRST_SNAPSHOT});
SELECT 'rolled back', count(*) FROM matrix.rolled;
-- A table has one name: it goes before its metadata file is registered under another.
DROP TABLE matrix.rolled;
CALL lake.system.register_table(table => 'matrix.registered', metadata_file => '${METADATA_LOCATION}');
SELECT 'registered', count(*) FROM matrix.registered;

-- The third version of the format.
CREATE TABLE shared.third (id BIGINT, v VARIANT) TBLPROPERTIES ('format-version' = '3');
INSERT INTO shared.third SELECT id, parse_json(concat('{"n": ', id, '}')) FROM shared.by_pipeline WHERE id < 6;
DELETE FROM shared.third WHERE id = 2;
SELECT 'variant', sum(variant_get(v, '$.n', 'int')) FROM shared.third;
CREATE TABLE shared.raised (id BIGINT);
ALTER TABLE shared.raised SET TBLPROPERTIES ('format-version' = '3');
INSERT INTO shared.raised VALUES (1);
SELECT 'raised', count(*) FROM shared.raised;

-- Names.
CREATE NAMESPACE shared.`a b+c%d`;
CREATE TABLE shared.`a b+c%d`.`e f/g+h%20ü😀` AS SELECT 1 AS id;
SELECT 'odd names', id FROM shared.`a b+c%d`.`e f/g+h%20ü😀`;
ALTER TABLE shared.`a b+c%d`.`e f/g+h%20ü😀` RENAME TO shared.renamed;
SELECT 'renamed', id FROM shared.renamed;
DROP NAMESPACE shared.`a b+c%d`;

-- Dropped, with the files: Spark deletes them itself, and says nothing of it to the catalog.
CREATE TABLE shared.short_lived AS SELECT 1 AS id;
DROP TABLE shared.short_lived PURGE;
SELECT 'gone', count(*) FROM shared.by_spark.snapshots WHERE operation IS NULL;

-- What every other engine wrote, and a table of its own for them.
${MATRIX}
