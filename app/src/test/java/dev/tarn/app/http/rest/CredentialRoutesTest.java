package dev.tarn.app.http.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tarn.app.http.Wire;
import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import dev.tarn.storage.s3.S3Store;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What clients are told of the way to a table's bytes, and what they can do with it.
@SuppressWarnings("NullAway.Init") // before each test
class CredentialRoutesTest {
    private static final String HEADER = "X-Iceberg-Access-Delegation";
    private static final String VENDED = "vended-credentials";
    private static final String SIGNING = "remote-signing";
    private static final String TABLES = "/v1/namespaces/shop/tables";
    private static final String ORDERS = TABLES + "/orders";
    private static final Duration LIFE = Duration.ofHours(1);
    private static final String SCHEMA =
            """
            {"type":"struct","schema-id":0,"fields":[
              {"id":1,"name":"id","required":true,"type":"long"}]}\
            """;

    @TempDir Path folder;
    private VendingServer server;
    private Wire wire;
    private Instant now;

    @BeforeEach
    void start() {
        now = Instant.now();
        open();
        wire.post("/v1/namespaces", "{\"namespace\":[\"shop\"]}");
        create("orders", "s3://lake/shop/orders");
    }

    private void open(Location... allowed) {
        server = new VendingServer(folder, LIFE, () -> now, allowed);
        wire = new Wire(server.port());
    }

    @AfterEach
    void stop() throws IOException {
        wire.close();
        server.close();
    }

    private Wire.Answer create(String name, String location, String... headers) {
        return create(name, location, "{}", false, headers);
    }

    private Wire.Answer create(
            String name, String location, String properties, boolean staged, String... headers) {
        return wire.post(
                TABLES,
                "{\"name\":\"%s\",\"location\":\"%s\",\"schema\":%s,\"properties\":%s,\"stage-create\":%s}"
                        .formatted(name, location, SCHEMA, properties, staged),
                headers);
    }

    private Wire.Answer load(String path, String delegation) {
        return wire.get(path, HEADER, delegation);
    }

    private static Map<String, String> strings(JsonNode object) {
        Map<String, String> strings = new LinkedHashMap<>();
        object.properties().forEach(e -> strings.put(e.getKey(), e.getValue().asText()));
        return strings;
    }

    private static Map<String, String> config(Wire.Answer answer) {
        return strings(answer.json().path("config"));
    }

    private Wire.Answer set(String path, String property, String value) {
        return wire.post(
                path,
                "{\"requirements\":[],\"updates\":[{\"action\":\"set-properties\",\"updates\":{\"%s\":\"%s\"}}]}"
                        .formatted(property, value));
    }

    private void reads(Map<String, String> config, String location) {
        server.store().write(Location.of(location), "x".getBytes(UTF_8), Condition.NONE);
        try (S3Store store = server.storeWith(config)) {
            assertThat(store.read(Location.of(location))).hasSize(1);
        }
    }

    private void doesNotRead(Map<String, String> config, String location) {
        server.store().write(Location.of(location), "x".getBytes(UTF_8), Condition.NONE);
        try (S3Store store = server.storeWith(config)) {
            assertThatThrownBy(() -> store.read(Location.of(location)))
                    .as(location)
                    .cause()
                    .hasMessageContaining("Status Code: 403");
        }
    }

    @Test
    void whoeverAsksGetsAllThatHeCannotGuess() {
        Wire.Answer loaded = load(ORDERS, VENDED);
        Map<String, String> config = config(loaded);

        assertThat(config)
                .containsOnlyKeys(
                        "s3.endpoint",
                        "s3.path-style-access",
                        "s3.region",
                        "client.region",
                        "s3.access-key-id",
                        "s3.secret-access-key",
                        "s3.session-token",
                        "s3.session-token-expires-at-ms",
                        "client.refresh-credentials-endpoint",
                        "credentials.uri")
                .containsEntry(
                        "client.refresh-credentials-endpoint",
                        "v1/namespaces/shop/tables/orders/credentials");
        JsonNode credentials = loaded.json().path("storage-credentials");
        assertThat(credentials).hasSize(1);
        assertThat(credentials.get(0).path("prefix").asText()).isEqualTo("s3://lake/shop/orders/");
        assertThat(strings(credentials.get(0).path("config"))).isEqualTo(config);
        reads(config, "s3://lake/shop/orders/data/a");
    }

    /// Whoever does not ask has keys, and would mix them with ours.
    @ParameterizedTest
    @ValueSource(strings = {"", "none", "vended", "vended-credentials2", "ä, \u00ff", ",,"})
    void whoeverDoesNotAskGetsNoKeysAndNoSignatures(String delegation) {
        Wire.Answer loaded = delegation.isEmpty() ? wire.get(ORDERS) : load(ORDERS, delegation);

        assertThat(loaded.status()).isEqualTo(200);
        assertThat(config(loaded))
                .containsOnlyKeys(
                        "s3.endpoint", "s3.path-style-access", "s3.region", "client.region");
        assertThat(loaded.json().has("storage-credentials")).isFalse();
        assertThat(server.vended()).isEmpty();
    }

    @Test
    void theHeaderIsAListOfWordsAmongOthers() {
        for (String list :
                List.of(
                        "remote-signing,vended-credentials",
                        " Vended-Credentials , x",
                        "?, vended-credentials")) {
            assertThat(config(load(ORDERS, list))).as(list).containsKey("s3.session-token");
        }
    }

    /// Nessie #12901, Lakekeeper #921: what begins alike is not the same.
    @Test
    void keysToATableOpenItsFolderAlone() {
        Map<String, String> config = config(load(ORDERS, VENDED));

        reads(config, "s3://lake/shop/orders/metadata/x");
        doesNotRead(config, "s3://lake/shop/orders2/data/a");
        doesNotRead(config, "s3://lake/shop/a");
        doesNotRead(config, "s3://other/shop/orders/a");
    }

    /// CVE-2026-42809: keys were made for a staged table before anybody looked where it lies.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3://other/shop/stolen",
                "s3://lake2/shop/stolen",
                "s3://lake/../other/stolen",
                "gs://lake/stolen",
            })
    void noKeysAreMadeForAStagedTableOutsideTheWarehouse(String location) {
        for (String delegation : List.of(VENDED, SIGNING)) {
            Wire.Answer staged = create("stolen", location, "{}", true, HEADER, delegation);

            assertThat(staged.error()).isEqualTo("400 BadRequestException");
            assertThat(staged.text()).doesNotContain("session-token").doesNotContain("signer");
        }
        for (String property : List.of("write.data.path", "write.metadata.path")) {
            Wire.Answer staged =
                    create(
                            "stolen",
                            "s3://lake/shop/stolen",
                            "{\"%s\":\"%s\"}".formatted(property, location),
                            true,
                            HEADER,
                            VENDED);

            assertThat(staged.error()).isEqualTo("400 BadRequestException");
        }
        assertThat(server.vended()).isEmpty();
    }

    @Test
    void aStagedTableOpensWhereItIsGoingToLie() {
        Wire.Answer staged = create("staged", "s3://lake/shop/staged", "{}", true, HEADER, VENDED);
        Map<String, String> config = config(staged);
        reads(config, "s3://lake/shop/staged/data/a");
        doesNotRead(config, "s3://lake/shop/orders/data/a");

        String refresh = "/" + config.get("client.refresh-credentials-endpoint");
        assertThat(refresh).startsWith(TABLES + "/staged/credentials?stage=");
        JsonNode fresh = wire.get(refresh).json().path("storage-credentials");
        reads(strings(fresh.get(0).path("config")), "s3://lake/shop/staged/data/b");
        assertThat(wire.get(TABLES + "/staged/credentials").error())
                .isEqualTo("404 NoSuchTableException");
        assertThat(wire.get(refresh.substring(0, refresh.length() - 2) + "AA").error())
                .as("a changed stage")
                .isEqualTo("404 NoSuchTableException");
        now = now.plus(Duration.ofHours(25));
        assertThat(wire.get(refresh).error()).isEqualTo("404 NoSuchTableException");
    }

    /// A stage opens a table that is not there yet, and nothing of one that is.
    @Test
    void aStageOpensNothingOfATableThatIsThere() {
        Wire.Answer staged = create("staged", "s3://lake/shop/staged", "{}", true, HEADER, VENDED);
        String refresh = config(staged).getOrDefault("client.refresh-credentials-endpoint", "");
        String stage = refresh.substring(refresh.indexOf('?'));

        JsonNode fresh = wire.get(ORDERS + "/credentials" + stage).json();

        Map<String, String> config =
                strings(fresh.path("storage-credentials").get(0).path("config"));
        reads(config, "s3://lake/shop/orders/a");
        doesNotRead(config, "s3://lake/shop/staged/a");
    }

    /// CVE-2026-42812: a property led the keys out of the warehouse; in a transaction, too.
    @ParameterizedTest
    @CsvSource({
        "write.data.path, s3://other/x",
        "write.metadata.path, s3://other/x",
        "write.object-storage.path, s3://other/x",
        "write.folder-storage.path, s3://other/x",
        "write.data.path, s3://lake/shop/../../other",
        "write.data.path, file:///etc",
        "write.data.path, nonsense",
    })
    void noPropertyLeadsOutOfTheWarehouse(String property, String value) {
        assertThat(set(ORDERS, property, value).error()).isEqualTo("400 BadRequestException");
        assertThat(
                        wire.post(
                                        "/v1/transactions/commit",
                                        """
                                        {"table-changes":[{"identifier":{"namespace":["shop"],"name":"orders"},
                                          "requirements":[],"updates":[
                                          {"action":"set-properties","updates":{"a":"b"}},
                                          {"action":"set-properties","updates":{"%s":"%s"}}]}]}\
                                        """
                                                .formatted(property, value))
                                .error())
                .isEqualTo("400 BadRequestException");
        assertThat(wire.get(ORDERS).text()).doesNotContain(property);
        for (boolean staged : new boolean[] {true, false}) {
            assertThat(
                            wire.post(
                                            "/v1/namespaces/shop/tables",
                                            """
                                            {"name":"led","stage-create":%s,"properties":{"%s":"%s"},
                                             "schema":{"type":"struct","fields":[]}}\
                                            """
                                                    .formatted(staged, property, value))
                                    .error())
                    .isEqualTo("400 BadRequestException");
        }
    }

    @Test
    void noLocationLeadsOutOfTheWarehouse() {
        String update = "{\"action\":\"set-location\",\"location\":\"s3://other/x\"}";

        assertThat(wire.post(ORDERS, "{\"requirements\":[],\"updates\":[" + update + "]}").error())
                .isEqualTo("400 BadRequestException");
        assertThat(
                        wire.post(
                                        "/v1/transactions/commit",
                                        "{\"table-changes\":[{\"identifier\":{\"namespace\":[\"shop\"],\"name\":\"orders\"},\"requirements\":[],\"updates\":["
                                                + update
                                                + "]}]}")
                                .error())
                .isEqualTo("400 BadRequestException");
    }

    @Test
    void theFoldersThatATableNamesAreOpenedWithIt() {
        set(ORDERS, "write.data.path", "s3://lake/data/orders/");
        Wire.Answer loaded = load(ORDERS, VENDED);

        assertThat(loaded.json().path("storage-credentials"))
                .extracting(c -> c.path("prefix").asText())
                .containsExactly("s3://lake/shop/orders/", "s3://lake/data/orders/");
        reads(config(loaded), "s3://lake/data/orders/a");
        reads(config(loaded), "s3://lake/shop/orders/a");
        doesNotRead(config(loaded), "s3://lake/data/orders2/a");
        // Iceberg's client refuses more than one.
        JsonNode fresh = wire.get(ORDERS + "/credentials").json().path("storage-credentials");
        assertThat(fresh).hasSize(1);
        reads(strings(fresh.get(0).path("config")), "s3://lake/data/orders/b");
    }

    /// Polaris #4860: what was allowed once stayed open.
    @Test
    void whatIsNotAllowedAnyMoreIsNotOpenedAnyMore() {
        server.close();
        open(Location.of("s3://other/extra"));
        create("guest", "s3://other/extra/guest");
        create(
                "mixed",
                "s3://lake/shop/mixed",
                "{\"write.data.path\":\"s3://other/extra/m\"}",
                false);
        reads(config(load(TABLES + "/guest", VENDED)), "s3://other/extra/guest/a");
        reads(config(load(TABLES + "/mixed", VENDED)), "s3://other/extra/m/a");

        server.close();
        open();
        for (String delegation : List.of(VENDED, SIGNING)) {
            Wire.Answer guest = load(TABLES + "/guest", delegation);
            assertThat(guest.status()).isEqualTo(200);
            assertThat(guest.text()).doesNotContain("session-token").doesNotContain("signer");
        }
        assertThat(wire.get(TABLES + "/guest/credentials").text())
                .isEqualTo("{\"storage-credentials\":[]}");
        assertThat(sign(TABLES + "/guest", "GET", "/other/extra/guest/a").error())
                .isEqualTo("403 ForbiddenException");
        Map<String, String> mixed = config(load(TABLES + "/mixed", VENDED));
        reads(mixed, "s3://lake/shop/mixed/a");
        doesNotRead(mixed, "s3://other/extra/m/a");
    }

    @Test
    void aTableThatLiesInTheWholeWarehouseOpensNothing() {
        Wire.Answer created = create("all", "s3://lake/", HEADER, VENDED);

        assertThat(created.text()).doesNotContain("session-token");
        assertThat(server.vended()).isEmpty();
    }

    @Test
    void aRegisteredTableIsOpenedAsAnyOther() {
        String metadata = wire.get(ORDERS).json().path("metadata-location").asText();
        // One table has one name.
        assertThat(wire.post(ORDERS + "/unregister", "{}").status()).isEqualTo(200);

        Wire.Answer registered =
                wire.post(
                        "/v1/namespaces/shop/register",
                        "{\"name\":\"again\",\"metadata-location\":\"%s\"}".formatted(metadata),
                        HEADER,
                        VENDED);

        reads(config(registered), "s3://lake/shop/orders/a");
        assertThat(config(registered))
                .containsEntry(
                        "client.refresh-credentials-endpoint",
                        "v1/namespaces/shop/tables/again/credentials");
    }

    /// Lakekeeper #1862: 304 left clients with dead keys.
    @Test
    void unchangedIsSaidOnlyWhileTheKeysLive() {
        Set<String> tags = new HashSet<>();
        String etag = "\"none\"";
        Instant expires = Instant.MIN;
        for (int minute = 0; minute < 120; minute++) {
            Wire.Answer answer = wire.get(ORDERS, HEADER, VENDED, "If-None-Match", etag);
            if (answer.status() == 200) {
                etag = answer.header("ETag").orElseThrow();
                assertThat(tags.add(etag)).isTrue();
                expires =
                        Instant.ofEpochMilli(
                                Long.parseLong(
                                        config(answer)
                                                .getOrDefault(
                                                        "s3.session-token-expires-at-ms", "")));
            } else {
                assertThat(answer.status()).isEqualTo(304);
            }
            assertThat(Duration.between(now, expires)).isBetween(Duration.ofMinutes(45), LIFE);
            now = now.plus(Duration.ofMinutes(1));
        }
        assertThat(tags).as("four windows an hour").hasSizeBetween(8, 9);
    }

    /// Lakekeeper #1946, #1966: a tag must tell all that an answer depends on.
    @Test
    void theTagTellsHowOneIsHelped() {
        Set<String> tags = new HashSet<>();
        tags.add(wire.get(ORDERS).header("ETag").orElseThrow());
        tags.add(load(ORDERS, VENDED).header("ETag").orElseThrow());
        tags.add(load(ORDERS, SIGNING).header("ETag").orElseThrow());
        assertThat(tags).hasSize(3);

        String vended = load(ORDERS, VENDED).header("ETag").orElseThrow();
        assertThat(wire.get(ORDERS, "If-None-Match", vended).status()).isEqualTo(200);
        assertThat(wire.get(ORDERS, HEADER, SIGNING, "If-None-Match", vended).status())
                .isEqualTo(200);
        wire.post(
                "/v1/tables/rename",
                """
                {"source":{"namespace":["shop"],"name":"orders"},
                 "destination":{"namespace":["shop"],"name":"renamed"}}\
                """);
        Wire.Answer renamed =
                wire.get(TABLES + "/renamed", HEADER, VENDED, "If-None-Match", vended);
        assertThat(renamed.status()).isEqualTo(200);
        assertThat(config(renamed))
                .containsEntry(
                        "client.refresh-credentials-endpoint",
                        "v1/namespaces/shop/tables/renamed/credentials");
    }

    @Test
    void keysOfAWindowAreMadeOnceForAllWhoLoad() {
        Wire.Answer first = load(ORDERS, VENDED);
        for (int i = 0; i < 10; i++) {
            assertThat(load(ORDERS, VENDED).text()).isEqualTo(first.text());
        }

        assertThat(server.vended()).hasSize(1);
    }

    @Test
    void freshKeysHaveTheirWholeLifeBeforeThem() {
        Wire.Answer answer = wire.get(ORDERS + "/credentials?referenced-by=shop%1Fview");
        JsonNode credentials = answer.json().path("storage-credentials");

        assertThat(credentials).hasSize(1);
        Map<String, String> config = strings(credentials.get(0).path("config"));
        assertThat(config)
                .containsKeys("s3.access-key-id", "s3.secret-access-key", "s3.session-token")
                .containsEntry(
                        "s3.session-token-expires-at-ms",
                        Long.toString(now.plus(LIFE).toEpochMilli()));
        assertThat(answer.header("Cache-Control")).contains("no-store");
        assertThat(wire.get(TABLES + "/none/credentials").error())
                .isEqualTo("404 NoSuchTableException");
    }

    /// Lakekeeper #1920: DuckDB took an entry without keys for keys.
    @Test
    void thereIsNoEntryWithoutKeys() {
        Wire.Answer signed = load(ORDERS, SIGNING);

        assertThat(signed.json().has("storage-credentials")).isFalse();
        assertThat(config(signed))
                .containsEntry("s3.remote-signing-enabled", "true")
                .containsEntry("s3.signer", "S3V4RestSigner")
                .containsEntry("s3.signer.endpoint", "v1/namespaces/shop/tables/orders/sign")
                .containsEntry("py-io-impl", "pyiceberg.io.fsspec.FsspecFileIO")
                .doesNotContainKey("s3.access-key-id");
        assertThat(config(load(ORDERS, SIGNING + "," + VENDED)))
                .as("of both, keys")
                .containsKey("s3.session-token")
                .doesNotContainKey("s3.remote-signing-enabled");
    }

    @Test
    void theRoutesAreAdvertised() {
        assertThat(wire.get("/v1/config").json().path("endpoints"))
                .extracting(JsonNode::asText)
                .contains(
                        "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}/credentials",
                        "POST /v1/{prefix}/namespaces/{namespace}/tables/{table}/sign");
    }

    private Wire.Answer sign(String table, String method, String target) {
        return sign(table, method, target, "");
    }

    private Wire.Answer sign(String table, String method, String target, String more) {
        return wire.post(
                table + "/sign",
                "{\"method\":\"%s\",\"region\":\"us-east-1\",\"uri\":\"%s%s\",\"headers\":{\"Range\":[\"bytes=0-1\"]}%s}"
                        .formatted(method, server.storage(), target, more));
    }

    @Test
    void aRequestWithinTheTableIsSigned() throws IOException {
        Wire.Answer signed = sign(ORDERS, "GET", "/lake/shop/orders/a", ",\"provider\":\"s3\"");

        assertThat(signed.status()).isEqualTo(200);
        assertThat(signed.json().path("uri").asText())
                .isEqualTo(server.storage() + "/lake/shop/orders/a");
        assertThat(strings(signed.json().path("headers")))
                .containsOnlyKeys("Authorization", "x-amz-date", "x-amz-content-sha256");
        assertThat(signed.header("Cache-Control")).contains("private");
        assertThat(sign(ORDERS, "PUT", "/lake/shop/orders/a").header("Cache-Control"))
                .contains("no-store");
        String body = "<Delete><Object><Key>shop/orders/a</Key></Object></Delete>";
        assertThat(
                        sign(
                                        ORDERS,
                                        "POST",
                                        "/lake?delete",
                                        ",\"body\":" + new ObjectMapper().writeValueAsString(body))
                                .status())
                .isEqualTo(200);
    }

    /// Nessie #8654, #11493; Lakekeeper #1925; iceberg #14178: and nothing else is.
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "GET; /lake/shop/orders2/a",
                "PUT; /lake/shop/orders2/a",
                "DELETE; /lake/shop",
                "GET; /other/shop/orders/a",
                "GET; /lake?list-type=2&prefix=shop%2F",
                "GET; /lake?list-type=2&prefix=shop%2Forders",
                "GET; /lake/shop/orders/../orders2/a",
                "GET; @example.com/lake/shop/orders/a",
            })
    void aRequestBeyondTheTableIsNotSigned(String method, String target) {
        assertThat(sign(ORDERS, method, target).error())
                .isIn("403 ForbiddenException", "400 BadRequestException");
    }

    @Test
    void whatCannotBeSignedIsRefusedWithItsReason() {
        String foreign = "<Delete><Object><Key>shop/orders2/a</Key></Object></Delete>";

        assertThat(sign(ORDERS, "POST", "/lake?delete", ",\"body\":\"" + foreign + "\"").error())
                .isEqualTo("403 ForbiddenException");
        assertThat(sign(ORDERS, "POST", "/lake?delete").message()).contains("Body is missing");
        assertThat(sign(ORDERS, "GET", "/lake/shop/orders/a", ",\"provider\":\"gcs\"").message())
                .contains("Provider must be s3");
        assertThat(sign(TABLES + "/none", "GET", "/lake/shop/none/a").error())
                .isEqualTo("404 NoSuchTableException");
        assertThat(wire.post(ORDERS + "/sign", "{}").error()).isEqualTo("400 BadRequestException");
    }

    @Test
    void aStagedTableIsSignedForByWhoeverStagedIt() {
        Wire.Answer staged = create("staged", "s3://lake/shop/staged", "{}", true, HEADER, SIGNING);
        String stage =
                staged.json()
                        .path("remote-signing-config")
                        .path("properties")
                        .path("stage")
                        .asText();
        String target = "/lake/shop/staged/a";

        assertThat(
                        sign(
                                        TABLES + "/staged",
                                        "PUT",
                                        target,
                                        ",\"properties\":{\"stage\":\"" + stage + "\"}")
                                .status())
                .isEqualTo(200);
        assertThat(config(staged).get("s3.signer.endpoint"))
                .isEqualTo("v1/namespaces/shop/tables/staged/sign?stage=" + stage);
        assertThat(sign(TABLES + "/staged", "PUT", target).error())
                .isEqualTo("404 NoSuchTableException");
        assertThat(
                        sign(
                                        TABLES + "/staged",
                                        "PUT",
                                        "/lake/shop/orders/a",
                                        ",\"properties\":{\"stage\":\"" + stage + "\"}")
                                .error())
                .isEqualTo("403 ForbiddenException");
    }
}
