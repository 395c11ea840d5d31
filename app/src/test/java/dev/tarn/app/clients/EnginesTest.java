package dev.tarn.app.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tarn.app.clients.Matrix.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A pipeline, a Trino and a Spark of one's own, PyIceberg and DuckDB at one platform: what each
/// wrote, the others read and change. Trino and Spark are connected by the recipes, as printed.
@Needs(Tool.PYTHON)
class EnginesTest {
    private static final int ROWS = 1_000;
    private static final Duration PYTHON_DURATION_MAX = Duration.ofMinutes(2);
    private static final Duration RUST_DURATION_MAX = Duration.ofMinutes(1);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir private static Path folder;
    private static Platform platform;
    private static @Nullable OwnTrino trino;

    @BeforeAll
    static void startAndLoad() throws IOException {
        platform = Platform.start(folder.resolve("data"), "--no-sql", "--ports", "auto");
        Path rows = folder.resolve("rows.csv");
        Files.write(
                rows,
                IntStream.range(0, ROWS)
                        .mapToObj(n -> n + ",name " + n % 7 + "," + n / 4.0)
                        .toList());
        Path job =
                Files.writeString(
                        folder.resolve("load.conf"),
                        """
                        env { job.mode = "BATCH" }
                        source {
                          LocalFile {
                            path = "%s"
                            file_format_type = "csv"
                            schema { fields { id = bigint, name = string, amount = double } }
                          }
                        }
                        sink {
                          Iceberg { namespace = "shared", table = "by_pipeline" }
                          Iceberg { namespace = "shared", table = "changed" }
                        }
                        """
                                .formatted(rows));
        Child.Ended run = platform.run("pipeline", "run", job.toString());
        assertThat(run.status()).as("%s%n%s", run.out(), run.err()).isZero();
    }

    @AfterAll
    static void stop() {
        if (trino != null) {
            trino.close();
        }
        if (platform != null) {
            platform.close();
        }
    }

    @Test
    void pyIcebergAndDuckDbReadAndChangeWhatAPipelineWrote() throws IOException {
        python("both_count_the_rows_of_the_tables_named", Map.of("shared.by_pipeline", ROWS));
        python("both_change_the_tables_named", Map.of("shared.changed", ROWS));
    }

    @Test
    void pyIcebergByItsRecipe() throws IOException {
        Path home = Files.createDirectories(folder.resolve("pyiceberg"));
        Path recipe = Recipe.write("lake.py", platform.connection(), home);
        List<String> command = List.of(Tool.PYTHON.path().toString(), "-B", recipe.toString());
        try (Child child = Child.start(command, Map.of(), home)) {
            Child.Ended ended = child.end(PYTHON_DURATION_MAX);
            assertThat(ended.status()).as("%s%n%s", ended.out(), ended.err()).isZero();
            assertThat(ended.out().lines()).contains("shared.by_pipeline " + ROWS + " rows");
        }
    }

    @Test
    @Needs(Tool.TRINO)
    void trinoByItsRecipe() throws IOException {
        assertThat(trino().sql("SELECT count(*), sum(id) FROM lake.shared.by_pipeline"))
                .containsExactly(ROWS + "," + ROWS * (ROWS - 1) / 2);
        trino().sql(
                        "CREATE TABLE lake.shared.by_trino WITH (partitioning = ARRAY['bucket(id,"
                                + " 4)']) AS SELECT * FROM lake.shared.by_pipeline WHERE id < 100");
        trino().sql("DELETE FROM lake.shared.by_trino WHERE id % 10 = 3");
        trino().sql("UPDATE lake.shared.by_trino SET name = 'changed' WHERE id = 97");

        python("both_count_the_rows_of_the_tables_named", Map.of("shared.by_trino", 90));
        python("both_change_the_tables_named", Map.of("shared.by_trino", 90));
        int left =
                Integer.parseInt(
                        trino().sql("SELECT count(*) FROM lake.shared.by_trino").getFirst());
        assertThat(left).isBetween(85, 95);
        trino().sql("DELETE FROM lake.shared.by_trino WHERE name = 'changed'");
        assertThat(trino().sql("SELECT count(*) FROM lake.shared.by_trino"))
                .containsExactly(Integer.toString(left - 1));
        python("both_count_the_rows_of_the_tables_named", Map.of("shared.by_trino", left - 1));
    }

    /// All engines but Spark make a table each, and each changes every table. Then comes Spark, in
    /// its only session: it reads and changes what they wrote, does all that its users do, and
    /// leaves a table that the others change. In the end all find the same rows everywhere.
    @Test
    @Needs({Tool.TRINO, Tool.SPARK, Tool.JDK_17})
    void everyEngineReadsAndChangesWhatEveryOtherWrote() throws IOException {
        Matrix matrix = new Matrix();
        List<List<Integer>> first = List.of(Matrix.firstIds());
        matrix("pyiceberg_makes_tables", Map.of("make", Map.of("matrix.by_pyiceberg", first)));
        matrix(
                "pyiceberg_makes_tables",
                Map.of("make", Map.of("matrix.rolled", List.of(List.of(1, 2), List.of(3)))));
        matrix.made(Engine.PYICEBERG);
        matrix("duckdb_makes_tables", Map.of("make", Map.of("matrix.by_duckdb", first)));
        matrix.made(Engine.DUCKDB);
        trino().sql("CREATE TABLE lake.matrix.by_trino (id bigint, name varchar, amount bigint)");
        trino().sql("INSERT INTO lake.matrix.by_trino VALUES " + Matrix.values(Matrix.firstIds()));
        matrix.made(Engine.TRINO);
        if (rust()) {
            rust("make", "matrix", "by_rust", Integer.toString(Matrix.ROWS));
            matrix.made(Engine.RUST);
        }
        changeAll(matrix, matrix.tables());
        assertAllRead(matrix);

        List<String> said = OwnSpark.run(platform, folder.resolve("spark"), statements(matrix));
        assertThat(said)
                .contains(
                        "pipeline\t" + ROWS + "\t" + ROWS * (ROWS - 1) / 2,
                        "now\t90",
                        "before\t90",
                        "branch\t92",
                        "main\t90",
                        "forwarded\t92",
                        "replaced\t4\t4",
                        "history\t2",
                        "view\t7",
                        "view again\t4",
                        "view renamed\t4",
                        "compacted\t92",
                        "expired\t1",
                        "first\t2",
                        "then\t2",
                        "registered\t3",
                        "rolled back\t2",
                        "variant\t13",
                        "raised\t1",
                        "odd names\t1",
                        "renamed\t1",
                        "gone\t0");
        for (String table : matrix.tables()) {
            matrix.changed(Engine.SPARK, table);
            assertThat(said)
                    .filteredOn(line -> line.startsWith(table + "\t"))
                    .as(table)
                    .containsExactlyElementsOf(
                            matrix.rows(table).stream().map(row -> table + "\t" + row).toList());
        }
        assertThat(files("short_lived")).as("files of a purged table").isEmpty();
        assertThat(platform.get("/metrics"))
                .as("reports of scans and commits")
                .containsPattern(
                        "requests_seconds_count\\{.*tables/\\{table}/metrics.*status=\"204\"");
        python("both_count_the_rows_of_the_tables_named", Map.of("shared.by_spark", 92));

        matrix.made(Engine.SPARK);
        changeAll(matrix, List.of(Engine.SPARK.table()));
        assertAllRead(matrix);
    }

    private static void changeAll(Matrix matrix, List<String> tables) throws IOException {
        matrix("pyiceberg_changes_tables", matrix.workOfChanging(Engine.PYICEBERG, tables));
        matrix("duckdb_changes_tables", matrix.workOfChanging(Engine.DUCKDB, tables));
        for (String table : tables) {
            Matrix.Change change = matrix.changed(Engine.TRINO, table);
            trino().sql(
                            "INSERT INTO lake.%s VALUES %s"
                                    .formatted(table, Matrix.values(List.of(change.added()))));
            trino().sql("DELETE FROM lake.%s WHERE id = %d".formatted(table, change.deleted()));
            if (rust()) {
                Matrix.Change more = matrix.changed(Engine.RUST, table);
                rust("append", "matrix", shortName(table), Integer.toString(more.added()));
            }
        }
    }

    private static void assertAllRead(Matrix matrix) throws IOException {
        matrix("pyiceberg_reads_tables", matrix.workOfReading());
        matrix("duckdb_reads_tables", matrix.workOfReading());
        for (String table : matrix.tables()) {
            String all =
                    "SELECT concat(cast(id AS varchar), '|', name, '|', cast(amount AS varchar))"
                            + " FROM lake.%s ORDER BY id";
            assertThat(trino().sql(all.formatted(table))).as(table).isEqualTo(matrix.rows(table));
            if (rust()) {
                assertThat(rust("read", "matrix", shortName(table)))
                        .as(table)
                        .isEqualTo(matrix.rows(table));
            }
        }
    }

    /// Spark's script, with what it must know of the others' tables filled in.
    private static String statements(Matrix matrix) throws IOException {
        JsonNode rolled = JSON.readTree(platform.get("/v1/namespaces/matrix/tables/rolled"));
        JsonNode first = rolled.path("metadata").path("snapshot-log").get(0);
        StringBuilder more = new StringBuilder();
        for (String table : matrix.tables()) {
            Matrix.Change change = Matrix.Change.of(Engine.SPARK);
            more.append(
                    """
                    INSERT INTO %1$s VALUES %2$s;
                    DELETE FROM %1$s WHERE id = %3$d;
                    SELECT '%1$s', concat_ws('|', id, name, amount) FROM %1$s ORDER BY id;
                    """
                            .formatted(
                                    table,
                                    Matrix.values(List.of(change.added())),
                                    change.deleted()));
        }
        more.append(
                """
                CREATE TABLE matrix.by_spark (id BIGINT, name STRING, amount BIGINT)
                  TBLPROPERTIES ('write.delete.mode' = 'merge-on-read');
                INSERT INTO matrix.by_spark VALUES %s;
                """
                        .formatted(Matrix.values(Matrix.firstIds())));
        return Files.readString(Checkout.file("app/src/test/sql/spark.sql"))
                .replace("${FIRST_SNAPSHOT}", first.path("snapshot-id").asText())
                .replace("${FIRST_TIMESTAMP}", first.path("timestamp-ms").asText())
                .replace("${METADATA_LOCATION}", rolled.path("metadata-location").asText())
                .replace("${MATRIX}", more);
    }

    private static String shortName(String table) {
        return table.substring(table.indexOf('.') + 1);
    }

    /// The files whose path has a word in it.
    private static List<Path> files(String word) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("data/objects"))) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().contains(word))
                    .toList();
        }
    }

    /// One for all tests, started by the first that needs it.
    private static OwnTrino trino() throws IOException {
        if (trino == null) {
            trino = OwnTrino.start(platform, folder.resolve("trino"));
        }
        return trino;
    }

    /// Whether iceberg-rust takes part. That it is there in CI is another test's concern.
    private static boolean rust() {
        return Tool.ICEBERG_RUST.find() instanceof Tool.Found.At;
    }

    private static List<String> rust(String... words) {
        List<String> command = new ArrayList<>(List.of(Tool.ICEBERG_RUST.path().toString()));
        command.addAll(List.of(words));
        Child.Ended ended = Child.run(command, platform.environment(), RUST_DURATION_MAX);
        assertThat(ended.status()).as("%s%n%s", command, ended.err()).isZero();
        return ended.out().lines().toList();
    }

    /// Runs a case of matrix_cases.
    private static void matrix(String name, Object work) throws IOException {
        SequencedMap<String, String> environment = Recipe.forDuckDb(platform, folder);
        environment.put("WORK", work instanceof String json ? json : Matrix.json(work));
        PythonCases.require("matrix_cases", environment, name);
    }

    /// Runs a case of shared_cases on tables and their numbers of rows.
    private static void python(String name, Map<String, Integer> tables) throws IOException {
        SequencedMap<String, String> environment = Recipe.forDuckDb(platform, folder);
        environment.put("TABLES", new ObjectMapper().writeValueAsString(tables));
        PythonCases.require("shared_cases", environment, name);
    }
}
