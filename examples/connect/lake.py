# PyIceberg: pip install "pyiceberg[pyarrow]==0.12.0", then python -i lake.py (not pyiceberg.py, which would hide the library)
from pyiceberg.catalog import load_catalog

catalog = load_catalog(
    "lake",
    **{
        "type": "rest",
        "uri": "${CATALOG_URI}",
        "warehouse": "${WAREHOUSE}",
        "s3.endpoint": "${S3_ENDPOINT}",
        "s3.region": "${S3_REGION}",
        "s3.access-key-id": "${S3_ACCESS_KEY}",
        "s3.secret-access-key": "${S3_SECRET_KEY}",
    },
)

for namespace in catalog.list_namespaces():
    for table in catalog.list_tables(namespace):
        print(".".join(table), catalog.load_table(table).scan().count(), "rows")
