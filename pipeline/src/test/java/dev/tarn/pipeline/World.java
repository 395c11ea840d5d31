package dev.tarn.pipeline;

import dev.tarn.catalog.Catalog;
import dev.tarn.catalog.CatalogSettings;
import dev.tarn.catalog.PageRequest;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.pipeline.job.JobSource;
import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectStore;
import dev.tarn.storage.local.LocalStore;
import dev.tarn.store.Database;
import dev.tarn.store.Databases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;

/// A catalog on a folder, and the pipelines on it.
final class World implements AutoCloseable {
    final Path folder;
    final Database database;
    final ObjectStore store;
    final Catalog catalog;
    final Pipelines pipelines;
    final List<String> console = new ArrayList<>();
    private @Nullable Function<String, Table> elsewhere;

    World(Path folder) {
        this(folder, d -> d, s -> s);
    }

    /// A second process on the same database and store.
    World(World first) {
        this(first.folder, first.database, first.store);
    }

    /// @param rows,bytes wrap the database and the store, to break them
    World(Path folder, UnaryOperator<Database> rows, UnaryOperator<ObjectStore> bytes) {
        this(
                folder,
                rows.apply(Databases.sqlite(folder.resolve("store.db"))),
                bytes.apply(new LocalStore(false)));
    }

    private World(Path folder, Database database, ObjectStore store) {
        this.folder = folder;
        this.database = database;
        this.store = store;
        Path root = folder.resolve("objects");
        this.catalog =
                new Catalog(
                        database,
                        store,
                        new CatalogSettings("lake", Location.of("file://" + root)),
                        InstantSource.system());
        this.pipelines =
                new Pipelines(
                        catalog,
                        database,
                        InstantSource.system(),
                        () -> Set.of("http://127.0.0.1:8181"),
                        Map.of("TARN_TEST_ENVIRONMENT", "from-environment"));
    }

    Path file(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    JobSource job(String text) {
        return new JobSource(text, "jobs/test.conf", folder);
    }

    Progress run(String text) throws InterruptedException {
        return run(text, RunOptions.DEFAULT);
    }

    Progress run(String text, RunOptions options) throws InterruptedException {
        return run(text, Map.of(), options);
    }

    Progress run(String text, Map<String, String> variables, RunOptions options)
            throws InterruptedException {
        return pipelines.start(job(text), variables, options, console::add).await();
    }

    Warehouse warehouse() {
        return catalog.warehouses().defaultWarehouse();
    }

    /// Lets tables be read from another catalog.
    World readingFrom(Function<String, Table> other) {
        elsewhere = other;
        return this;
    }

    Table table(String name) {
        if (elsewhere != null) {
            return elsewhere.apply(name);
        }
        return catalog.tables().begin(warehouse()).table(TableIdentifier.parse(name));
    }

    /// All rows, read by Iceberg's own reader.
    List<Record> rows(String name) throws IOException {
        try (CloseableIterable<Record> rows = IcebergGenerics.read(table(name)).build()) {
            List<Record> list = new ArrayList<>();
            rows.forEach(row -> list.add(row.copy()));
            return list;
        }
    }

    /// Each row as text, by its first column, which no two rows have alike.
    Map<String, String> byFirst(String table) throws IOException {
        Map<String, String> rows = new TreeMap<>();
        // Where there are delete files the reader adds columns of its own behind.
        int width = table(table).schema().columns().size();
        for (Record row : rows(table)) {
            List<String> values = new ArrayList<>();
            for (int i = 0; i < width; i++) {
                values.add(String.valueOf(row.get(i)));
            }
            if (rows.put(values.getFirst(), String.join("|", values)) != null) {
                throw new AssertionError("%s, twice in %s".formatted(values, table));
            }
        }
        return rows;
    }

    /// The columns of a table: id, name and type of each.
    List<String> columns(String table) {
        return table(table).schema().columns().stream()
                .map(column -> column.fieldId() + " " + column.name() + " " + column.type())
                .toList();
    }

    List<Object> column(String name, String column) throws IOException {
        List<Object> values = new ArrayList<>();
        rows(name).forEach(row -> values.add(row.getField(column)));
        return values;
    }

    int tableCount() {
        return catalog.tables()
                .list(warehouse(), Namespace.of("t"), PageRequest.ALL)
                .items()
                .size();
    }

    @Override
    public void close() {
        catalog.close();
        store.close();
        database.close();
    }
}
