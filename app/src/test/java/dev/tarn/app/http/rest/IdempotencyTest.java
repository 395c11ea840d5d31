package dev.tarn.app.http.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.tarn.app.http.Wire;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.util.UUIDUtil;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// `Idempotency-Key` as clients see it (catalog-peers 22).
@ParameterizedClass
@EnumSource(TestStore.class)
@SuppressWarnings("NullAway.Init") // before the invocation
class IdempotencyTest {
    private static final String HEADER = "Idempotency-Key";
    private static final String SCHEMA =
            """
            {"type":"struct","schema-id":0,"fields":[
              {"id":1,"name":"id","required":true,"type":"long"}]}\
            """;

    private static TestServer server;
    private static Wire wire;
    private static final AtomicInteger count = new AtomicInteger();

    @Parameter TestStore store;

    private String space;

    @BeforeParameterizedClassInvocation
    static void start(TestStore store) {
        server = new TestServer(store);
        wire = new Wire(server.port());
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        wire.close();
        server.close();
    }

    @BeforeEach
    void makeSpace() {
        space = "i" + count.incrementAndGet();
        assertThat(wire.post("/v1/namespaces", namespace(space)).status()).isEqualTo(200);
    }

    private static String namespace(String name) {
        return "{\"namespace\":[\"%s\"],\"properties\":{\"a\":\"1\"}}".formatted(name);
    }

    private static String key() {
        return UUIDUtil.generateUuidV7().toString();
    }

    private String tables() {
        return "/v1/namespaces/" + space + "/tables";
    }

    private static String table(String name) {
        return "{\"name\":\"%s\",\"schema\":%s}".formatted(name, SCHEMA);
    }

    /// Large enough to be worth compressing.
    private static String padded(String name) {
        return table(name)
                .replace(
                        "}]}}",
                        "}]},\"properties\":{\"pad\":\"%s\"}}".formatted("x".repeat(2_000)));
    }

    private static String set(String key, String value) {
        return "{\"requirements\":[],\"updates\":[{\"action\":\"set-properties\",\"updates\":{\"%s\":\"%s\"}}]}"
                .formatted(key, value);
    }

    private static String view(String name) {
        return """
        {"name":"%s","schema":%s,"properties":{},
         "view-version":{"version-id":1,"timestamp-ms":1000,"schema-id":0,"summary":{},
          "default-namespace":["a"],
          "representations":[{"type":"sql","sql":"select 1","dialect":"trino"}]}}\
        """
                .formatted(name, SCHEMA);
    }

    /// Lakekeeper #1981: what fails on our side is tried again, and not answered again.
    @Test
    void aFailureOfOurOwnIsNotAnsweredAgain() throws IOException {
        String location =
                wire.post(tables(), table("t")).json().path("metadata").path("location").asText();
        Path metadata = Path.of(URI.create(location)).resolve("metadata");
        Path away = metadata.resolveSibling("away");
        String key = key();
        String change = set("a", "1");
        Files.move(metadata, away);
        Files.createFile(metadata); // where the next metadata file should go
        Wire.Answer failed = wire.post(tables() + "/t", change, HEADER, key);
        Files.delete(metadata);
        Files.move(away, metadata);
        assertThat(failed.status()).as(failed.text()).isEqualTo(500);

        Wire.Answer repeated = wire.post(tables() + "/t", change, HEADER, key);
        assertThat(repeated.status()).as(repeated.text()).isEqualTo(200);
        assertThat(wire.get(tables() + "/t").text()).contains("\"a\":\"1\"");
    }

    @Test
    void theConfigurationTellsHowLongAKeyMayBeUsed() {
        JsonNode config = wire.get("/v1/config").json();

        assertThat(config.path("idempotency-key-lifetime").asText()).isEqualTo("PT30M");
        assertThat(config.path("defaults").has("idempotency-key-lifetime")).isFalse();
        assertThat(config.path("overrides").has("idempotency-key-lifetime")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "nonsense, found: nonsense",
        "017f22e2-79b0-7cc3-98c4, found: 017f22e2-79b0-7cc3-98c4",
        "'', 'found: '",
        "9b2f4a56-3b84-4d2e-9c58-0f1d7b6e2a10, found version 4",
    })
    void aKeyThatIsNoneIsRefusedWithWhatWasFound(String key, String found) {
        Wire.Answer answer = wire.post("/v1/namespaces", namespace("never"), HEADER, key);

        assertThat(answer.error()).isEqualTo("400 BadRequestException");
        assertThat(answer.message()).contains("UUID of version 7").contains(found);
        assertThat(wire.head("/v1/namespaces/never").status()).isEqualTo(404);
    }

    @Test
    void aKeyMayBeWrittenInCapitals() {
        String key = key();
        String name = space + "-capitals";
        assertThat(wire.post("/v1/namespaces", namespace(name), HEADER, key).status())
                .isEqualTo(200);
        assertThat(
                        wire.post(
                                        "/v1/namespaces",
                                        namespace(name),
                                        HEADER,
                                        key.toUpperCase(Locale.ROOT))
                                .status())
                .isEqualTo(200);
    }

    /// The answer of each operation, and of its repetition.
    @Test
    void everyChangeIsAnsweredAgainAsItWas() {
        again("/v1/namespaces", namespace(space + "-n"));
        again(
                "/v1/namespaces/" + space + "/properties",
                "{\"removals\":[\"a\",\"z\"],\"updates\":{\"b\":\"2\"}}");
        JsonNode created = again(tables(), table("t"));
        again(tables() + "/t", set("k", "v"));
        again(
                "/v1/transactions/commit",
                "{\"table-changes\":[{\"identifier\":{\"namespace\":[\"%s\"],\"name\":\"t\"},%s]}"
                        .formatted(space, set("l", "w").substring(1)));
        again("/v1/tables/rename", rename("t", "u"));
        JsonNode last = again(tables() + "/u/unregister", "");
        again(
                "/v1/namespaces/" + space + "/register",
                "{\"name\":\"t\",\"metadata-location\":\"%s\"}"
                        .formatted(last.path("metadata-location").asText()));
        assertThat(last.path("metadata").path("table-uuid"))
                .isEqualTo(created.path("metadata").path("table-uuid"));
        againDeleted(tables() + "/t?purgeRequested=true");

        String views = "/v1/namespaces/" + space + "/views";
        JsonNode view = again(views, view("v"));
        again(views + "/v", set("k", "v"));
        again("/v1/views/rename", rename("v", "w"));
        againDeleted(views + "/w");
        again(
                "/v1/namespaces/" + space + "/register-view",
                "{\"name\":\"v\",\"metadata-location\":\"%s\"}"
                        .formatted(view.path("metadata-location").asText()));
        againDeleted(views + "/v");
        againDeleted("/v1/namespaces/" + space);
    }

    private String rename(String from, String to) {
        return """
        {"source":{"namespace":["%1$s"],"name":"%2$s"},
         "destination":{"namespace":["%1$s"],"name":"%3$s"}}\
        """
                .formatted(space, from, to);
    }

    private static JsonNode again(String path, String body) {
        String key = key();
        Wire.Answer first = wire.post(path, body, HEADER, key);
        Wire.Answer second = wire.post(path, body, HEADER, key);

        assertThat(first.status()).as(first.text()).isIn(200, 204);
        assertThat(second.status()).as(second.text()).isEqualTo(first.status());
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(second.header("ETag")).isEqualTo(first.header("ETag"));
        assertThat(second.header("Content-Type")).isEqualTo(first.header("Content-Type"));
        return first.status() == 204 ? MissingNode.getInstance() : first.json();
    }

    private static void againDeleted(String path) {
        String key = key();
        assertThat(wire.send("DELETE", path, null, HEADER, key).status()).isEqualTo(204);
        assertThat(wire.send("DELETE", path, null, HEADER, key).status()).isEqualTo(204);
        assertThat(wire.send("DELETE", path, null, HEADER, key()).status()).isEqualTo(404);
    }

    @Test
    void aCommitIsAnsweredAgainAfterTheTableWentOn() {
        wire.post(tables(), table("t"));
        String key = key();
        Wire.Answer first = wire.post(tables() + "/t", set("k", "1"), HEADER, key);
        wire.post(tables() + "/t", set("k", "2"));
        assertThat(wire.post(tables() + "/t", set("k", "1"), HEADER, key).text())
                .isEqualTo(first.text());
        assertThat(wire.get(tables() + "/t").text()).contains("\"k\":\"2\"");

        wire.delete(tables() + "/t");
        assertThat(wire.post(tables() + "/t", set("k", "1"), HEADER, key).text())
                .isEqualTo(first.text());
        assertThat(wire.head(tables() + "/t").status()).isEqualTo(404);
    }

    @Test
    void aStagedTableIsAnsweredAgainWithItsUuid() {
        String body = "{\"stage-create\":true," + table("t").substring(1);
        JsonNode staged = again(tables(), body);

        assertThat(staged.path("metadata").path("table-uuid").asText()).isNotEmpty();
        assertThat(wire.head(tables() + "/t").status()).isEqualTo(404);
    }

    @Test
    void aCompressedAnswerIsKeptToo() {
        String body = "{\"stage-create\":true," + padded("t").substring(1);
        String[] headers = {HEADER, key(), "Accept-Encoding", "gzip"};
        Wire.Answer first = wire.post(tables(), body, headers);
        assertThat(first.header("Content-Encoding")).contains("gzip");
        assertThat(wire.post(tables(), body, headers).text()).isEqualTo(first.text());
    }

    @Test
    void aRefusalIsAnsweredAgainAfterItsCauseIsGone() {
        wire.post(tables(), table("t"));
        String key = key();
        assertThat(wire.post(tables(), table("t"), HEADER, key).error())
                .isEqualTo("409 AlreadyExistsException");
        wire.delete(tables() + "/t");
        Wire.Answer again = wire.post(tables(), table("t"), HEADER, key);
        assertThat(again.error()).isEqualTo("409 AlreadyExistsException");
        assertThat(again.message()).isEqualTo("Table already exists: " + space + ".t");
        assertThat(wire.head(tables() + "/t").status()).isEqualTo(404);
    }

    @Test
    void aKeyOfAnotherOperationOrAnotherBodyIsRefused() {
        String key = key();
        assertThat(wire.post(tables(), table("t"), HEADER, key).status()).isEqualTo(200);
        for (Wire.Answer answer :
                List.of(
                        wire.post(tables(), table("u"), HEADER, key),
                        wire.post("/v1/namespaces", namespace(space + "x"), HEADER, key),
                        wire.send("DELETE", tables() + "/t", null, HEADER, key))) {
            assertThat(answer.error()).isEqualTo("400 BadRequestException");
            assertThat(answer.message()).contains("belongs to another request: " + key);
        }
        assertThat(wire.head(tables() + "/t").status()).isEqualTo(204);
        assertThat(wire.head(tables() + "/u").status()).isEqualTo(404);
    }

    @Test
    void equalRequestsAtOnceHaveOneAnswer() throws Exception {
        String key = key();
        List<Callable<Wire.Answer>> requests = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            requests.add(() -> wire.post(tables(), table("t"), HEADER, key));
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<String> answers = new ArrayList<>();
            for (Future<Wire.Answer> answer : threads.invokeAll(requests)) {
                assertThat(answer.get().status()).isEqualTo(200);
                answers.add(answer.get().text());
            }
            assertThat(answers).containsOnly(answers.getFirst());
        }
    }
}
