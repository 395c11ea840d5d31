package dev.tarn.app.http.rest;

import static dev.tarn.app.http.rest.Served.ok;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tarn.app.http.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Loads, as each client asks for them, and what they must bring.
class LoadsOfClientsTest {
    @RegisterExtension static final Served served = new Served();

    private String namespace;

    @BeforeEach
    void makeATable() {
        namespace = served.namespace();
        served.table(namespace, "t");
    }

    /// Java gives the tag back as it came, the one of the compressed answer too.
    @Test
    void javaIsToldThatItHasTheTable() {
        String path = path() + "?snapshots=all";
        Wire.Answer loaded = served.wire().get(path, ForeignClient.JAVA.headers());
        String etag = loaded.header("ETag").orElseThrow();
        assertThat(loaded.header("Content-Encoding")).contains("gzip");

        String[] again = ForeignClient.JAVA.headersAnd("If-None-Match", etag);
        Wire.Answer same = served.wire().get(path, again);
        assertThat(same.status()).isEqualTo(304);
        assertThat(same.response().body()).isEmpty();

        served.append(namespace, "t", "main");
        Wire.Answer changed = served.wire().get(path, again);
        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.json().path("metadata").path("snapshots")).hasSize(1);
    }

    /// One that returned only the newest would break time travel, expiry and PyIceberg's own
    /// validation.
    @Test
    void everySnapshotComesBack() {
        for (int n = 0; n < 12; n++) {
            served.append(namespace, "t", n % 3 == 0 ? "work" : "main");
        }

        for (String query : List.of("", "?snapshots=all")) {
            JsonNode metadata = ok(served.wire().get(path() + query)).json().path("metadata");
            assertThat(metadata.path("snapshots")).hasSize(12);
            assertThat(metadata.path("snapshot-log")).hasSize(8);
        }
        assertThat(
                        ok(served.wire().get(path() + "?snapshots=refs"))
                                .json()
                                .path("metadata")
                                .path("snapshots"))
                .hasSize(2);
    }

    /// PyIceberg's StaticTable, register and Spark's register_table read the file.
    @Test
    void theFileSaysWhatTheAnswerSays() throws IOException {
        for (String codec : List.of("none", "gzip")) {
            ok(
                    served.commit(
                            namespace,
                            "t",
                            "{\"action\":\"set-properties\",\"updates\":"
                                    + "{\"write.metadata.compression-codec\":\"%s\"}}"
                                            .formatted(codec)));
            served.append(namespace, "t", "main");
            JsonNode answer = ok(served.wire().get(path())).json();
            Path file = file(answer);

            assertThat(file.toString())
                    .endsWith(codec.equals("gzip") ? ".gz.metadata.json" : ".metadata.json");
            assertThat(read(file)).isEqualTo(answer.path("metadata"));
        }
    }

    /// With a REST catalog no client does this.
    @Test
    void oldMetadataFilesAreForgottenAndDeletedAsTheTableAsks() throws IOException {
        ok(
                served.commit(
                        namespace,
                        "t",
                        """
                        {"action":"set-properties","updates":{
                         "write.metadata.previous-versions-max":"2",
                         "write.metadata.delete-after-commit.enabled":"true"}}\
                        """));
        for (int n = 0; n < 5; n++) {
            served.append(namespace, "t", "main");
        }
        JsonNode answer = ok(served.wire().get(path())).json();

        assertThat(answer.path("metadata").path("metadata-log")).hasSize(2);
        try (Stream<Path> files = Files.list(file(answer).getParent())) {
            assertThat(files.filter(file -> file.toString().endsWith(".metadata.json"))).hasSize(3);
        }
    }

    @Test
    void withoutBeingAskedOldMetadataFilesStay() throws IOException {
        for (int n = 0; n < 3; n++) {
            served.append(namespace, "t", "main");
        }
        JsonNode answer = ok(served.wire().get(path())).json();

        assertThat(answer.path("metadata").path("metadata-log")).hasSize(3);
        for (JsonNode entry : answer.path("metadata").path("metadata-log")) {
            assertThat(Path.of(URI.create(entry.path("metadata-file").asText()))).exists();
        }
    }

    /// PyIceberg and Rust say it with a word, Java says nothing; `False` is Python's.
    @Test
    void dropsAreTakenAsTheyAreSent() throws IOException {
        for (String query :
                List.of(
                        "",
                        "?purgeRequested=False",
                        "?purgeRequested=false",
                        "?purgeRequested=True",
                        "?purgeRequested=true")) {
            served.table(namespace, "d");
            JsonNode answer = ok(served.wire().get(Served.path(namespace, "d"))).json();

            assertThat(served.wire().delete(Served.path(namespace, "d") + query).status())
                    .isEqualTo(204);
            assertThat(served.wire().head(Served.path(namespace, "d")).status()).isEqualTo(404);
            if (!query.toLowerCase(Locale.ROOT).endsWith("true")) {
                // Spark deletes the files itself, and register needs them.
                assertThat(file(answer)).exists();
            }
        }
    }

    /// DataHub's crawler, and iceberg-go's CLI with it, walk and load; nothing but GET.
    @Test
    void aCrawlerSeesEverything() {
        Wire wire = served.wire();
        String[] headers = ForeignClient.PYICEBERG.headers();
        ok(wire.get("/v1/config?warehouse=lake", headers));
        JsonNode namespaces = ok(wire.get("/v1/namespaces", headers)).json().path("namespaces");
        boolean seen = false;
        for (JsonNode levels : namespaces) {
            String name = levels.get(0).asText();
            ok(wire.get("/v1/namespaces/" + name, headers));
            JsonNode tables =
                    ok(wire.get("/v1/namespaces/" + name + "/tables", headers))
                            .json()
                            .path("identifiers");
            for (JsonNode table : tables) {
                JsonNode loaded =
                        ok(wire.get(Served.path(name, table.path("name").asText()), headers))
                                .json();
                assertThat(loaded.path("metadata").path("table-uuid").isTextual()).isTrue();
                seen |= name.equals(namespace);
            }
        }
        assertThat(seen).isTrue();
    }

    private String path() {
        return Served.path(namespace, "t");
    }

    private static Path file(JsonNode answer) {
        return Path.of(URI.create(answer.path("metadata-location").asText()));
    }

    private static JsonNode read(Path file) throws IOException {
        try (InputStream raw = Files.newInputStream(file);
                InputStream plain =
                        file.toString().endsWith(".gz.metadata.json")
                                ? new GZIPInputStream(raw)
                                : raw) {
            return new ObjectMapper().readTree(plain);
        }
    }
}
