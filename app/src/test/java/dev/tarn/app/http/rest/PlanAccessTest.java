package dev.tarn.app.http.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.app.http.Wire;
import dev.tarn.catalog.planning.PlanLimits;
import dev.tarn.storage.Location;
import dev.tarn.storage.s3.S3Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableScan;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.rest.RESTCatalog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The keys with which the files of a plan are read.
@SuppressWarnings("NullAway.Init") // before each test
class PlanAccessTest {
    private static final String TABLES = "/v1/namespaces/shop/tables";
    private static final String ORDERS = TABLES + "/orders";
    private static final String VENDED = "vended-credentials";
    private static final Namespace SHOP = Namespace.of("shop");
    private static final Duration LIFE = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofSeconds(2);

    @TempDir Path folder;
    private VendingServer server;
    private RESTCatalog client;
    private Wire wire;
    private Table orders;

    @BeforeEach
    void start() {
        open(LIFE, PlanLimits.STANDARD);
        client.createNamespace(SHOP);
        orders = withRows("orders");
    }

    private void open(Duration life, PlanLimits limits) {
        server = new VendingServer(folder, life, InstantSource.system(), limits);
        client = server.client(VENDED);
        wire = new Wire(server.port());
    }

    private void openAgain(Duration life, PlanLimits limits) throws IOException {
        stop();
        open(life, limits);
    }

    @AfterEach
    void stop() throws IOException {
        wire.close();
        client.close();
        server.close();
    }

    private Table withRows(String name) {
        Table table = client.createTable(TableIdentifier.of(SHOP, name), WrittenRows.SCHEMA);
        table.newFastAppend().appendFile(new WrittenRows(table).write(0, 3, "a")).commit();
        return table;
    }

    private Wire.Answer plan(String delegation) {
        return wire.post(ORDERS + "/plan", "{}", Delegation.HEADER, delegation);
    }

    private static Map<String, String> keys(JsonNode answer) {
        JsonNode credentials = answer.path("storage-credentials");
        assertThat(credentials).as(answer.toString()).hasSize(1);
        Map<String, String> config = new LinkedHashMap<>();
        credentials
                .get(0)
                .path("config")
                .properties()
                .forEach(e -> config.put(e.getKey(), e.getValue().asText()));
        assertThat(config).containsKeys("s3.access-key-id", "s3.session-token");
        return config;
    }

    private static String firstFile(JsonNode plan) {
        return plan.at("/file-scan-tasks/0/data-file/file-path").asText();
    }

    @Test
    void theKeysOfAPlanOpenTheFilesOfItsTableAlone() {
        String other =
                firstFile(
                        wire.post(TABLES + "/" + name(withRows("orders2")) + "/plan", "{}").json());
        Wire.Answer answer = plan(VENDED);

        assertThat(answer.json().at("/storage-credentials/0/prefix").asText())
                .isEqualTo(orders.location() + "/");
        assertThat(answer.header("Cache-Control")).contains("no-store");
        try (S3Store store = server.storeWith(keys(answer.json()))) {
            assertThat(store.read(Location.of(firstFile(answer.json())))).isNotEmpty();
            assertThatThrownBy(() -> store.read(Location.of(other)))
                    .cause()
                    .hasMessageContaining("Status Code: 403");
        }
    }

    private static String name(Table table) {
        return table.name().substring(table.name().lastIndexOf('.') + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "none", "remote-signing"})
    void aPlanHasNoKeysForWhoDoesNotAsk(String delegation) {
        int vended = server.vended().size();

        Wire.Answer answer =
                delegation.isEmpty() ? wire.post(ORDERS + "/plan", "{}") : plan(delegation);

        assertThat(answer.json().path("file-scan-tasks")).hasSize(1);
        assertThat(answer.json().has("storage-credentials")).isFalse();
        assertThat(answer.text()).doesNotContain("session-token");
        assertThat(server.vended()).hasSize(vended);
    }

    @Test
    void aPlanThatIsFetchedLaterHasKeysThen() throws IOException {
        openAgain(LIFE, PlanLimits.STANDARD.withWaitDuration(Duration.ZERO));
        Wire.Answer answer = plan(VENDED);
        while (answer.json().path("status").asText().equals("submitted")) { // ends with the plan
            assertThat(answer.json().has("storage-credentials")).isFalse();
            String id = answer.json().path("plan-id").asText();
            answer = wire.get(ORDERS + "/plan/" + id, Delegation.HEADER, VENDED);
        }

        try (S3Store store = server.storeWith(keys(answer.json()))) {
            assertThat(store.read(Location.of(firstFile(answer.json())))).isNotEmpty();
        }
    }

    @Test
    void freshKeysAreGivenForPlansOfTheTable() {
        String id = plan(VENDED).json().path("plan-id").asText();
        String fresh = ORDERS + "/credentials?planId=";

        keys(wire.get(fresh + id).json());
        // Iceberg's client ends a plan when it knows the files, before it reads them.
        assertThat(wire.delete(ORDERS + "/plan/" + id).status()).isEqualTo(204);
        keys(wire.get(fresh + id).json());

        withRows("orders2");
        for (String unknown :
                new String[] {
                    fresh + "unknown",
                    fresh,
                    fresh + id.substring(1),
                    TABLES + "/orders2/credentials?planId=" + id
                }) {
            Wire.Answer refused = wire.get(unknown);
            assertThat(refused.error()).as(unknown).isEqualTo("404 NoSuchPlanIdException");
            assertThat(refused.text()).doesNotContain("session-token");
        }
        assertThat(wire.get(TABLES + "/none/credentials?planId=" + id).error())
                .isEqualTo("404 NoSuchTableException");
    }

    /// The client sends the id of its plan when the keys that came with it are about to expire.
    @Test
    void theClientReadsOnWhenTheKeysOfItsPlanHaveExpired() throws IOException {
        openAgain(SHORT, PlanLimits.STANDARD);
        Table table = client.loadTable(TableIdentifier.of(SHOP, "orders"));
        table.updateProperties().set("scan-planning-mode", "server").commit();
        TableScan scan = client.loadTable(TableIdentifier.of(SHOP, "orders")).newScan();
        assertThat(scan.getClass().getSimpleName()).isEqualTo("RESTTableScan");
        String file;
        try (var files = scan.planFiles()) {
            FileScanTask first = files.iterator().next();
            file = first.file().location();
        }
        FileIO io = scan.fileIO().get();
        assertThat(read(io, file)).isNotEmpty();
        int vended = server.vended().size();
        long expired = System.nanoTime() + SHORT.toNanos();
        while (System.nanoTime() < expired) {
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }

        assertThat(read(io, file)).isNotEmpty();
        assertThat(server.vended()).hasSizeGreaterThan(vended);
    }

    private static byte[] read(FileIO io, String location) throws IOException {
        try (InputStream in = io.newInputFile(location).newStream()) {
            return in.readAllBytes();
        }
    }
}
