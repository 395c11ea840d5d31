"""What is peculiar to PyIceberg and DuckDB, and what a server must do for it: docs/reference/clients.md."""

import json
from urllib.request import urlopen

import duckdb
import pyarrow as pa
from cases import CATALOG_URI, WAREHOUSE, expect_error, fresh
from duckdb_cases import EXTENSIONS, new_schema, values
from duckdb_cases import connect as duckdb_connect
from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.schema import Schema
from pyiceberg.types import IntegerType, LongType, NestedField, StringType
from pyiceberg.view.metadata import SQLViewRepresentation, ViewVersion
from pyiceberg_cases import SCHEMA, connect, ids, new_table, rows


def view_version(namespace, sql):
    return ViewVersion(
        version_id=1,
        schema_id=0,
        timestamp_ms=1_767_225_600_000,
        summary={"engine-name": "test"},
        representations=[SQLViewRepresentation(type="sql", sql=sql, dialect="spark")],
        default_namespace=[namespace],
    )


def case_a_credential_is_answered_with_what_to_do():
    error = expect_error(
        Exception,
        lambda: load_catalog(
            "lake",
            type="rest",
            uri=CATALOG_URI,
            warehouse=WAREHOUSE,
            credential="id:secret",
            **{"oauth2-server-uri": CATALOG_URI + "/v1/oauth/tokens"},
        ),
    )
    assert "without authentication" in str(error), error


def case_a_secret_of_duckdb_is_answered_with_what_to_do():
    connection = duckdb.connect(config={"extension_directory": EXTENSIONS})
    for name in ("httpfs", "avro", "iceberg"):
        connection.execute(f"LOAD {name}")

    def attach():
        connection.execute(
            "CREATE SECRET s (TYPE ICEBERG, CLIENT_ID 'id', CLIENT_SECRET 'secret',"
            f" OAUTH2_SERVER_URI '{CATALOG_URI}/v1/oauth/tokens')"
        )
        connection.execute(f"ATTACH '{WAREHOUSE}' AS l (TYPE ICEBERG, ENDPOINT '{CATALOG_URI}', SECRET s)")
        connection.execute("SHOW ALL TABLES")

    expect_error(duckdb.Error, attach, "without authentication")


def case_duckdb_attaches_for_reading_and_writing():
    connection = duckdb_connect()
    assert values(connection, "SELECT readonly FROM duckdb_databases() WHERE database_name = 'lake'") == [False]


def case_a_branch_written_without_retention_has_none_left():
    catalog = connect()
    table = new_table(catalog)
    table.append(rows(0, 2))
    snapshot = table.current_snapshot().snapshot_id
    table.manage_snapshots().create_branch(
        snapshot, "work", max_ref_age_ms=86_400_000, max_snapshot_age_ms=86_400_000, min_snapshots_to_keep=3
    ).commit()
    assert catalog.load_table(table.name()).metadata.refs["work"].min_snapshots_to_keep == 3
    table.append(rows(2, 4), branch="work")
    again = catalog.load_table(table.name())
    work = again.metadata.refs["work"]
    assert (work.max_ref_age_ms, work.max_snapshot_age_ms, work.min_snapshots_to_keep) == (None, None, None), work
    assert ids(again) == [0, 1] and again.scan().use_ref("work").count() == 4


def case_only_referenced_snapshots_are_loaded_where_asked():
    catalog = connect()
    table = new_table(catalog)
    for n in range(3):
        table.append(rows(n, n + 1))
    assert len(catalog.load_table(table.name()).metadata.snapshots) == 3
    lean = connect(**{"snapshot-loading-mode": "refs"}).load_table(table.name())
    assert len(lean.metadata.snapshots) == 1
    assert ids(lean) == [0, 1, 2]


def case_a_dropped_view_is_registered_again():
    catalog = connect()
    namespace = fresh("py")
    catalog.create_namespace(namespace)
    view = catalog.create_view((namespace, "v"), Schema(NestedField(1, "id", LongType())), view_version(namespace, "SELECT 7"))
    # PyIceberg does not keep where the view's metadata is.
    with urlopen(f"{CATALOG_URI}/v1/namespaces/{namespace}/views/v") as answer:
        location = json.load(answer)["metadata-location"]
    catalog.drop_view((namespace, "v"))
    again = catalog.register_view((namespace, "again"), location)
    assert again.metadata == view.metadata
    assert catalog.list_views(namespace) == [(namespace, "again")]


def case_names_of_views_need_unreserved_characters():
    catalog = connect()
    namespace = fresh("py")
    catalog.create_namespace(namespace)
    schema = Schema(NestedField(1, "id", LongType()))
    for name in ("plain", "with-1_2.3~"):
        catalog.create_view((namespace, name), schema, view_version(namespace, "SELECT 1"))
        assert catalog.view_exists((namespace, name))
    # PyIceberg encodes the name for a path, and puts that into the body.
    catalog.create_view((namespace, "a b"), schema, view_version(namespace, "SELECT 1"))
    assert (namespace, "a%20b") in catalog.list_views(namespace), catalog.list_views(namespace)


def case_a_table_has_no_switch_that_stops_purge_or_expiry():
    table = new_table(connect())
    assert "gc.enabled" not in table.properties, table.properties


def case_version_three_is_read_and_evolved_and_not_written():
    connection = duckdb_connect()
    schema = new_schema(connection)
    connection.execute(f"CREATE TABLE {schema}.t (id BIGINT, note VARCHAR) WITH ('format-version' = '3')")
    connection.execute(f"INSERT INTO {schema}.t SELECT range, 'n' FROM range(10)")
    connection.execute(f"DELETE FROM {schema}.t WHERE id < 4")
    namespace = schema.removeprefix("lake.")
    table = connect().load_table((namespace, "t"))
    assert table.metadata.format_version == 3
    assert table.metadata.next_row_id >= 10, table.metadata.next_row_id
    assert "format-version" not in table.properties, table.properties
    deletes = table.inspect.delete_files()["file_path"].to_pylist()
    assert deletes and all(path.endswith(".puffin") for path in deletes), deletes
    assert ids(table) == [4, 5, 6, 7, 8, 9]
    with table.update_schema() as update:
        update.add_column("more", StringType())
    expect_error(Exception, lambda: table.append(table.scan().to_arrow()), "version: 3")
    again = duckdb_connect()
    again.execute(f"INSERT INTO {schema}.t (id, more) VALUES (100, 'm')")
    assert ids(connect().load_table((namespace, "t"))) == [4, 5, 6, 7, 8, 9, 100]


def case_a_version_that_is_none_is_refused():
    catalog = connect()
    namespace = fresh("py")
    catalog.create_namespace(namespace)
    expect_error(
        Exception, lambda: catalog.create_table((namespace, "t"), schema=SCHEMA, properties={"format-version": "0"})
    )
    assert catalog.list_tables(namespace) == []
    connection = duckdb_connect()
    expect_error(
        duckdb.Error,
        lambda: connection.execute(f"CREATE TABLE lake.{namespace}.t (id BIGINT) WITH ('format-version' = '9')"),
    )
    assert catalog.list_tables(namespace) == []


def case_duckdb_uses_nested_namespaces():
    catalog = connect()
    top = fresh("dk")
    catalog.create_namespace(top)
    catalog.create_namespace((top, "inner"))
    connection = duckdb_connect()
    name = f'lake."{top}.inner".t'
    connection.execute(f"CREATE TABLE {name} AS SELECT range AS id FROM range(5)")
    connection.execute(f"DELETE FROM {name} WHERE id = 2")
    assert values(duckdb_connect(), f"SELECT id FROM {name} ORDER BY id") == [0, 1, 3, 4]
    assert ids(catalog.load_table((top, "inner", "t"))) == [0, 1, 3, 4]
    connection.execute(f"DROP TABLE {name}")
    assert catalog.list_tables((top, "inner")) == []


def case_duckdb_names_partition_fields_itself():
    connection = duckdb_connect()
    schema = new_schema(connection)
    connection.execute(f"CREATE TABLE {schema}.t (id BIGINT, grp VARCHAR, d DATE) PARTITIONED BY (grp, bucket(4, id), year(d))")
    connection.execute(f"INSERT INTO {schema}.t VALUES (1, 'a', DATE '2026-01-02'), (2, 'b', DATE '2025-01-02')")
    table = connect().load_table((schema.removeprefix("lake."), "t"))
    names = [field.name for field in table.spec().fields]
    assert len(set(names)) == 3 and all(name != column for name in names for column in ("id", "d")), names
    assert table.spec().spec_id == 0 and table.schema().schema_id == 0
    assert ids(table, row_filter="grp = 'b'") == [2]


def case_names_of_duckdb_may_be_odd():
    connection = duckdb_connect()
    schema = new_schema(connection)
    for odd in ("a b", "a+b", "a%b", "a%20b", "a?b", "a#b", "a*b", "a&b", "a=b", "a'b", 'a""b', "ünï-湖", "a😀b"):
        table = f'{schema}."t {odd}"'
        connection.execute(f"CREATE TABLE {table} AS SELECT range AS id FROM range(4)")
        connection.execute(f"DELETE FROM {table} WHERE id = 1")
        assert values(duckdb_connect(), f"SELECT id FROM {table} ORDER BY id") == [0, 2, 3], odd
        name = "t " + odd.replace('""', '"')
        assert ids(connect().load_table((schema.removeprefix("lake."), name))) == [0, 2, 3], odd
        connection.execute(f"DROP TABLE {table}")


def case_what_duckdb_cannot_do_is_as_documented():
    connection = duckdb_connect()
    schema = new_schema(connection)
    connection.execute(f"CREATE TABLE {schema}.t AS SELECT range AS id, 'x' AS note FROM range(4)")
    for statement in (
        f"CREATE VIEW {schema}.v AS SELECT 1 AS one",
        f"CREATE OR REPLACE TABLE {schema}.t AS SELECT 1 AS id",
        f"COMMENT ON TABLE {schema}.t IS 'hello'",
        f"DROP SCHEMA {schema} CASCADE",
        f"MERGE INTO {schema}.t USING (SELECT 1 AS id) s ON t.id = s.id WHEN MATCHED AND t.id > 7 THEN DELETE"
        " WHEN MATCHED THEN UPDATE SET note = 'y'",
    ):
        expect_error(duckdb.Error, lambda statement=statement: connection.execute(statement))
    assert values(duckdb_connect(), f"SELECT count(*) FROM {schema}.t") == [4]


def case_a_widened_column_is_read():
    catalog = connect()
    namespace = fresh("py")
    catalog.create_namespace(namespace)
    table = catalog.create_table((namespace, "t"), schema=Schema(NestedField(1, "n", IntegerType())))
    table.append(pa.table({"n": pa.array([1, 2, 3], pa.int32())}))
    with table.update_schema() as update:
        update.update_column("n", field_type=LongType())
    table.append(pa.table({"n": pa.array([1 << 40], pa.int64())}))
    found = sorted(catalog.load_table(table.name()).scan().to_arrow()["n"].to_pylist())
    assert found == [1, 2, 3, 1 << 40], found
    assert sorted(values(duckdb_connect(), f"SELECT n FROM lake.{namespace}.t")) == found
    assert catalog.load_table(table.name()).scan(row_filter="n > 2").count() == 2


def case_old_metadata_files_go_as_the_table_asks():
    catalog = connect()
    table = new_table(
        catalog,
        properties={
            "write.metadata.compression-codec": "gzip",
            "write.metadata.previous-versions-max": "2",
            "write.metadata.delete-after-commit.enabled": "true",
        },
    )
    seen = [table.metadata_location]
    for n in range(4):
        table.append(rows(n, n + 1))
        seen.append(table.metadata_location)
    assert len(seen) == len(set(seen)) == 5 and all(path.endswith(".gz.metadata.json") for path in seen), seen
    there = [table.io.new_input(path).exists() for path in seen]
    assert there == [False, False, True, True, True], there
    assert len(catalog.load_table(table.name()).metadata.metadata_log) == 2


def case_what_is_missing_has_its_error():
    catalog = connect()
    namespace = fresh("py")
    catalog.create_namespace(namespace)
    for action in (
        lambda: catalog.load_table((namespace, "none")),
        lambda: catalog.rename_table((namespace, "none"), (namespace, "other")),
        lambda: catalog.purge_table((namespace, "none")),
    ):
        expect_error(NoSuchTableError, action, "none")
