"""One table, several programs: what one wrote, the other reads and changes."""

import json
import os

import pyarrow as pa
from cases import fresh
from duckdb_cases import connect as duckdb_connect
from duckdb_cases import values
from pyiceberg.expressions import EqualTo, LessThan
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.transforms import BucketTransform, IdentityTransform
from pyiceberg.types import LongType, StringType
from pyiceberg_cases import SCHEMA, ids, rows
from pyiceberg_cases import connect as pyiceberg_connect


def case_duckdb_reads_and_changes_what_pyiceberg_wrote():
    catalog = pyiceberg_connect()
    namespace = fresh("sh")
    catalog.create_namespace(namespace)
    spec = PartitionSpec(
        PartitionField(2, 1000, IdentityTransform(), "grp"), PartitionField(1, 1001, BucketTransform(4), "id_bucket")
    )
    table = catalog.create_table((namespace, "t"), schema=SCHEMA, partition_spec=spec)
    table.append(rows(0, 40))
    table.delete(LessThan("id", 5))
    with table.update_schema() as update:
        update.add_column("note", StringType())
        update.update_column("small", field_type=LongType())

    duckdb = duckdb_connect()
    name = f"lake.{namespace}.t"
    assert values(duckdb, f"SELECT id FROM {name} ORDER BY id") == list(range(5, 40))
    duckdb.execute(f"INSERT INTO {name} (id, grp, note) VALUES (100, 'g1', 'from duckdb')")
    duckdb.execute(f"DELETE FROM {name} WHERE id BETWEEN 10 AND 19")
    duckdb.execute(f"UPDATE {name} SET note = 'seen' WHERE id = 20")

    table = catalog.load_table((namespace, "t"))
    assert ids(table) == [*range(5, 10), *range(20, 40), 100]
    assert ids(table, row_filter=EqualTo("note", "seen")) == [20]
    table.append(
        pa.Table.from_pylist([{"id": 200, "grp": "g9", "note": "back"}], schema=table.schema().as_arrow())
    )
    assert values(duckdb_connect(), f"SELECT count(*) FROM {name}") == [27]


def case_pyiceberg_reads_and_changes_what_duckdb_wrote():
    duckdb = duckdb_connect()
    namespace = fresh("sh")
    duckdb.execute(f"CREATE SCHEMA lake.{namespace}")
    duckdb.execute(f"CREATE TABLE lake.{namespace}.t AS SELECT range AS id, 'g' || range % 2 AS grp FROM range(50)")
    duckdb.execute(f"DELETE FROM lake.{namespace}.t WHERE id >= 45")

    catalog = pyiceberg_connect()
    table = catalog.load_table((namespace, "t"))
    assert table.metadata.format_version == 2
    assert ids(table) == list(range(45))
    table.delete(LessThan("id", 5))
    with table.update_schema() as update:
        update.rename_column("grp", "team")
    table.append(pa.table({"id": pa.array([900], pa.int64()), "team": ["g0"]}))
    with table.update_spec() as update:
        update.add_field("team", IdentityTransform())
    table.append(pa.table({"id": pa.array([901], pa.int64()), "team": ["g1"]}))

    again = duckdb_connect()
    assert values(again, f"SELECT id FROM lake.{namespace}.t ORDER BY id") == [*range(5, 45), 900, 901]
    assert values(again, f"SELECT count(*) FROM lake.{namespace}.t WHERE team = 'g1'") == [21]


def case_both_count_the_rows_of_the_tables_named():
    """TABLES: {"namespace.table": rows}, written by others (Trino, a pipeline) before this script started."""
    tables = json.loads(os.environ.get("TABLES", "{}"))
    catalog, duckdb = pyiceberg_connect(), duckdb_connect()
    for name, expected in tables.items():
        assert catalog.load_table(name).scan().count() == expected, name
        assert catalog.load_table(name).scan().to_arrow().num_rows == expected, name
        namespace, table = name.rsplit(".", 1)
        assert values(duckdb, f'SELECT count(*) FROM lake."{namespace}"."{table}"') == [expected], name


def case_both_change_the_tables_named():
    """Each deletes one row and adds two to each of TABLES; its first column is a whole number."""
    tables = json.loads(os.environ.get("TABLES", "{}"))
    catalog, duckdb = pyiceberg_connect(), duckdb_connect()
    for name, expected in tables.items():
        table = catalog.load_table(name)
        column = table.schema().fields[0].name
        first = table.scan().to_arrow().sort_by(column).slice(0, 1)
        table.append(first)
        table.append(first)
        same = catalog.load_table(name).scan(row_filter=EqualTo(column, first[column][0].as_py())).count()
        table.delete(EqualTo(column, first[column][0].as_py()))
        namespace, short = name.rsplit(".", 1)
        quoted = f'lake."{namespace}"."{short}"'
        left = expected + 2 - same
        assert values(duckdb, f"SELECT count(*) FROM {quoted}") == [left], name
        duckdb.execute(f'INSERT INTO {quoted} SELECT * FROM {quoted} ORDER BY "{column}" LIMIT 1')
        key = values(duckdb, f'SELECT min("{column}") FROM {quoted}')[0]
        gone = values(duckdb, f'SELECT count(*) FROM {quoted} WHERE "{column}" = {key}')[0]
        duckdb.execute(f'DELETE FROM {quoted} WHERE "{column}" = {key}')
        assert catalog.load_table(name).scan().count() == left + 1 - gone, name
