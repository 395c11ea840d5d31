package dev.tarn.app.http.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.storage.Location;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.SupportsBulkOperations;
import org.apache.iceberg.io.SupportsPrefixOperations;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Iceberg's own client, as Spark and Flink use it, with no keys of its own.
@SuppressWarnings("NullAway.Init") // by each test
class IcebergClientAccessTest {
    private static final Namespace SHOP = Namespace.of("shop", "a b");
    private static final Schema SCHEMA =
            new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));
    private static final Duration SHORT = Duration.ofSeconds(2);

    @TempDir Path folder;
    private VendingServer server;
    private RESTCatalog client;

    private void start(Duration life, String delegation) {
        server = new VendingServer(folder, life, InstantSource.system());
        client = server.client(delegation);
        client.createNamespace(Namespace.of("shop"));
        client.createNamespace(SHOP);
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
    }

    private Table create(String name) {
        return client.createTable(TableIdentifier.of(SHOP, name), SCHEMA);
    }

    private static void write(FileIO io, String location, byte[] content) throws IOException {
        try (OutputStream out = io.newOutputFile(location).createOrOverwrite()) {
            out.write(content);
        }
    }

    private static byte[] read(FileIO io, String location) throws IOException {
        try (InputStream in = io.newInputFile(location).newStream()) {
            return in.readAllBytes();
        }
    }

    private static void isRefusal(Throwable thrown) {
        assertThat(thrown.getMessage()).containsAnyOf("403", "Cannot sign for");
    }

    private static byte[] content(int length) {
        byte[] content = new byte[length];
        Arrays.fill(content, (byte) 'x');
        return content;
    }

    @ParameterizedTest
    @ValueSource(strings = {"vended-credentials", "remote-signing"})
    void aClientWithoutKeysDoesAllThatATableNeeds(String delegation) throws IOException {
        start(Duration.ofHours(1), delegation);
        Table table = create("orders+50%");
        FileIO io = table.io();
        String file = table.location() + "/data/day=1%3A a/ä+.parquet";
        byte[] small = "hello".getBytes(StandardCharsets.UTF_8);

        write(io, file, small);
        assertThat(read(io, file)).isEqualTo(small);
        assertThat(io.newInputFile(file).getLength()).isEqualTo(5);
        byte[] large = content(34 << 20); // in two parts
        write(io, table.location() + "/data/large", large);
        assertThat(read(io, table.location() + "/data/large")).isEqualTo(large);
        table.newAppend()
                .appendFile(
                        DataFiles.builder(PartitionSpec.unpartitioned())
                                .withPath(file)
                                .withFileSizeInBytes(5)
                                .withRecordCount(1)
                                .build())
                .commit();
        Table loaded = client.loadTable(TableIdentifier.of(SHOP, "orders+50%"));
        assertThat(loaded.currentSnapshot().allManifests(loaded.io())).hasSize(1);
        assertThat(((SupportsPrefixOperations) io).listPrefix(table.location() + "/data/"))
                .hasSize(2);
        ((SupportsBulkOperations) io).deleteFiles(List.of(file, table.location() + "/data/large"));
        assertThat(io.newInputFile(file).exists()).isFalse();
        io.deleteFile(table.location() + "/data/none");
    }

    @ParameterizedTest
    @ValueSource(strings = {"vended-credentials", "remote-signing"})
    void aTableOpensNoOther(String delegation) throws IOException {
        start(Duration.ofHours(1), delegation);
        Table mine = create("orders");
        Table sibling = create("orders2");
        String file = sibling.location() + "/data/a";
        write(sibling.io(), file, content(5));

        assertThatThrownBy(() -> read(mine.io(), file))
                .satisfies(IcebergClientAccessTest::isRefusal);
        assertThatThrownBy(() -> write(mine.io(), file, content(6)))
                .satisfies(IcebergClientAccessTest::isRefusal);
        assertThatThrownBy(() -> mine.io().deleteFile(file));
        assertThatThrownBy(() -> ((SupportsBulkOperations) mine.io()).deleteFiles(List.of(file)));
        assertThat(read(sibling.io(), file)).hasSize(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"vended-credentials", "remote-signing"})
    void aTableIsWrittenBeforeItIsThere(String delegation) throws IOException {
        start(Duration.ofHours(1), delegation);
        TableIdentifier name = TableIdentifier.of(SHOP, "staged");
        Transaction transaction = client.newCreateTableTransaction(name, SCHEMA);
        Table staged = transaction.table();
        String file = staged.location() + "/data/a.parquet";

        write(staged.io(), file, content(5));
        transaction
                .newAppend()
                .appendFile(
                        DataFiles.builder(PartitionSpec.unpartitioned())
                                .withPath(file)
                                .withFileSizeInBytes(5)
                                .withRecordCount(1)
                                .build())
                .commit();
        transaction.commitTransaction();

        assertThat(read(client.loadTable(name).io(), file)).hasSize(5);
    }

    /// Its keys have expired twice before it is done; new ones come by themselves.
    @Test
    void keysAreRenewedWhileATableIsInUse() throws IOException {
        start(SHORT, "vended-credentials");
        Table table = create("orders");
        String file = table.location() + "/data/a";
        write(table.io(), file, content(5));
        Map<String, String> first = table.io().properties();

        awaitExpiry(first);
        assertThatThrownBy(
                        () -> {
                            try (var store = server.storeWith(first)) {
                                store.read(Location.of(file));
                            }
                        })
                .cause()
                .hasMessageContaining("expired");
        assertThat(read(table.io(), file)).hasSize(5);
        long second = System.currentTimeMillis() + SHORT.toMillis();
        while (System.currentTimeMillis() < second) {
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        write(table.io(), file, content(6));
    }

    @Test
    void keysAreRenewedWhileATableIsNotThereYet() throws IOException {
        start(SHORT, "vended-credentials");
        Table staged =
                client.newCreateTableTransaction(TableIdentifier.of(SHOP, "staged"), SCHEMA)
                        .table();

        awaitExpiry(staged.io().properties());
        write(staged.io(), staged.location() + "/data/a", content(5));
    }

    private static void awaitExpiry(Map<String, String> config) {
        long expires =
                Long.parseLong(config.getOrDefault("s3.session-token-expires-at-ms", "missing"));
        while (System.currentTimeMillis() <= expires) {
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }
}
