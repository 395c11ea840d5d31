package dev.tarn.app.http.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.app.http.Wire;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a load answers with, and what it costs: answers are kept here, and no metadata.
@SuppressWarnings("NullAway.Init") // before each test
class TableAnswersTest {
    private static final Namespace SHOP = Namespace.of("shop");
    private static final TableIdentifier ORDERS = TableIdentifier.of(SHOP, "orders");
    private static final String PATH = "/v1/namespaces/shop/tables/orders";
    private static final String DELEGATION = "X-Iceberg-Access-Delegation";
    private static final String GZIP = "gzip";

    private TestServer server;
    private Wire wire;
    private RESTCatalog client;
    private Table table;

    @BeforeEach
    void start() {
        server = TestServer.withAnswersOnly(TestStore.SQLITE);
        wire = new Wire(server.port());
        client = server.client("writer", Map.of());
        client.createNamespace(SHOP);
        table =
                client.createTable(
                        ORDERS,
                        new Schema(Types.NestedField.required(1, "id", Types.LongType.get())));
        append();
        append();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        wire.close();
        server.close();
    }

    @Test
    void aLoadIsAnsweredFromBytesMadeEarlierWithoutTheMetadataFile() throws IOException {
        Wire.Answer plain = load("identity");
        Wire.Answer compressed = load(GZIP);
        Files.delete(Path.of(URI.create(plain.json().path("metadata-location").asText())));

        assertThat(load("identity").response().body()).isEqualTo(plain.response().body());
        assertThat(load(GZIP).response().body()).isEqualTo(compressed.response().body());
        assertThat(compressed.text()).isEqualTo(plain.text());
        assertThat(wire.get(PATH + "?snapshots=refs").error())
                .as("nobody has asked for this form before")
                .isEqualTo("404 NotFoundException");
    }

    @Test
    void theNextLoadAfterACommitTellsWhatWasCommitted() {
        String before = load(GZIP).json().path("metadata-location").asText();
        append();

        JsonNode after = load(GZIP).json();
        assertThat(after.path("metadata-location").asText()).isNotEqualTo(before);
        assertThat(after.path("metadata").path("snapshots")).hasSize(3);
    }

    @Test
    void whoeverHasTheTableIsToldSoAndGetsNothing() {
        String etag = etag(load("identity"));

        Wire.Answer same = load("identity", "If-None-Match", etag);
        assertThat(same.status()).isEqualTo(304);
        assertThat(same.response().body()).isEmpty();
        assertThat(same.header("ETag")).contains(etag);
        assertThat(same.header("Cache-Control")).contains("private");
        assertThat(same.header("Vary")).contains("Accept-Encoding, " + DELEGATION);
        assertThat(load("identity", "If-None-Match", "\"other\", W/" + etag).status())
                .isEqualTo(304);
        assertThat(load("identity", "If-None-Match", "\"other\"").status()).isEqualTo(200);

        append();
        Wire.Answer changed = load("identity", "If-None-Match", etag);
        assertThat(changed.status()).isEqualTo(200);
        assertThat(etag(changed)).isNotEqualTo(etag);
    }

    @Test
    void etagsDifferWhereverAnswersDo() {
        Wire.Answer all = load("identity");
        Wire.Answer keys = load("identity", DELEGATION, "remote-signing, vended-credentials");
        Wire.Answer refs = wire.get(PATH + "?snapshots=refs");
        Wire.Answer compressed = load(GZIP);

        Set<String> etags = new LinkedHashSet<>();
        for (Wire.Answer answer : new Wire.Answer[] {all, keys, refs, compressed}) {
            assertThat(etag(answer)).matches("\"[0-9a-z-]+\"");
            etags.add(etag(answer));
        }
        assertThat(etags).hasSize(4);
        assertThat(keys.json().path("storage-credentials")).hasSize(1);
        assertThat(all.json().path("storage-credentials")).isEmpty();
        assertThat(
                        load(
                                        "identity",
                                        DELEGATION,
                                        "vended-credentials",
                                        "If-None-Match",
                                        etag(all))
                                .status())
                .isEqualTo(200);
        assertThat(wire.get(PATH + "?snapshots=refs", "If-None-Match", etag(all)).status())
                .isEqualTo(200);
        assertThat(load(GZIP, "If-None-Match", etag(compressed)).status()).isEqualTo(304);
    }

    @Test
    void onlySnapshotsThatNothingPointsToAreLeftOut() {
        JsonNode all = wire.get(PATH + "?snapshots=all").json();
        JsonNode refs = wire.get(PATH + "?snapshots=refs").json();

        assertThat(all.path("metadata").path("snapshots")).hasSize(2);
        assertThat(refs.path("metadata").path("snapshots")).hasSize(1);
        assertThat(refs.path("metadata-location")).isEqualTo(all.path("metadata-location"));
        for (String kept : new String[] {"snapshot-log", "metadata-log", "refs", "schemas"}) {
            assertThat(refs.path("metadata").path(kept))
                    .as(kept)
                    .isEqualTo(all.path("metadata").path(kept));
        }
        assertThat(wire.get(PATH + "?snapshots=some").error()).isEqualTo("400 BadRequestException");
    }

    @Test
    void changesTellTheTagOfWhatALoadWouldAnswer() {
        Wire.Answer created =
                wire.post(
                        "/v1/namespaces/shop/tables",
                        """
                        {"name":"other","schema":{"type":"struct","fields":[]}}\
                        """,
                        "Accept-Encoding",
                        "identity");
        String path = "/v1/namespaces/shop/tables/other";
        assertThat(wire.get(path, "If-None-Match", etag(created)).status()).isEqualTo(304);

        Wire.Answer committed =
                wire.post(
                        path,
                        """
                        {"requirements":[],"updates":[{"action":"set-properties","updates":{"a":"b"}}]}\
                        """);
        assertThat(wire.get(path, "If-None-Match", etag(created)).status()).isEqualTo(200);
        assertThat(wire.get(path, "If-None-Match", etag(committed)).status()).isEqualTo(304);

        Wire.Answer registered =
                wire.post(
                        "/v1/namespaces/shop/register",
                        "{\"name\":\"third\",\"metadata-location\":\"%s\"}"
                                .formatted(
                                        wire.post(path + "/unregister", "")
                                                .json()
                                                .path("metadata-location")
                                                .asText()));
        assertThat(registered.header("ETag")).isPresent();

        Wire.Answer staged =
                wire.post(
                        "/v1/namespaces/shop/tables",
                        """
                        {"name":"staged","stage-create":true,"schema":{"type":"struct","fields":[]}}\
                        """);
        assertThat(staged.status()).isEqualTo(200);
        assertThat(staged.header("ETag")).isEmpty();
    }

    @Test
    void aTableThatCannotBeReadIsNotToldToBeUnchanged() throws IOException {
        Wire.Answer created =
                wire.post(
                        "/v1/namespaces/shop/tables",
                        """
                        {"name":"lost","schema":{"type":"struct","fields":[]}}\
                        """);
        Files.delete(Path.of(URI.create(created.json().path("metadata-location").asText())));

        assertThat(
                        wire.get("/v1/namespaces/shop/tables/lost", "If-None-Match", etag(created))
                                .error())
                .isEqualTo("404 NotFoundException");
    }

    @Test
    void aTableThatIsGoneIsGoneForWhoeverHasItToo() {
        String etag = etag(load(GZIP));
        client.dropTable(ORDERS, false);

        assertThat(load(GZIP, "If-None-Match", etag).error()).isEqualTo("404 NoSuchTableException");
    }

    private void append() {
        table.newAppend()
                .appendFile(
                        DataFiles.builder(PartitionSpec.unpartitioned())
                                .withPath("/f.parquet")
                                .withFileSizeInBytes(10)
                                .withRecordCount(5)
                                .build())
                .commit();
    }

    private Wire.Answer load(String encoding, String... headers) {
        String[] all = new String[headers.length + 2];
        all[0] = "Accept-Encoding";
        all[1] = encoding;
        System.arraycopy(headers, 0, all, 2, headers.length);
        return wire.get(PATH, all);
    }

    private static String etag(Wire.Answer answer) {
        return answer.header("ETag").orElseThrow();
    }
}
