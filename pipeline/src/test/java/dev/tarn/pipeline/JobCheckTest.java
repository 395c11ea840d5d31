package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.pipeline.JobCheck.Column;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobCheckTest {
    private static final String JOB =
            """
            env { job.name = "t" }
            source { LocalFile { path = "a.csv", file_format_type = csv, plugin_output = o
              schema { fields { id = bigint, at = timestamp }
                       primaryKey { name = pk, columnNames = [id] } } } }
            transform { Copy { plugin_output = more, fields { id2 = id } } }
            sink { Iceberg { namespace = t, table = r, iceberg.table.partition-keys = "day(at)" } }
            """;

    @TempDir Path folder;

    @Test
    void aJobIsToldWithoutBeingRun() throws Exception {
        try (var world = new World(folder)) {
            world.file("a.csv", "1,2024-01-01 00:00:00\n");

            JobCheck check = world.pipelines.check(world.job(JOB), Map.of());

            assertThat(check.name()).isEqualTo("t");
            assertThat(check.problems()).isEmpty();
            assertThat(check.sources())
                    .containsExactly(new JobCheck.Reading("o", "LocalFile", 1, 22));
            JobCheck.Writing table = check.tables().getFirst();
            assertThat(table.table()).isEqualTo("t.r");
            assertThat(table.from()).isEqualTo("more");
            assertThat(table.action()).isEqualTo("will be created");
            assertThat(table.columns())
                    .containsExactly(
                            new Column("id", "long", true, true),
                            new Column("at", "timestamp", false, false),
                            new Column("id2", "long", true, false));
            assertThat(table.partitioning()).containsExactly("day(at)");
            assertThat(world.catalog.namespaces().exists(world.warehouse(), ns("t"))).isFalse();
        }
    }

    private static org.apache.iceberg.catalog.Namespace ns(String name) {
        return org.apache.iceberg.catalog.Namespace.of(name);
    }

    @Test
    void aTableThatIsThereIsToldAsItIsAndWhatDoesNotFitIsAProblem() throws Exception {
        try (var world = new World(folder)) {
            world.file("a.csv", "1,2024-01-01 00:00:00\n");
            world.run(
                    JOB.replace(
                            "transform { Copy { plugin_output = more, fields { id2 = id } } }",
                            ""));

            JobCheck check = world.pipelines.check(world.job(JOB), Map.of());

            assertThat(check.tables().getFirst().action())
                    .isEqualTo("exists, rows will be appended");
            assertThat(check.tables().getFirst().columns()).hasSize(2);
            assertThat(check.problems())
                    .singleElement()
                    .asString()
                    .contains("table t.r has no column id2");
            assertThat(world.rows("t.r")).hasSize(1);
        }
    }
}
