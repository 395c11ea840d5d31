"""What DuckDB users do through its Iceberg extension, against the running platform.

The connection is the one that examples/connect/duckdb.sql makes: RECIPE names the file with its placeholders filled.
"""

import os
import pathlib

import duckdb
from cases import CATALOG_URI, WAREHOUSE, expect_error, fresh, together
from duckdb_extensions import import_extension

RECIPE = pathlib.Path(os.environ["RECIPE"]).read_text()
# The extensions come from the Python environment, so that the recipe's INSTALL has nothing to fetch.
EXTENSIONS = os.environ["DUCKDB_EXTENSIONS"]


def install():
    with duckdb.connect(config={"extension_directory": EXTENSIONS}) as connection:
        for name in ("httpfs", "avro", "iceberg"):
            import_extension(name, con=connection)


install()


def connect():
    connection = duckdb.connect(config={"extension_directory": EXTENSIONS})
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute(RECIPE)
    return connection


def new_schema(connection):
    name = fresh("dk")
    connection.execute(f"CREATE SCHEMA lake.{name}")
    return f"lake.{name}"


def values(connection, sql):
    return [row[0] for row in connection.execute(sql).fetchall()]


def case_the_recipe_connects_and_shows_tables():
    connection = connect()
    schema = new_schema(connection)
    connection.execute(f"CREATE TABLE {schema}.t (id BIGINT)")
    again = connect()
    assert ("lake", schema.removeprefix("lake."), "t") in [row[:3] for row in again.execute("SHOW ALL TABLES").fetchall()]


def case_schemas_are_created_and_dropped():
    connection = connect()
    schema = new_schema(connection)
    expect_error(duckdb.Error, lambda: connection.execute(f"CREATE SCHEMA {schema}"))
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    connection.execute(f"CREATE TABLE {schema}.t (id BIGINT)")
    expect_error(duckdb.Error, lambda: connection.execute(f"DROP SCHEMA {schema}"))
    connection.execute(f"DROP TABLE {schema}.t")
    connection.execute(f"DROP SCHEMA {schema}")
    assert schema.removeprefix("lake.") not in values(
        connect(), "SELECT schema_name FROM duckdb_schemas() WHERE database_name = 'lake'"
    )


def case_every_type_comes_back():
    connection = connect()
    schema = new_schema(connection)
    connection.execute(
        f"""CREATE TABLE {schema}.t (b BOOLEAN, i INTEGER, l BIGINT, f FLOAT, d DOUBLE, n DECIMAL(12, 2), day DATE,
        ts TIMESTAMP, tz TIMESTAMPTZ, s VARCHAR, u UUID, x BLOB, a INTEGER[], st STRUCT(p INTEGER, q VARCHAR),
        m MAP(VARCHAR, INTEGER))"""
    )
    row = """true, 1, 2, 1.5, 2.5, 12.34, DATE '2026-01-02', TIMESTAMP '2026-01-02 03:04:05.678901',
        TIMESTAMPTZ '2026-01-02 03:04:05.678901+00', 'text', '6f1c0c9e-2f6c-4a55-8d4b-0a6d6e2b2c11'::UUID,
        '\\xAA\\x00'::BLOB, [1, 2], {'p': 1, 'q': 'z'}, MAP {'k': 7}"""
    connection.execute(f"INSERT INTO {schema}.t VALUES ({row})")
    expected = connection.execute(f"SELECT {row}").fetchall()
    # Another session has nothing in memory: it reads what was stored.
    assert connect().execute(f"SELECT * FROM {schema}.t").fetchall() == expected


def case_rows_are_inserted_updated_and_deleted():
    connection = connect()
    schema = new_schema(connection)
    connection.execute(f"CREATE TABLE {schema}.t (id BIGINT, grp VARCHAR, v DOUBLE)")
    connection.execute(f"INSERT INTO {schema}.t SELECT range, 'g' || range % 3, range / 2 FROM range(100)")
    connection.execute(f"UPDATE {schema}.t SET v = -1 WHERE id < 10")
    connection.execute(f"DELETE FROM {schema}.t WHERE grp = 'g2'")
    again = connect()
    expected = [n for n in range(100) if n % 3 != 2]
    assert values(again, f"SELECT id FROM {schema}.t ORDER BY id") == expected
    assert values(again, f"SELECT count(*) FROM {schema}.t WHERE v = -1") == [7]
    assert len(values(again, f"SELECT snapshot_id FROM iceberg_snapshots({schema}.t)")) >= 3


def case_tables_are_made_from_queries_and_partitioned():
    connection = connect()
    schema = new_schema(connection)
    connection.execute(f"CREATE TABLE {schema}.c AS SELECT range AS id, 'x' || range AS s FROM range(1000)")
    assert values(connect(), f"SELECT count(*) FROM {schema}.c") == [1000]
    connection.execute(
        f"CREATE TABLE {schema}.p (id BIGINT, grp VARCHAR, ts TIMESTAMP) PARTITIONED BY (grp, bucket(4, id), day(ts))"
    )
    connection.execute(
        f"INSERT INTO {schema}.p SELECT range, 'g' || range % 3, TIMESTAMP '2026-01-01' + INTERVAL (range % 5) DAY FROM range(60)"
    )
    again = connect()
    assert values(again, f"SELECT count(*) FROM {schema}.p WHERE grp = 'g1'") == [20]
    assert values(again, f"SELECT sum(id) FROM {schema}.p") == [sum(range(60))]


def case_columns_are_added_renamed_widened_and_dropped():
    connection = connect()
    schema = new_schema(connection)
    connection.execute(f"CREATE TABLE {schema}.t (id BIGINT, grp VARCHAR, small INTEGER)")
    connection.execute(f"INSERT INTO {schema}.t VALUES (1, 'a', 1)")
    connection.execute(f"ALTER TABLE {schema}.t ADD COLUMN note VARCHAR")
    connection.execute(f"ALTER TABLE {schema}.t RENAME COLUMN grp TO team")
    connection.execute(f"ALTER TABLE {schema}.t ALTER COLUMN small TYPE BIGINT")
    connection.execute(f"INSERT INTO {schema}.t VALUES (2, 'b', 1099511627776, 'hello')")
    connection.execute(f"ALTER TABLE {schema}.t DROP COLUMN team")
    again = connect()
    assert again.execute(f"SELECT * FROM {schema}.t ORDER BY id").fetchall() == [(1, 1, None), (2, 1 << 40, "hello")]


def case_a_table_is_renamed_and_dropped():
    connection = connect()
    schema = new_schema(connection)
    connection.execute(f"CREATE TABLE {schema}.t AS SELECT 1 AS id")
    connection.execute(f"ALTER TABLE {schema}.t RENAME TO u")
    again = connect()
    assert values(again, f"SELECT id FROM {schema}.u") == [1]
    expect_error(duckdb.Error, lambda: again.execute(f"SELECT * FROM {schema}.t"))
    again.execute(f"DROP TABLE {schema}.u")
    again.execute(f"DROP TABLE IF EXISTS {schema}.u")
    expect_error(duckdb.Error, lambda: connect().execute(f"SELECT * FROM {schema}.u"))


def case_creating_twice_is_refused():
    connection, other = connect(), connect()
    schema = new_schema(connection)
    connection.execute(f"CREATE TABLE {schema}.t AS SELECT 1 AS id")
    expect_error(duckdb.Error, lambda: other.execute(f"CREATE TABLE {schema}.t AS SELECT 2 AS id"))
    assert values(connect(), f"SELECT id FROM {schema}.t") == [1]


def case_old_snapshots_stay_readable():
    connection = connect()
    schema = new_schema(connection)
    connection.execute(f"CREATE TABLE {schema}.t (id BIGINT)")
    for n in range(3):
        connection.execute(f"INSERT INTO {schema}.t SELECT range FROM range({n * 10}, {n * 10 + 10})")
    again = connect()
    snapshots = values(again, f"SELECT snapshot_id FROM iceberg_snapshots({schema}.t) ORDER BY sequence_number")
    assert len(snapshots) == 3, snapshots
    counts = [values(again, f"SELECT count(*) FROM {schema}.t AT (VERSION => {id})")[0] for id in snapshots]
    assert counts == [10, 20, 30], counts


def case_a_transaction_changes_several_tables_or_none():
    connection, other = connect(), connect()
    schema = new_schema(connection)
    for name in ("a", "b"):
        connection.execute(f"CREATE TABLE {schema}.{name} (id BIGINT)")
    connection.execute("BEGIN")
    for name in ("a", "b"):
        connection.execute(f"INSERT INTO {schema}.{name} SELECT range FROM range(5)")
    assert values(connect(), f"SELECT count(*) FROM {schema}.a") == [0]
    connection.execute("COMMIT")
    assert values(connect(), f"SELECT count(*) FROM {schema}.a") == values(connect(), f"SELECT count(*) FROM {schema}.b") == [5]

    # A transaction that has lost the race for one of its tables changes neither.
    connection.execute("BEGIN")
    for name in ("a", "b"):
        connection.execute(f"INSERT INTO {schema}.{name} SELECT range FROM range(100)")
    other.execute(f"INSERT INTO {schema}.b VALUES (77)")
    expect_error(duckdb.Error, lambda: connection.execute("COMMIT"))
    assert values(connect(), f"SELECT count(*) FROM {schema}.a") == [5]
    assert values(connect(), f"SELECT count(*) FROM {schema}.b") == [6]

    rolled = connect()
    rolled.execute("BEGIN")
    rolled.execute(f"INSERT INTO {schema}.a VALUES (1)")
    rolled.execute("ROLLBACK")
    assert values(connect(), f"SELECT count(*) FROM {schema}.a") == [5]


def case_a_transaction_makes_several_tables_or_none():
    connection = connect()
    schema = new_schema(connection)
    connection.execute("BEGIN")
    connection.execute(f"CREATE TABLE {schema}.a AS SELECT range AS id FROM range(3)")
    connection.execute(f"CREATE TABLE {schema}.b AS SELECT range AS id FROM range(4)")
    connection.execute("COMMIT")
    again = connect()
    assert values(again, f"SELECT count(*) FROM {schema}.a") == [3]
    assert values(again, f"SELECT count(*) FROM {schema}.b") == [4]


def case_concurrent_inserts_are_there_or_refused():
    connection = connect()
    schema = new_schema(connection)
    connection.execute(f"CREATE TABLE {schema}.t (worker BIGINT, turn BIGINT)")
    connections = [connect() for _ in range(4)]

    def work(worker):
        done = 0
        for turn in range(8):
            try:
                connections[worker].execute(f"INSERT INTO {schema}.t SELECT {worker}, {turn} FROM range(5)")
                done += 5
            except duckdb.Error as error:
                assert "409" in str(error) or "onflict" in str(error) or "CommitFailed" in str(error), error
        return done

    counts, errors = together(4, work)
    assert not any(errors), errors
    assert sum(counts) >= 40, counts
    assert values(connect(), f"SELECT count(*) FROM {schema}.t") == [sum(counts)]


def case_version_three_is_honoured_where_asked_for():
    connection = connect()
    schema = new_schema(connection)
    connection.execute(f"CREATE TABLE {schema}.t (id BIGINT) WITH ('format-version' = '3')")
    connection.execute(f"INSERT INTO {schema}.t SELECT range FROM range(10)")
    connection.execute(f"DELETE FROM {schema}.t WHERE id < 4")
    assert values(connect(), f"SELECT id FROM {schema}.t ORDER BY id") == [4, 5, 6, 7, 8, 9]


def case_vended_keys_are_all_a_client_needs():
    connection = duckdb.connect(config={"extension_directory": EXTENSIONS})
    connection.execute("SET autoinstall_known_extensions = false")
    for name in ("httpfs", "avro", "iceberg"):
        connection.execute(f"LOAD {name}")
    connection.execute(
        f"ATTACH '{WAREHOUSE}' AS lake (TYPE iceberg, ENDPOINT '{CATALOG_URI}', AUTHORIZATION_TYPE 'none')"
    )
    schema = new_schema(connection)
    connection.execute(f"CREATE TABLE {schema}.t AS SELECT range AS id FROM range(5)")
    connection.execute(f"DELETE FROM {schema}.t WHERE id = 3")
    assert values(connection, f"SELECT id FROM {schema}.t ORDER BY id") == [0, 1, 2, 4]
