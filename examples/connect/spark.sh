#!/bin/sh
# Spark SQL 4.1 (JDK 17 or 21): pip install pyspark==4.1.4, then sh spark.sh, or sh spark.sh -e "SHOW NAMESPACES"
exec spark-sql \
    --packages org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.12.0,org.apache.iceberg:iceberg-aws-bundle:1.12.0 \
    --conf spark.sql.extensions=org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions \
    --conf spark.sql.defaultCatalog=lake \
    --conf spark.sql.catalog.lake=org.apache.iceberg.spark.SparkCatalog \
    --conf spark.sql.catalog.lake.type=rest \
    --conf "spark.sql.catalog.lake.uri=${CATALOG_URI}" \
    --conf "spark.sql.catalog.lake.warehouse=${WAREHOUSE}" \
    --conf spark.sql.catalog.lake.io-impl=org.apache.iceberg.aws.s3.S3FileIO \
    --conf "spark.sql.catalog.lake.s3.endpoint=${S3_ENDPOINT}" \
    --conf spark.sql.catalog.lake.s3.path-style-access=true \
    --conf "spark.sql.catalog.lake.s3.access-key-id=${S3_ACCESS_KEY}" \
    --conf "spark.sql.catalog.lake.s3.secret-access-key=${S3_SECRET_KEY}" \
    --conf "spark.sql.catalog.lake.client.region=${S3_REGION}" \
    "$@"
