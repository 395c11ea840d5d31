"""What PyIceberg users do, against the running platform."""

import os
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pyarrow as pa
from cases import (
    CATALOG_URI,
    S3_ACCESS_KEY,
    S3_ENDPOINT,
    S3_REGION,
    S3_SECRET_KEY,
    WAREHOUSE,
    api,
    expect_error,
    fresh,
    together,
    wait_until,
)
from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import (
    CommitFailedException,
    NamespaceAlreadyExistsError,
    NamespaceNotEmptyError,
    NoSuchNamespaceError,
    NoSuchTableError,
    TableAlreadyExistsError,
)
from pyiceberg.expressions import EqualTo, GreaterThanOrEqual
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import StaticTable
from pyiceberg.table.sorting import SortField, SortOrder
from pyiceberg.transforms import BucketTransform, DayTransform, IdentityTransform, TruncateTransform
from pyiceberg.types import (
    DecimalType,
    DoubleType,
    IntegerType,
    LongType,
    NestedField,
    StringType,
    TimestamptzType,
)

OWN_KEYS = {
    "s3.endpoint": S3_ENDPOINT,
    "s3.region": S3_REGION,
    "s3.access-key-id": S3_ACCESS_KEY,
    "s3.secret-access-key": S3_SECRET_KEY,
}
ARROW = "pyiceberg.io.pyarrow.PyArrowFileIO"
FSSPEC = "pyiceberg.io.fsspec.FsspecFileIO"

# The same cases run with either way to the files.
FILE_IO = os.environ.get("PY_IO_IMPL", ARROW)

SCHEMA = Schema(
    NestedField(1, "id", LongType(), required=True),
    NestedField(2, "grp", StringType()),
    NestedField(3, "at", TimestamptzType()),
    NestedField(4, "amount", DecimalType(12, 2)),
    NestedField(5, "small", IntegerType()),
    identifier_field_ids=[1],
)
ARROW_SCHEMA = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False),
        pa.field("grp", pa.string()),
        pa.field("at", pa.timestamp("us", tz="UTC")),
        pa.field("amount", pa.decimal128(12, 2)),
        pa.field("small", pa.int32()),
    ]
)


def connect(**properties):
    settings = {"type": "rest", "uri": CATALOG_URI, "warehouse": WAREHOUSE, "py-io-impl": FILE_IO, **OWN_KEYS}
    return load_catalog("lake", **{**settings, **properties})


def rows(first, last, grp=None):
    """Rows with ids first .. last - 1."""
    noon = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
    return pa.Table.from_pylist(
        [
            {
                "id": n,
                "grp": grp or f"g{n % 3}",
                "at": noon + timedelta(days=n % 4),
                "amount": Decimal(n) / 4,
                "small": n,
            }
            for n in range(first, last)
        ],
        schema=ARROW_SCHEMA,
    )


def ids(table, **scan):
    return sorted(table.scan(selected_fields=("id",), **scan).to_arrow()["id"].to_pylist())


def new_table(catalog, stem="t", **arguments):
    namespace = fresh("py")
    catalog.create_namespace(namespace)
    return catalog.create_table((namespace, stem), schema=SCHEMA, **arguments)


def case_config_is_served_for_the_warehouse_and_none_other():
    connect()
    expect_error(Exception, lambda: connect(warehouse="no-such-warehouse"), "no-such-warehouse")


def case_namespaces_are_created_listed_changed_and_dropped():
    catalog = connect()
    name = fresh("py")
    catalog.create_namespace(name, {"owner": "ann", "colour": "blue"})
    expect_error(NamespaceAlreadyExistsError, lambda: catalog.create_namespace(name))
    catalog.create_namespace_if_not_exists(name)
    assert (name,) in catalog.list_namespaces()
    assert catalog.namespace_exists(name)
    summary = catalog.update_namespace_properties(name, removals={"colour", "shape"}, updates={"owner": "bob"})
    assert (summary.updated, summary.removed, summary.missing) == (["owner"], ["colour"], ["shape"]), summary
    properties = catalog.load_namespace_properties(name)
    assert properties["owner"] == "bob" and "colour" not in properties, properties
    catalog.drop_namespace(name)
    assert not catalog.namespace_exists(name)
    expect_error(NoSuchNamespaceError, lambda: catalog.drop_namespace(name))
    expect_error(NoSuchNamespaceError, lambda: catalog.load_namespace_properties(name))


def case_namespaces_nest():
    catalog = connect()
    top = fresh("py")
    catalog.create_namespace(top)
    catalog.create_namespace((top, "a"))
    catalog.create_namespace((top, "a", "b"))
    assert catalog.list_namespaces(top) == [(top, "a")]
    assert catalog.list_namespaces((top, "a")) == [(top, "a", "b")]
    table = catalog.create_table((top, "a", "b", "t"), schema=SCHEMA)
    table.append(rows(0, 5))
    assert ids(catalog.load_table((top, "a", "b", "t"))) == list(range(5))
    expect_error(NamespaceNotEmptyError, lambda: catalog.drop_namespace((top, "a")))
    expect_error(NamespaceNotEmptyError, lambda: catalog.drop_namespace((top, "a", "b")))
    catalog.drop_table((top, "a", "b", "t"))
    for name in [(top, "a", "b"), (top, "a"), (top,)]:
        catalog.drop_namespace(name)
    assert not catalog.namespace_exists(top)


def case_partitioned_and_sorted_tables_are_appended_to():
    catalog = connect()
    spec = PartitionSpec(
        PartitionField(2, 1000, IdentityTransform(), "grp"),
        PartitionField(1, 1001, BucketTransform(4), "id_bucket"),
        PartitionField(3, 1002, DayTransform(), "at_day"),
    )
    order = SortOrder(SortField(1, transform=IdentityTransform()))
    table = new_table(catalog, partition_spec=spec, sort_order=order, properties={"colour": "blue"})
    assert table.properties["colour"] == "blue"
    table.append(rows(0, 50))
    table.append(rows(50, 100))
    again = catalog.load_table(table.name())
    assert ids(again) == list(range(100))
    assert ids(again, row_filter=EqualTo("grp", "g1")) == [n for n in range(100) if n % 3 == 1]
    assert [field.name for field in again.spec().fields] == ["grp", "id_bucket", "at_day"]
    assert len(again.sort_order().fields) == 1
    assert again.scan().count() == 100
    assert len(again.inspect.files()) > 12
    assert len(again.metadata.snapshots) == 2
    assert again.metadata.format_version == 2


def case_create_refuses_what_exists_and_where_nothing_exists():
    catalog = connect()
    table = new_table(catalog)
    expect_error(TableAlreadyExistsError, lambda: catalog.create_table(table.name(), schema=SCHEMA))
    assert catalog.create_table_if_not_exists(table.name(), schema=SCHEMA).metadata.table_uuid == table.metadata.table_uuid
    expect_error(NoSuchNamespaceError, lambda: catalog.create_table((fresh("none"), "t"), schema=SCHEMA))
    expect_error(NoSuchTableError, lambda: catalog.load_table((table.name()[0], "none")))
    expect_error(NoSuchTableError, lambda: catalog.drop_table((table.name()[0], "none")))
    expect_error(NoSuchNamespaceError, lambda: catalog.list_tables(fresh("none")))


def case_a_staged_table_appears_with_its_rows():
    catalog = connect()
    namespace = fresh("py")
    catalog.create_namespace(namespace)
    with catalog.create_table_transaction((namespace, "t"), schema=SCHEMA) as transaction:
        transaction.append(rows(0, 10))
        assert not catalog.table_exists((namespace, "t"))
    table = catalog.load_table((namespace, "t"))
    assert ids(table) == list(range(10))
    # Two stage the same name: one wins.
    first = catalog.create_table_transaction((namespace, "u"), schema=SCHEMA)
    second = catalog.create_table_transaction((namespace, "u"), schema=SCHEMA)
    first.append(rows(0, 3))
    second.append(rows(0, 4))
    first.commit_transaction()
    expect_error((CommitFailedException, TableAlreadyExistsError), second.commit_transaction)
    assert ids(catalog.load_table((namespace, "u"))) == [0, 1, 2]


def case_rows_are_deleted_overwritten_and_merged():
    catalog = connect()
    table = new_table(catalog, partition_spec=PartitionSpec(PartitionField(2, 1000, TruncateTransform(2), "grp_t")))
    table.append(rows(0, 30))
    table.delete(GreaterThanOrEqual("id", 25))  # rewrites files
    assert ids(table) == list(range(25))
    table.overwrite(rows(100, 105, grp="g1"), overwrite_filter=EqualTo("grp", "g1"))
    expected = [n for n in range(25) if n % 3 != 1] + list(range(100, 105))
    assert ids(table) == expected, ids(table)
    result = table.upsert(rows(104, 108, grp="zz"), join_cols=["id"])
    assert (result.rows_updated, result.rows_inserted) == (1, 3), result
    again = catalog.load_table(table.name())
    assert ids(again) == sorted(expected + [105, 106, 107])
    assert ids(again, row_filter=EqualTo("grp", "zz")) == [104, 105, 106, 107]
    again.overwrite(rows(0, 2))
    assert ids(catalog.load_table(table.name())) == [0, 1]


def case_old_snapshots_stay_readable():
    catalog = connect()
    table = new_table(catalog)
    for n in range(4):
        table.append(rows(n * 10, n * 10 + 10))
    table.delete(GreaterThanOrEqual("id", 15))
    again = catalog.load_table(table.name())
    assert len(again.metadata.snapshots) == len(table.metadata.snapshots) >= 5
    counts = [again.scan(snapshot_id=entry.snapshot_id).count() for entry in again.history()]
    assert counts[:4] == [10, 20, 30, 40] and counts[-1] == 15, counts
    then = again.snapshot_as_of_timestamp(again.history()[1].timestamp_ms)
    assert again.scan(snapshot_id=then.snapshot_id).count() == 20
    again.manage_snapshots().create_tag(again.history()[2].snapshot_id, "third").create_branch(
        again.history()[0].snapshot_id, "first"
    ).commit()
    tagged = catalog.load_table(table.name())
    assert tagged.scan().use_ref("third").count() == 30
    tagged.append(rows(900, 901), branch="first")
    assert catalog.load_table(table.name()).scan().use_ref("first").count() == 11
    assert catalog.load_table(table.name()).scan().count() == 15
    tagged.manage_snapshots().remove_tag("third").commit()
    assert set(catalog.load_table(table.name()).refs()) == {"main", "first"}


def case_scans_planned_by_the_server_read_the_same_rows():
    catalog = connect()
    spec = PartitionSpec(
        PartitionField(2, 1000, IdentityTransform(), "grp"),
        PartitionField(3, 1001, DayTransform(), "at_day"),
    )
    table = new_table(catalog, partition_spec=spec)
    table.append(rows(0, 60))
    first = table.current_snapshot().snapshot_id
    table.append(rows(60, 120, grp="late"))
    table.delete("id >= 20 and id < 30")
    with table.update_spec() as update:
        update.add_field("id", BucketTransform(2), "id_bucket")
    table.append(rows(120, 150))

    by_server = connect(**{"scan-planning-mode": "server"})
    assert by_server.supports_server_side_planning()
    planned, own = by_server.load_table(table.name()), catalog.load_table(table.name())
    scans = [
        {},
        {"row_filter": EqualTo("grp", "late")},
        {"row_filter": "grp == 'g1' and id > 40"},
        {"row_filter": "id in (1, 25, 75, 149) or small is null"},
        {"row_filter": "GRP like 'g%'", "case_sensitive": False},
        {"row_filter": "amount >= 20.50"},
        {"row_filter": "at < '2026-01-02T00:00:00+00:00'"},
        {"snapshot_id": first},
        {"snapshot_id": first, "row_filter": "id < 5"},
        {"selected_fields": ("id", "amount"), "row_filter": "id != 3"},
        {"row_filter": "id > 1000"},
    ]
    for scan in scans:
        expected = own.scan(**scan).to_arrow().sort_by("id")
        found = planned.scan(**scan).to_arrow().sort_by("id")
        assert found.equals(expected), f"{scan}: {found.num_rows} rows, expected {expected.num_rows}"
    assert len(list(planned.scan().plan_files())) == len(list(own.scan().plan_files()))
    assert planned.scan().count() == 140
    empty = new_table(catalog)
    assert ids(by_server.load_table(empty.name())) == []


def case_schema_and_spec_evolve():
    catalog = connect()
    table = new_table(catalog)
    table.append(rows(0, 5))
    with table.update_schema() as update:
        update.add_column("note", StringType(), doc="free text")
        update.rename_column("grp", "team")
        update.update_column("small", field_type=LongType())
        update.delete_column("amount")
    with table.update_spec() as update:
        update.add_field("team", IdentityTransform(), "team")
    again = catalog.load_table(table.name())
    assert [field.name for field in again.schema().fields] == ["id", "team", "at", "small", "note"]
    assert isinstance(again.schema().find_type("small"), LongType)
    assert len(again.schemas()) == 2 and len(again.specs()) == 2
    more = pa.Table.from_pylist(
        [{"id": 5, "team": "g9", "at": None, "small": 2**40, "note": "hello"}],
        schema=pa.schema(
            [
                pa.field("id", pa.int64(), nullable=False),
                pa.field("team", pa.string()),
                pa.field("at", pa.timestamp("us", tz="UTC")),
                pa.field("small", pa.int64()),
                pa.field("note", pa.string()),
            ]
        ),
    )
    again.append(more)
    result = catalog.load_table(table.name()).scan().to_arrow().sort_by("id").to_pylist()
    assert [row["id"] for row in result] == list(range(6))
    assert result[5]["note"] == "hello" and result[5]["small"] == 2**40 and result[0]["note"] is None, result
    # A column dropped and added again is another column: its old values do not come back.
    with again.update_schema() as update:
        update.add_column("amount", DoubleType())
    assert set(catalog.load_table(table.name()).scan().to_arrow()["amount"].to_pylist()) == {None}
    with again.update_spec() as update:
        update.remove_field("team")
    assert not catalog.load_table(table.name()).spec().fields


def case_several_changes_are_one_commit():
    catalog = connect()
    table = new_table(catalog)
    with table.transaction() as transaction:
        transaction.set_properties(colour="red")
        with transaction.update_schema() as update:
            update.add_column("extra", StringType())
        transaction.append(rows(0, 3))
    again = catalog.load_table(table.name())
    assert again.properties["colour"] == "red" and ids(again) == [0, 1, 2]
    assert len(again.metadata.metadata_log) == 1, again.metadata.metadata_log


def case_properties_are_set_and_removed():
    catalog = connect()
    table = new_table(catalog, properties={"a": "1", "b": "2"})
    with table.transaction() as transaction:
        transaction.set_properties({"a": "one", "c": "3"})
        transaction.remove_properties("b")
    properties = catalog.load_table(table.name()).properties
    assert properties["a"] == "one" and properties["c"] == "3" and "b" not in properties, properties
    with table.transaction() as transaction:
        transaction.remove_properties("a", "c")
    properties = catalog.load_table(table.name()).properties
    assert not {"a", "b", "c"} & set(properties), properties


def case_a_stale_writer_is_refused():
    catalog = connect()
    table = new_table(catalog)
    stale = catalog.load_table(table.name())
    table.append(rows(0, 3))
    with table.update_schema() as update:
        update.add_column("extra", StringType())

    def evolve():
        with stale.update_schema() as update:
            update.add_column("other", StringType())

    expect_error(CommitFailedException, evolve)
    again = catalog.load_table(table.name())
    assert "other" not in again.schema().column_names and ids(again) == [0, 1, 2]


def case_tables_are_renamed_across_namespaces():
    catalog = connect()
    table = new_table(catalog)
    table.append(rows(0, 3))
    there = fresh("py")
    catalog.create_namespace(there)
    catalog.rename_table(table.name(), (there, "moved"))
    assert not catalog.table_exists(table.name())
    moved = catalog.load_table((there, "moved"))
    assert ids(moved) == [0, 1, 2] and moved.metadata.table_uuid == table.metadata.table_uuid
    moved.append(rows(3, 4))
    other = catalog.create_table((there, "other"), schema=SCHEMA)
    expect_error(TableAlreadyExistsError, lambda: catalog.rename_table((there, "moved"), other.name()))
    expect_error(NoSuchTableError, lambda: catalog.rename_table((there, "none"), (there, "new")))
    expect_error(NoSuchNamespaceError, lambda: catalog.rename_table((there, "moved"), (fresh("none"), "new")))
    assert sorted(catalog.list_tables(there)) == [(there, "moved"), (there, "other")]


def case_of_racing_renames_one_wins():
    catalog = connect()
    table = new_table(catalog)
    namespace = table.name()[0]
    catalogs = [connect() for _ in range(8)]
    _, errors = together(8, lambda n: catalogs[n].rename_table(table.name(), (namespace, f"r{n}")))
    assert sum(error is None for error in errors) == 1, errors
    assert all(error is None or isinstance(error, NoSuchTableError) for error in errors), errors
    assert len(catalog.list_tables(namespace)) == 1


def case_of_racing_creates_one_wins():
    catalog = connect()
    namespace = fresh("py")
    catalog.create_namespace(namespace)
    catalogs = [connect() for _ in range(8)]
    made, errors = together(8, lambda n: catalogs[n].create_table((namespace, "t"), schema=SCHEMA))
    winners = [table for table in made if table is not None]
    assert len(winners) == 1, errors
    assert all(error is None or isinstance(error, TableAlreadyExistsError) for error in errors), errors
    assert catalog.load_table((namespace, "t")).metadata.table_uuid == winners[0].metadata.table_uuid


def case_concurrent_appenders_lose_nothing():
    catalog = connect()
    table = new_table(catalog, properties={"commit.retry.num-retries": "40", "commit.retry.max-wait-ms": "500"})
    catalogs = [connect() for _ in range(8)]

    def work(worker):
        appended = 0
        mine = catalogs[worker].load_table(table.name())
        for turn in range(3):
            first = worker * 1000 + turn * 10
            try:
                mine.append(rows(first, first + 10))
                appended += 10
            except CommitFailedException:  # refused after all retries: then none of it may be there
                pass
            mine.refresh()
        return appended

    counts, errors = together(8, work)
    assert not any(errors), errors
    again = catalog.load_table(table.name())
    found = ids(again)
    assert len(found) == len(set(found)) == sum(counts), (len(found), counts)
    assert len(again.metadata.snapshots) == sum(counts) // 10
    assert sum(counts) > 80, counts


def case_tables_are_dropped_and_purged():
    catalog = connect()
    kept = new_table(catalog, "kept")
    kept.append(rows(0, 3))
    namespace = kept.name()[0]
    catalog.drop_table(kept.name())
    assert not catalog.table_exists(kept.name())
    # Dropped is not purged: the files are there and the table can be registered again.
    again = catalog.register_table((namespace, "again"), kept.metadata_location)
    assert ids(again) == [0, 1, 2] and again.metadata.table_uuid == kept.metadata.table_uuid
    again.append(rows(3, 4))
    expect_error(TableAlreadyExistsError, lambda: catalog.register_table((namespace, "again"), kept.metadata_location))
    again = catalog.load_table((namespace, "again"))
    catalog.purge_table((namespace, "again"))
    assert not catalog.table_exists((namespace, "again"))
    dropped = dropped_in(namespace)
    assert [(entry["name"], entry["state"], entry["purge"]) for entry in dropped] == [
        ("kept", "restorable", False),
        ("again", "restorable", True),
    ]
    api("POST", f"dropped/{dropped[1]['id']}/restore")
    assert ids(catalog.load_table((namespace, "again"))) == [0, 1, 2, 3]
    # The files of one table under two names: they go when both are gone for good.
    catalog.purge_table((namespace, "again"))
    api("DELETE", f"dropped/{dropped[1]['id']}")
    wait_until(lambda: len(dropped_in(namespace)) == 1)
    assert again.io.new_input(again.metadata_location).exists()
    alone = new_table(catalog, "alone")
    alone.append(rows(0, 3))
    alone = catalog.load_table(alone.name())
    files = [task.file.file_path for task in alone.scan().plan_files()]
    catalog.purge_table(alone.name())
    api("DELETE", f"dropped/{dropped_in(alone.name()[0])[0]['id']}")
    for location in [*files, alone.current_snapshot().manifest_list, alone.metadata_location]:
        wait_until(lambda location=location: not alone.io.new_input(location).exists())


def dropped_in(namespace):
    return [entry for entry in api("GET", "dropped")["dropped"] if entry["namespace"] == [namespace]]


def case_a_protected_table_is_not_dropped():
    catalog = connect()
    table = new_table(catalog)
    namespace, name = table.name()
    path = f"namespaces/{namespace}/tables/{name}/protection"
    api("PUT", path)
    expect_error(Exception, lambda: catalog.drop_table(table.name()), "ProtectedException", "tarn catalog unprotect")
    assert catalog.table_exists(table.name())
    api("DELETE", path)
    catalog.drop_table(table.name())


def case_the_metadata_file_says_what_the_server_says():
    catalog = connect()
    table = new_table(catalog)
    table.append(rows(0, 7))
    again = catalog.load_table(table.name())
    static = StaticTable.from_metadata(again.metadata_location, properties=OWN_KEYS)
    assert static.metadata == again.metadata
    assert static.scan().count() == 7


def case_lists_come_in_pages():
    catalog = connect(**{"rest-page-size": "3"})
    namespace = fresh("py")
    catalog.create_namespace(namespace)
    for n in range(10):
        catalog.create_table((namespace, f"t{n}"), schema=SCHEMA)
        catalog.create_namespace((namespace, f"n{n}"))
    assert sorted(catalog.list_tables(namespace)) == [(namespace, f"t{n}") for n in range(10)]
    assert sorted(catalog.list_namespaces(namespace)) == [(namespace, f"n{n}") for n in range(10)]


def case_views_are_listed_created_and_dropped():
    from pyiceberg.view.metadata import SQLViewRepresentation, ViewVersion

    catalog = connect()
    table = new_table(catalog)
    namespace = table.name()[0]
    assert catalog.list_views(namespace) == []
    assert not catalog.view_exists((namespace, "v"))
    version = ViewVersion(
        version_id=1,
        schema_id=0,
        timestamp_ms=1_767_225_600_000,
        summary={"engine-name": "test"},
        representations=[SQLViewRepresentation(type="sql", sql="SELECT id FROM t", dialect="spark")],
        default_namespace=[namespace],
    )
    catalog.create_view((namespace, "v"), Schema(NestedField(1, "id", LongType())), version)
    assert catalog.view_exists((namespace, "v"))
    assert catalog.list_views(namespace) == [(namespace, "v")]
    assert catalog.list_tables(namespace) == [table.name()]
    loaded = catalog.load_view((namespace, "v"))
    assert loaded.metadata.versions[0].representations[0].root.sql == "SELECT id FROM t"
    expect_error(TableAlreadyExistsError, lambda: catalog.create_table((namespace, "v"), schema=SCHEMA))
    catalog.drop_view((namespace, "v"))
    assert not catalog.view_exists((namespace, "v"))


def case_snapshots_expire():
    catalog = connect()
    table = new_table(catalog)
    for n in range(3):
        table.append(rows(n, n + 1))
    old = catalog.load_table(table.name()).history()[0].snapshot_id
    table.maintenance.expire_snapshots().by_id(old).commit()
    again = catalog.load_table(table.name())
    assert old not in [snapshot.snapshot_id for snapshot in again.snapshots()]
    assert ids(again) == [0, 1, 2]


def case_files_written_elsewhere_are_added():
    import pyarrow.parquet as pq

    catalog = connect()
    table = new_table(catalog)
    location = table.location() + "/elsewhere/file one=%25.parquet"
    with table.io.new_output(location).create() as stream:
        pq.write_table(rows(0, 9), stream)
    table.add_files([location])
    assert ids(catalog.load_table(table.name())) == list(range(9))


def case_wide_and_long_tables_work():
    catalog = connect()
    fields = [NestedField(n + 1, f"column_{n:04d}", LongType()) for n in range(600)]
    namespace = fresh("py")
    catalog.create_namespace(namespace)
    table = catalog.create_table((namespace, "wide"), schema=Schema(*fields))
    table.append(pa.table({field.name: pa.array([1, 2], pa.int64()) for field in fields}))
    for n in range(40):
        with table.transaction() as transaction:
            transaction.set_properties({f"key{n}": "v" * 1000})
    again = catalog.load_table(table.name())
    assert len(again.schema().fields) == 600 and again.properties["key39"] == "v" * 1000
    assert again.scan().count() == 2


def case_both_ways_to_the_files_agree():
    written = new_table(connect(**{"py-io-impl": ARROW}))
    written.append(rows(0, 3))
    other = connect(**{"py-io-impl": FSSPEC}).load_table(written.name())
    other.append(rows(3, 6))
    assert ids(connect(**{"py-io-impl": ARROW}).load_table(written.name())) == list(range(6))
    assert ids(connect(**{"py-io-impl": FSSPEC}).load_table(written.name())) == list(range(6))


def case_own_keys_work_with_delegation_asked_for_or_not():
    # PyIceberg asks for vended credentials unless told otherwise; either way the user's own keys must open the files.
    table = new_table(connect(**{"header.X-Iceberg-Access-Delegation": "vended-credentials"}))
    table.append(rows(0, 2))
    plain = connect(**{"header.X-Iceberg-Access-Delegation": ""}).load_table(table.name())
    plain.append(rows(2, 4))
    assert ids(plain) == list(range(4))


def case_a_large_file_goes_in_parts():
    catalog = connect()
    namespace = fresh("py")
    catalog.create_namespace(namespace)
    count = 1_500_000
    column = pa.array([(n * 2654435761) % (1 << 62) for n in range(count)], pa.int64())
    table = catalog.create_table((namespace, "large"), schema=pa.schema([pa.field("n", pa.int64())]))
    table.append(pa.table({"n": column}))
    again = catalog.load_table((namespace, "large"))
    assert again.inspect.files()["file_size_in_bytes"].to_pylist()[0] > 8 << 20
    assert pa.compute.sum(again.scan().to_arrow()["n"]).as_py() == pa.compute.sum(column).as_py()


def case_vended_keys_are_all_a_client_needs():
    catalog = load_catalog("lake", type="rest", uri=CATALOG_URI, warehouse=WAREHOUSE, **{"py-io-impl": FILE_IO})
    table = new_table(catalog)
    table.append(rows(0, 2))
    assert ids(catalog.load_table(table.name())) == [0, 1]
    # A staged table has no metadata file yet by whose place the keys could be chosen.
    with catalog.create_table_transaction((table.name()[0], "staged"), schema=SCHEMA) as transaction:
        transaction.append(rows(0, 3))
    assert ids(catalog.load_table((table.name()[0], "staged"))) == [0, 1, 2]
