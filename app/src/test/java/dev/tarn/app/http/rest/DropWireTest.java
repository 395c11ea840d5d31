package dev.tarn.app.http.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.app.cli.CommandLineInterface;
import dev.tarn.app.cli.Surroundings;
import dev.tarn.app.form.Checkout;
import dev.tarn.app.http.Wire;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NamespaceNotEmptyException;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Dropped tables and protection as users have them: the Java client, `/api`, the command line.
@SuppressWarnings("NullAway.Init") // before each
class DropWireTest {
    private static final String LAKE = "/api/warehouses/lake";
    private static final Schema SCHEMA =
            new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));
    private static final Namespace SALES = Namespace.of("sales", "eu.west");
    private static final TableIdentifier ORDERS = TableIdentifier.of(SALES, "orders");

    private TestServer server;
    private Wire wire;
    private RESTCatalog client;

    @BeforeEach
    void start() {
        server = new TestServer(TestStore.SQLITE);
        wire = new Wire(server.port());
        client = server.client("tarn", Map.of());
        client.createNamespace(Namespace.of("sales"));
        client.createNamespace(SALES);
        retain("\"7d\"");
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        wire.close();
        server.close();
    }

    private void retain(String retention) {
        byte[] body = "{\"retention\":%s}".formatted(retention).getBytes();
        assertThat(wire.send("PUT", LAKE + "/drop-retention", body).status()).isEqualTo(200);
    }

    private static Path metadataFile(Table table) {
        String location = ((BaseTable) table).operations().current().metadataFileLocation();
        return Path.of(location.replaceFirst("^file:/+", "/"));
    }

    private JsonNode dropped() {
        return wire.get(LAKE + "/dropped").json().path("dropped");
    }

    private static boolean until(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
        return true;
    }

    private record Ran(int exitCode, String out, String err) {}

    private Ran run(String... words) {
        var out = new StringWriter();
        var err = new StringWriter();
        List<String> all = new ArrayList<>(List.of("catalog"));
        all.addAll(List.of(words));
        all.addAll(List.of("--warehouse", "lake", "--server", server.uri()));
        Path here = Path.of("").toAbsolutePath();
        int exitCode =
                new CommandLineInterface(
                                new Surroundings(
                                        new PrintWriter(out, true),
                                        new PrintWriter(err, true),
                                        Map.of(),
                                        here,
                                        Checkout.root(),
                                        Checkout.root(),
                                        false))
                        .run(all.toArray(String[]::new));
        return new Ran(exitCode, out.toString(), err.toString());
    }

    @Test
    void aDroppedTableIsListedAndRestoredOverTheApi() {
        Table table = client.createTable(ORDERS, SCHEMA);
        assertThat(client.dropTable(ORDERS, true)).isTrue();
        assertThat(client.tableExists(ORDERS)).isFalse();
        JsonNode one = dropped().get(0);
        assertThat(one.path("namespace").toString()).isEqualTo("[\"sales\",\"eu.west\"]");
        assertThat(one.path("name").asText()).isEqualTo("orders");
        assertThat(one.path("state").asText()).isEqualTo("restorable");
        assertThat(one.path("purge").asBoolean()).isTrue();
        assertThat(wire.get(LAKE + "/dropped/" + one.path("id").asText()).json()).isEqualTo(one);

        client.createTable(ORDERS, SCHEMA);
        String restore = LAKE + "/dropped/" + one.path("id").asText() + "/restore";
        assertThat(wire.post(restore, "").error()).isEqualTo("409 AlreadyExistsException");
        assertThat(wire.post(restore, "{\"namespace\":[\"none\"]}").error())
                .isEqualTo("404 NoSuchNamespaceException");
        assertThat(wire.post(restore, "{\"name\":\"back\"}").status()).isEqualTo(200);
        assertThat(client.loadTable(TableIdentifier.of(SALES, "back")).uuid())
                .isEqualTo(table.uuid());
        assertThat(wire.post(restore, "").error()).isEqualTo("404 NoSuchTableException");
        assertThat(dropped()).isEmpty();
    }

    @Test
    void aTableThatWasRegisteredMeanwhileIsNotRestoredUnderASecondName() {
        Table table = client.createTable(ORDERS, SCHEMA);
        String file = metadataFile(table).toUri().toString();
        assertThat(client.dropTable(ORDERS, false)).isTrue();
        client.registerTable(TableIdentifier.of(SALES, "again"), file);

        String restore = LAKE + "/dropped/" + dropped().get(0).path("id").asText() + "/restore";
        assertThat(wire.post(restore, "").status()).isEqualTo(409);
        assertThat(wire.post(restore, "").text())
                .contains(
                        "AlreadyExistsException", "another name stands for the same table, again");
        assertThat(dropped()).hasSize(1);
    }

    @Test
    void filesGoInTheBackgroundWhenTheRetentionIsZeroOrSomebodySaysSo() {
        Table kept = client.createTable(ORDERS, SCHEMA);
        client.dropTable(ORDERS, true);
        assertThat(metadataFile(kept)).exists();
        assertThat(wire.delete(LAKE + "/dropped/" + dropped().get(0).path("id").asText()).status())
                .isEqualTo(202);
        assertThat(until(() -> !Files.exists(metadataFile(kept)) && dropped().isEmpty())).isTrue();

        retain("\"0s\"");
        Table gone = client.createTable(ORDERS, SCHEMA);
        client.dropTable(ORDERS, true);
        assertThat(until(() -> !Files.exists(metadataFile(gone)) && dropped().isEmpty())).isTrue();
        retain("null");
        assertThat(wire.get(LAKE + "/drop-retention").json().path("retention").asText())
                .isEqualTo("0s");
        assertThat(
                        wire.send(
                                        "PUT",
                                        LAKE + "/drop-retention",
                                        "{\"retention\":\"a while\"}".getBytes())
                                .error())
                .isEqualTo("400 BadRequestException");
    }

    @Test
    void clientsAreToldHowToUnprotect() {
        client.createTable(ORDERS, SCHEMA);
        String namespace = LAKE + "/namespaces/sales%1Feu.west";
        for (String path : List.of(LAKE, namespace, namespace + "/tables/orders")) {
            assertThat(wire.send("PUT", path + "/protection", null).status()).isEqualTo(204);
            assertThat(wire.get(path + "/protection").text()).isEqualTo("{\"protected\":true}");
        }
        assertThat(wire.delete("/v1/namespaces/sales%1Feu.west/tables/orders").error())
                .isEqualTo("409 ProtectedException");
        assertThatThrownBy(() -> client.dropTable(ORDERS))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessage(
                        "Table is protected: sales.eu.west.orders; 'tarn catalog unprotect' lifts"
                                + " the protection");
        assertThat(wire.delete(namespace + "/tables/orders/protection").status()).isEqualTo(204);
        assertThat(client.dropTable(ORDERS)).isTrue();
        assertThatThrownBy(() -> client.dropNamespace(SALES))
                .isInstanceOf(NamespaceNotEmptyException.class)
                .hasMessageContaining("Namespace is protected");
        assertThat(wire.send("PUT", namespace + "/views/none/protection", null).error())
                .isEqualTo("404 NoSuchViewException");
    }

    @Test
    void theCommandLineDropsNothingForGoodUnlessItIsTold() {
        String name = "sales.\"eu.west\".orders";
        Table table = client.createTable(ORDERS, SCHEMA);
        assertThat(run("dropped").out()).isEqualTo("Nothing was dropped that could be restored\n");
        assertThat(run("protect", name).out())
                .isEqualTo(name + " is protected; 'tarn catalog unprotect' lifts that\n");
        assertThatThrownBy(() -> client.dropTable(ORDERS)).hasMessageContaining("protected");
        assertThat(run("unprotect", name).out()).isEqualTo(name + " is not protected\n");
        client.dropTable(ORDERS);
        assertThat(run("dropped").out()).contains(name, "table", "restorable", "stay");
        assertThat(run("dropped", "--json").out()).startsWith("{\"id\":");
        assertThat(run("undrop", name).out()).isEqualTo("Restored " + name + "\n");
        assertThat(client.loadTable(ORDERS).uuid()).isEqualTo(table.uuid());

        client.dropTable(ORDERS);
        assertThat(run("undrop", name, "--as", "sales.bills").out())
                .isEqualTo("Restored sales.bills\n");
        Ran nothing = run("undrop", name);
        assertThat(nothing.exitCode()).isEqualTo(1);
        assertThat(nothing.err()).startsWith("tarn: Nothing that was dropped was called " + name);

        client.dropTable(TableIdentifier.of("sales", "bills"));
        client.createTable(TableIdentifier.of("sales", "bills"), SCHEMA);
        client.dropTable(TableIdentifier.of("sales", "bills"));
        assertThat(run("purge", "sales.bills").err())
                .startsWith("tarn: 2 that were dropped were called sales.bills; --id says which");
        String id = dropped().get(0).path("id").asText();
        assertThat(run("purge", "sales.bills", "--id", id).out())
                .startsWith("The files of sales.bills are being deleted");
        assertThat(until(() -> !Files.exists(metadataFile(table)))).isTrue();
        assertThat(run("protect").out()).startsWith("The warehouse is protected");
        assertThat(run("protect", "sales", "--namespace").out()).startsWith("sales is protected");
        assertThat(run("protect", "sales.none").err())
                .startsWith("tarn: No table, view or namespace is called sales.none");
    }
}
