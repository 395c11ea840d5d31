"""Clients that know nothing but the catalog's address: the way to the bytes is told to them with each table.

PyIceberg through PyArrow and s3fs with vended keys, and through s3fs with signed requests; DuckDB with vended keys.
"""

import os

import duckdb
import pyarrow as pa
from cases import CATALOG_URI, WAREHOUSE, expect_error, fresh
from duckdb_extensions import import_extension
from pyiceberg.catalog import load_catalog
from pyiceberg.schema import Schema
from pyiceberg.types import LongType, NestedField, StringType

ARROW = "pyiceberg.io.pyarrow.PyArrowFileIO"
FSSPEC = "pyiceberg.io.fsspec.FsspecFileIO"
EXTENSIONS = os.environ["DUCKDB_EXTENSIONS"]

SCHEMA = Schema(NestedField(1, "id", LongType()), NestedField(2, "name", StringType()))


def connect(**properties):
    return load_catalog("lake", **{"type": "rest", "uri": CATALOG_URI, "warehouse": WAREHOUSE, **properties})


def rows(*ids):
    return pa.table({"id": pa.array(ids, pa.int64()), "name": pa.array([f"n{n}" for n in ids])})


def read_and_write(catalog):
    namespace = fresh("access")
    catalog.create_namespace(namespace)
    table = catalog.create_table((namespace, "t 1"), schema=SCHEMA)
    table.append(rows(1, 2, 3))
    table.append(rows(4))
    table.delete("id = 2")
    table.overwrite(rows(5), overwrite_filter="id = 4")
    found = catalog.load_table((namespace, "t 1")).scan().to_arrow()
    assert sorted(found["id"].to_pylist()) == [1, 3, 5], found
    with catalog.create_table_transaction((namespace, "staged"), schema=SCHEMA) as transaction:
        transaction.append(rows(7, 8))
    assert len(catalog.load_table((namespace, "staged")).scan().to_arrow()) == 2
    return table


def opens_no_sibling(catalog):
    namespace = fresh("access")
    catalog.create_namespace(namespace)
    mine = catalog.create_table((namespace, "orders"), schema=SCHEMA)
    sibling = catalog.create_table((namespace, "orders2"), schema=SCHEMA)
    sibling.append(rows(1))
    target = sibling.metadata_location
    with mine.io.new_input(mine.metadata_location).open() as file:
        assert file.read()
    expect_error(Exception, lambda: mine.io.new_input(target).open().read())

    def write():
        with mine.io.new_output(sibling.location() + "/data/x").create(overwrite=True) as file:
            file.write(b"x")

    expect_error(Exception, write)
    assert len(catalog.load_table((namespace, "orders2")).scan().to_arrow()) == 1


def case_pyarrow_reads_and_writes_with_vended_keys():
    table = read_and_write(connect(**{"py-io-impl": ARROW}))
    assert table.io.properties["s3.session-token"], table.io.properties.keys()


def case_pyarrow_with_vended_keys_opens_no_sibling():
    opens_no_sibling(connect(**{"py-io-impl": ARROW}))


def case_s3fs_reads_and_writes_with_vended_keys():
    table = read_and_write(connect(**{"py-io-impl": FSSPEC}))
    assert table.io.properties["s3.session-token"], table.io.properties.keys()


def case_s3fs_with_vended_keys_opens_no_sibling():
    opens_no_sibling(connect(**{"py-io-impl": FSSPEC}))


def duck():
    connection = duckdb.connect(config={"extension_directory": EXTENSIONS})
    for name in ("httpfs", "avro", "iceberg"):
        import_extension(name, con=connection)
        connection.execute(f"LOAD {name}")
    connection.execute("SET autoinstall_known_extensions = false")
    # No secret, and its own choice of delegation, which is to ask for keys.
    connection.execute(f"ATTACH '{WAREHOUSE}' AS lake (TYPE iceberg, ENDPOINT '{CATALOG_URI}', AUTHORIZATION_TYPE 'none')")
    return connection


def case_duckdb_reads_and_writes_with_vended_keys():
    connection = duck()
    namespace = fresh("access")
    connection.execute(f"CREATE SCHEMA lake.{namespace}")
    for table in ("orders", "orders2"):
        connection.execute(f"CREATE TABLE lake.{namespace}.{table} (id BIGINT, name VARCHAR)")
        connection.execute(f"INSERT INTO lake.{namespace}.{table} SELECT range, 'n' || range FROM range(10)")
    connection.execute(f"DELETE FROM lake.{namespace}.orders WHERE id >= 5")
    found = connection.execute(
        f"SELECT count(*) FROM lake.{namespace}.orders a JOIN lake.{namespace}.orders2 b ON a.id = b.id"
    ).fetchall()
    assert found == [(5,)], found
    again = duck()
    assert again.execute(f"SELECT count(*), sum(id) FROM lake.{namespace}.orders2").fetchall() == [(10, 45)]
    assert len(connect().load_table((namespace, "orders")).scan().to_arrow()) == 5
