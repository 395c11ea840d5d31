package dev.tarn.app.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// iceberg-rust by a program of its own, and iceberg-go by its command line.
class RustAndGoTest {
    private static final Duration RUST_DURATION_MAX = Duration.ofMinutes(5);
    private static final Duration COMMAND_DURATION_MAX = Duration.ofMinutes(1);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir private static Path folder;
    private static Platform platform;

    @BeforeAll
    static void start() {
        platform = Platform.start(folder.resolve("data"), "--no-sql", "--ports", "auto");
    }

    @AfterAll
    static void stop() {
        if (platform != null) {
            platform.close();
        }
    }

    @TestFactory
    @Needs(Tool.ICEBERG_RUST)
    Stream<DynamicTest> icebergRust() {
        List<String> command = List.of(Tool.ICEBERG_RUST.path().toString(), "cases");
        return PythonCases.tests(
                "iceberg-rust", Child.run(command, platform.environment(), RUST_DURATION_MAX));
    }

    @Test
    @Needs(Tool.ICEBERG_GO)
    void icebergGoMakesChangesAndDrops() throws IOException {
        go("create", "namespace", "made");
        go("create", "namespace", "made.inner");
        assertThat(go("list")).contains("made");
        assertThat(go("list", "made")).contains("made.inner");
        go("properties", "set", "namespace", "made", "owner", "ann");
        assertThat(go("properties", "get", "namespace", "made", "owner")).contains("ann");

        String schema =
                """
                [
                 {"id":1,"name":"id","required":false,"type":"long"},
                 {"id":2,"name":"grp","required":false,"type":"string"}]\
                """;
        go("create", "table", "made.inner.t", "--schema", schema, "--partition-spec", "grp");
        assertThat(go("list", "made.inner")).contains("t");
        assertThat(go("schema", "made.inner.t")).contains("grp");
        go("properties", "set", "table", "made.inner.t", "owner", "bob");
        assertThat(go("properties", "get", "table", "made.inner.t", "owner")).contains("bob");
        go("properties", "remove", "table", "made.inner.t", "owner");
        go("rename", "made.inner.t", "made.moved");
        assertThat(go("describe", "table", "made.moved")).contains("grp");
        go("upgrade", "made.moved", "3", "--yes");
        assertThat(go("info", "made.moved")).containsPattern("Format version:.*3");
        go("drop", "table", "made.moved");
        go("drop", "namespace", "made.inner");
        assertThat(go("list", "made")).doesNotContain("inner").doesNotContain("moved");
        go("drop", "namespace", "made");
    }

    @Test
    @Needs({Tool.ICEBERG_GO, Tool.PYTHON})
    void icebergGoBranchesTagsAndRollsBack() throws IOException {
        SequencedMap<String, String> environment = Recipe.forDuckDb(platform, folder);
        environment.put(
                "WORK",
                Matrix.json(
                        Map.of("make", Map.of("matrix.t", List.of(List.of(1, 2), List.of(3))))));
        PythonCases.require("matrix_cases", environment, "pyiceberg_makes_tables");
        JsonNode snapshots = JSON.readTree(go("snapshots", "matrix.t", "--output", "json"));
        assertThat(snapshots.toString()).contains("append");
        String first = firstSnapshot();

        go("branch", "create", "matrix.t", "work", "--snapshot-id", first, "--yes");
        go("tag", "create", "matrix.t", "v1", "--yes");
        assertThat(go("refs", "matrix.t")).contains("work", "v1", "main", first);
        go("branch", "delete", "matrix.t", "work", "--yes");
        assertThat(go("refs", "matrix.t")).doesNotContain("work");
        go("rollback", "matrix.t", "--snapshot-id", first, "--yes");
        assertThat(current()).isEqualTo(first);
        assertThat(go("uuid", "matrix.t")).isNotBlank();
        assertThat(go("location", "matrix.t")).contains("s3://");
    }

    private static String firstSnapshot() throws IOException {
        return metadata().path("snapshot-log").get(0).path("snapshot-id").asText();
    }

    private static String current() throws IOException {
        return metadata().path("current-snapshot-id").asText();
    }

    private static JsonNode metadata() throws IOException {
        return JSON.readTree(platform.get("/v1/namespaces/matrix/tables/t")).path("metadata");
    }

    /// What a command printed.
    private static String go(String... words) {
        List<String> command = new ArrayList<>(List.of(Tool.ICEBERG_GO.path().toString()));
        command.addAll(List.of("--uri", platform.catalog().toString(), "--warehouse", warehouse()));
        command.addAll(List.of(words));
        Child.Ended ended = Child.run(command, platform.environment(), COMMAND_DURATION_MAX);
        assertThat(ended.status()).as("%s%n%s%n%s", command, ended.out(), ended.err()).isZero();
        return ended.out();
    }

    private static String warehouse() {
        return platform.connection().get("WAREHOUSE");
    }
}
