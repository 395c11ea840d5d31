-- DuckDB 1.5.5: duckdb -init duckdb.sql
INSTALL httpfs;
INSTALL avro;
INSTALL iceberg;
LOAD httpfs;
LOAD avro;
LOAD iceberg;

CREATE OR REPLACE SECRET lake_storage (
    TYPE s3,
    ENDPOINT '${S3_HOST}',
    REGION '${S3_REGION}',
    KEY_ID '${S3_ACCESS_KEY}',
    SECRET '${S3_SECRET_KEY}',
    URL_STYLE 'path',
    USE_SSL false
);

ATTACH '${WAREHOUSE}' AS lake (
    TYPE iceberg,
    ENDPOINT '${CATALOG_URI}',
    AUTHORIZATION_TYPE 'none',
    ACCESS_DELEGATION_MODE 'none'
);

SHOW ALL TABLES;
