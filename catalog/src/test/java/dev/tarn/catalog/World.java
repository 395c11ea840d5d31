package dev.tarn.catalog;

import dev.tarn.catalog.table.PendingCommit;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectInfo;
import dev.tarn.store.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.types.Types;

/// A catalog on real rows and bytes, every call to which is watched.
final class World implements AutoCloseable {
    static final Namespace SALES = Namespace.of("sales");
    static final TableIdentifier ORDERS = TableIdentifier.of(SALES, "orders");
    static final Schema SCHEMA =
            new Schema(
                    Types.NestedField.required(1, "id", Types.LongType.get()),
                    Types.NestedField.optional(2, "name", Types.StringType.get()));
    static final CatalogSettings SETTINGS =
            new CatalogSettings("lake", Location.of("s3://lake/root"));

    final Calls calls = new Calls();
    final MemoryStore objects;
    private final Database rows;
    private Duration ahead = Duration.ZERO;
    Catalog catalog;
    Warehouse lake;

    World(Database rows) {
        this(rows, new MemoryStore());
    }

    private World(Database rows, MemoryStore objects) {
        this.rows = rows;
        this.objects = objects;
        this.catalog = open();
        this.lake = catalog.warehouses().defaultWarehouse();
    }

    private Catalog open() {
        return new Catalog(calls.watch(rows), calls.watch(objects), SETTINGS, this::now);
    }

    private Instant now() {
        return Instant.now().plus(ahead);
    }

    /// From here on it is as much later.
    void pass(Duration time) {
        ahead = ahead.plus(time);
    }

    /// The same rows and bytes with nothing in memory.
    World restart() {
        var world = new World(rows, objects);
        world.ahead = ahead;
        return world;
    }

    Database rows() {
        return calls.watch(rows);
    }

    World withoutCache() {
        var settings =
                new CatalogSettings(
                        SETTINGS.warehouse(),
                        SETTINGS.warehouseRoot(),
                        List.of(),
                        0,
                        Duration.ZERO);
        catalog = new Catalog(calls.watch(rows), calls.watch(objects), settings, this::now);
        return this;
    }

    World withOrders() {
        if (!catalog.namespaces().exists(lake, SALES)) {
            catalog.namespaces().create(lake, SALES, Map.of());
        }
        catalog.tables().create(lake, SALES, create("orders"));
        return this;
    }

    static CreateTableRequest create(String name) {
        return CreateTableRequest.builder().withName(name).withSchema(SCHEMA).build();
    }

    TableMetadata load(TableIdentifier name) {
        return catalog.tables().load(lake, name).metadata();
    }

    /// Adds a file of one row, which exists as an object too.
    DataFile file(String name) {
        String path = "s3://lake/root/data/" + name + ".parquet";
        objects.write(Location.of(path), new byte[10], Condition.NONE);
        return DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath(path)
                .withFileSizeInBytes(10)
                .withRecordCount(1)
                .build();
    }

    void append(TableIdentifier table, String file) {
        PendingCommit commit = catalog.tables().begin(lake);
        commit.table(table).newFastAppend().appendFile(file(file)).commit();
        commit.commit(tx -> {});
    }

    /// Reads the table down to its manifests.
    Set<String> files(TableIdentifier table) {
        Set<String> files = new TreeSet<>();
        var loaded = catalog.tables().begin(lake).table(table);
        Snapshot current = loaded.currentSnapshot();
        if (current != null) {
            try (var tasks = loaded.newScan().planFiles()) {
                tasks.forEach(task -> files.add(name(task.file().location())));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return files;
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1).replace(".parquet", "");
    }

    /// Every object there is.
    List<String> allFiles() {
        try (Stream<ObjectInfo> all = objects.list(Location.of("s3://lake/"))) {
            return all.map(object -> object.location().toString()).toList();
        }
    }

    /// The first column of what a query of the database gives.
    List<String> rows(String sql) {
        return rows.read(tx -> tx.query(sql, row -> row.string(1)));
    }

    List<String> eventKinds() {
        List<String> kinds = new ArrayList<>();
        catalog.events().after(0, 1000).forEach(event -> kinds.add(event.type().kind()));
        return kinds;
    }

    @Override
    public void close() {
        catalog.close();
        rows.close();
    }
}
