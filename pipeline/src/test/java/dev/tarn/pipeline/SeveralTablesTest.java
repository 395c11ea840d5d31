package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.pipeline.Progress.State;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Sources with `tables_configs`.
class SeveralTablesTest {
    private static final String FILES =
            """
            env { job.name = several, tarn.checkpoint.rows = 10 }
            source { LocalFile { tarn.dead_letter_table = "t.dead", file_format_type = json, tables_configs = [
              { path = in, file_filter_pattern = "a.*", schema { table = "shop.a", fields { id = bigint } } }
              { path = in, file_filter_pattern = "b.*", file_format_type = csv, schema { table = "shop.b", fields { id = bigint, n = string } } }
              { path = in/a.json, schema { table = "shop.again", fields { n = int } } }
            ] } }
            sink { Iceberg { namespace = "${database_name}", table = "${table_name}" } }
            """;

    @TempDir Path folder;

    @Test
    void eachTableHasItsOptions() throws Exception {
        try (var world = new World(folder)) {
            world.file("in/a.json", "{\"id\":1,\"n\":7}\n{\"id\":\"x\",\"n\":8}\n{\"id\":3}\n");
            world.file("in/b.csv", "4,four\n5,five\n");
            Progress first = world.run(FILES);
            assertThat(first.message()).isEqualTo("finished");
            assertThat(first.tables()).containsExactly("shop.a", "shop.b", "shop.again");
            assertThat(world.byFirst("shop.a").values()).containsExactly("1", "3");
            assertThat(world.byFirst("shop.b").values()).containsExactly("4|four", "5|five");
            assertThat(world.column("shop.again", "n")).containsExactlyInAnyOrder(7, 8, null);
            assertThat(world.rows("t.dead")).hasSize(1);

            // What is loaded is loaded, for each table by itself.
            Progress second = world.run(FILES);
            assertThat(second.rows()).isZero();
            assertThat(second.filesSkipped()).isEqualTo(3);
        }
    }

    @Test
    void tablesOfFixedAndOfRandomRows() throws Exception {
        String job =
                """
                source { FakeSource { tables_configs = [
                  { row.num = 30, split.num = 3, schema { table = "f.a", fields { id = bigint } } }
                  { schema { table = "f.b", fields { n = string } }, rows = [ { kind = INSERT, fields = ["x"] } ] }
                ] } }
                sink { Iceberg { namespace = "m_${database_name}", table = "ods_${table_name}" } }
                """;
        try (var world = new World(folder)) {
            assertThat(world.run(job).message()).isEqualTo("finished");
            assertThat(world.rows("m_f.ods_a")).hasSize(30);
            assertThat(world.column("m_f.ods_b", "n")).containsExactly("x");
        }
    }

    @Test
    void afterAnyFaultNothingIsLostOrDoubled() throws Exception {
        for (int n = 1; n < 60; n++) {
            var breaking = new Breaking(Breaking.Moment.BEFORE);
            Path home = Files.createDirectories(folder.resolve("fault-" + n));
            try (var world = new World(home, breaking::rows, breaking::bytes)) {
                var rows = new StringBuilder();
                for (int i = 0; i < 25; i++) {
                    rows.append("{\"id\":%d,\"n\":%d}%n".formatted(i, i));
                }
                world.file("in/a.json", rows.toString());
                world.file("in/b.csv", "4,four\n");
                breaking.at(n);
                Progress first = world.run(FILES);
                breaking.at(Integer.MAX_VALUE);
                if (first.state() != State.FINISHED) {
                    assertThat(world.run(FILES).message()).isEqualTo("finished");
                }
                assertThat(world.column("shop.a", "id")).hasSize(25).doesNotHaveDuplicates();
                assertThat(world.column("shop.again", "n")).hasSize(25).doesNotHaveDuplicates();
                assertThat(world.rows("shop.b")).hasSize(1);
                if (!breaking.broke()) {
                    assertThat(n).isGreaterThan(10);
                    return;
                }
            }
        }
        throw new AssertionError("a run makes more than 60 writes");
    }

    @Test
    void whatIsWrongIsToldWithItsLine() throws Exception {
        try (var world = new World(folder)) {
            assertThatThrownBy(() ->
                            world.run(
                                    """
                                    source { LocalFile { tables_configs = [
                                      { path = nowhere, file_format_type = json, schema { fields { id = bigint } } }
                                      { file_format_type = json, pth = x }
                                    ] } }
                                    sink { Iceberg { namespace = t, table = x } }
                                    """))
                    .hasMessageContaining("test.conf:2: LocalFile.path: there is no file or folder")
                    .hasMessageContaining("test.conf:3: LocalFile.pth: unknown option")
                    .hasMessageContaining("test.conf:3: LocalFile.path: missing, required");
            assertThatThrownBy(() ->
                            world.run(
                                    """
                                    source { LocalFile { tables_configs = [] } }
                                    sink { Iceberg { namespace = t, table = x } }
                                    """))
                    .hasMessageContaining("expected at least one table");
        }
    }
}
