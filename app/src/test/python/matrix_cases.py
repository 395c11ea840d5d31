"""The part of PyIceberg and DuckDB in tables that every engine writes, changes and reads.

Tables have the columns id, name, amount; a row of id n is n, "name n", 2n. What to do comes as JSON in WORK: see Matrix.
"""

import json
import os

import pyarrow as pa
from duckdb_cases import connect as duckdb_connect
from pyiceberg.expressions import EqualTo
from pyiceberg.schema import Schema
from pyiceberg.types import LongType, NestedField, StringType
from pyiceberg_cases import connect as pyiceberg_connect

WORK = json.loads(os.environ.get("WORK", "{}"))
ARROW = pa.schema([("id", pa.int64()), ("name", pa.string()), ("amount", pa.int64())])
SCHEMA = Schema(
    NestedField(1, "id", LongType()), NestedField(2, "name", StringType()), NestedField(3, "amount", LongType())
)


def rows(*ids):
    return pa.Table.from_pylist([{"id": n, "name": f"name {n}", "amount": 2 * n} for n in ids], schema=ARROW)


def case_pyiceberg_makes_tables():
    """make: {"table": [ids of the first append, ids of the second, ...]}"""
    catalog = pyiceberg_connect()
    catalog.create_namespace_if_not_exists("matrix")
    for name, appends in WORK["make"].items():
        table = catalog.create_table(name, schema=SCHEMA)
        for ids in appends:
            table.append(rows(*ids))


def case_duckdb_makes_tables():
    connection = duckdb_connect()
    connection.execute("CREATE SCHEMA IF NOT EXISTS lake.matrix")
    for name, appends in WORK["make"].items():
        connection.execute(f"CREATE TABLE lake.{name} (id BIGINT, name VARCHAR, amount BIGINT)")
        for ids in appends:
            values = ", ".join(f"({n}, 'name {n}', {2 * n})" for n in ids)
            connection.execute(f"INSERT INTO lake.{name} VALUES {values}")


def case_pyiceberg_changes_tables():
    """change: {"table": [id to append, id to delete]}"""
    catalog = pyiceberg_connect()
    for name, (added, deleted) in WORK["change"].items():
        table = catalog.load_table(name)
        table.append(rows(added))
        table.delete(EqualTo("id", deleted))


def case_duckdb_changes_tables():
    connection = duckdb_connect()
    for name, (added, deleted) in WORK["change"].items():
        connection.execute(f"INSERT INTO lake.{name} VALUES ({added}, 'name {added}', {2 * added})")
        connection.execute(f"DELETE FROM lake.{name} WHERE id = {deleted}")


def case_pyiceberg_reads_tables():
    """read: {"table": ["id|name|amount", ...]}"""
    catalog = pyiceberg_connect()
    for name, expected in WORK["read"].items():
        found = catalog.load_table(name).scan().to_arrow().sort_by("id").to_pylist()
        assert [f"{row['id']}|{row['name']}|{row['amount']}" for row in found] == expected, (name, found)


def case_duckdb_reads_tables():
    connection = duckdb_connect()
    for name, expected in WORK["read"].items():
        found = connection.execute(f"SELECT id, name, amount FROM lake.{name} ORDER BY id").fetchall()
        assert ["|".join(map(str, row)) for row in found] == expected, (name, found)
