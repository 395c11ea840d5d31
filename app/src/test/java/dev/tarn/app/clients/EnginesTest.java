package dev.tarn.app.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;
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
    private static final Duration SPARK_DURATION_MAX = Duration.ofMinutes(5);

    @TempDir private static Path folder;
    private static Platform platform;

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
        try (OwnTrino trino = OwnTrino.start(platform, folder.resolve("trino"))) {
            assertThat(trino.sql("SELECT count(*), sum(id) FROM lake.shared.by_pipeline"))
                    .containsExactly(ROWS + "," + ROWS * (ROWS - 1) / 2);
            trino.sql(
                    "CREATE TABLE lake.shared.by_trino WITH (partitioning = ARRAY['bucket(id, 4)'])"
                            + " AS SELECT * FROM lake.shared.by_pipeline WHERE id < 100");
            trino.sql("DELETE FROM lake.shared.by_trino WHERE id % 10 = 3");
            trino.sql("UPDATE lake.shared.by_trino SET name = 'changed' WHERE id = 97");

            python("both_count_the_rows_of_the_tables_named", Map.of("shared.by_trino", 90));
            python("both_change_the_tables_named", Map.of("shared.by_trino", 90));
            int left =
                    Integer.parseInt(
                            trino.sql("SELECT count(*) FROM lake.shared.by_trino").getFirst());
            assertThat(left).isBetween(85, 95);
            trino.sql("DELETE FROM lake.shared.by_trino WHERE name = 'changed'");
            assertThat(trino.sql("SELECT count(*) FROM lake.shared.by_trino"))
                    .containsExactly(Integer.toString(left - 1));
            python("both_count_the_rows_of_the_tables_named", Map.of("shared.by_trino", left - 1));
        }
    }

    @Test
    @Needs({Tool.SPARK, Tool.JDK_17})
    void sparkByItsRecipe() throws IOException {
        List<String> rows =
                spark(
                        """
                        SELECT 'pipeline', count(*), sum(id) FROM shared.by_pipeline;
                        CREATE TABLE shared.by_spark PARTITIONED BY (bucket(4, id)) AS
                          SELECT * FROM shared.by_pipeline WHERE id < 100;
                        DELETE FROM shared.by_spark WHERE id % 10 = 3;
                        UPDATE shared.by_spark SET name = 'changed' WHERE id = 7;
                        MERGE INTO shared.by_spark t USING (SELECT 5 AS id UNION SELECT 5000 AS id) s
                          ON t.id = s.id WHEN MATCHED THEN DELETE
                          WHEN NOT MATCHED THEN INSERT (id, name, amount) VALUES (s.id, 'new', 1.0);
                        ALTER TABLE shared.by_spark ADD COLUMN note STRING;
                        ALTER TABLE shared.by_spark CREATE TAG before;
                        INSERT INTO shared.by_spark VALUES (6000, 'x', 2.0, 'noted');
                        SELECT 'now', count(*) FROM shared.by_spark;
                        SELECT 'before', count(*) FROM shared.by_spark VERSION AS OF 'before';
                        CREATE VIEW shared.spark_view AS SELECT id FROM shared.by_spark WHERE id < 10;
                        SELECT 'view', count(*) FROM shared.spark_view;
                        CALL lake.system.rewrite_data_files('shared.by_spark');
                        SELECT 'compacted', count(*) FROM shared.by_spark;
                        CREATE TABLE shared.short_lived AS SELECT 1 AS id;
                        DROP TABLE shared.short_lived PURGE;
                        SELECT 'gone', count(*) FROM shared.by_spark.snapshots WHERE operation IS NULL;
                        """);
        assertThat(rows)
                .contains(
                        "pipeline\t" + ROWS + "\t" + ROWS * (ROWS - 1) / 2,
                        "now\t91",
                        "before\t90",
                        "view\t8",
                        "compacted\t91",
                        "gone\t0");
        python("both_count_the_rows_of_the_tables_named", Map.of("shared.by_spark", 91));
    }

    private static List<String> spark(String statements) throws IOException {
        Path home = Files.createDirectories(folder.resolve("spark"));
        Path recipe = Recipe.write("spark.sh", platform.connection(), home);
        Path script = Files.writeString(home.resolve("statements.sql"), statements);
        Files.writeString(
                home.resolve("spark-defaults.conf"),
                "spark.ui.enabled false\n"
                        + "spark.driver.memory 700m\n"
                        + "spark.sql.shuffle.partitions 2\n");
        SequencedMap<String, String> environment = new LinkedHashMap<>();
        environment.put("JAVA_HOME", Tool.JDK_17.path().toString());
        environment.put("PATH", Tool.SPARK.path() + ":" + System.getenv("PATH"));
        environment.put("SPARK_CONF_DIR", home.toString());
        environment.put("SPARK_LOCAL_IP", "127.0.0.1");
        List<String> command = List.of("sh", recipe.toString(), "-f", script.toString());
        try (Child child = Child.start(command, environment, home)) {
            Child.Ended ended = child.end(SPARK_DURATION_MAX);
            assertThat(ended.status()).as("%s%n%s", ended.out(), ended.err()).isZero();
            return ended.out().lines().toList();
        }
    }

    /// Runs a case of shared_cases on tables and their numbers of rows.
    private static void python(String name, Map<String, Integer> tables) throws IOException {
        SequencedMap<String, String> environment = Recipe.forDuckDb(platform, folder);
        environment.put("TABLES", new ObjectMapper().writeValueAsString(tables));
        PythonCases.run("shared_cases", environment, name)
                .forEach(test -> {
                    try {
                        test.getExecutable().execute();
                    } catch (Throwable e) {
                        throw new AssertionError(e.getMessage(), e);
                    }
                });
    }
}
