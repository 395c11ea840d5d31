package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Rows that go to another branch than main.
class BranchTest {
    @TempDir Path folder;

    private static String job(String file, String options) {
        return """
        env { job.name = branch, tarn.checkpoint.rows = 2 }
        source { LocalFile { path = %s, file_format_type = json
          schema { fields { id = bigint, name = string }, primaryKey { columnNames = [id] } } } }
        sink { Iceberg { namespace = t, table = k, iceberg.table.commit-branch = dev
          %s } }
        """
                .formatted(file, options);
    }

    private static String main(String job) {
        return job.replace("iceberg.table.commit-branch = dev", "");
    }

    private static List<String> rows(World world, String branch) throws IOException {
        Table table = world.table("t.k");
        List<String> rows = new ArrayList<>();
        try (CloseableIterable<Record> read =
                IcebergGenerics.read(table)
                        .useSnapshot(table.refs().get(branch).snapshotId())
                        .build()) {
            read.forEach(row -> rows.add(row.get(0) + "=" + row.get(1)));
        }
        rows.sort(null);
        return rows;
    }

    private static void lines(World world, String file, String... rows) throws IOException {
        var text = new StringBuilder();
        for (String row : rows) {
            String[] parts = row.split("=");
            text.append("{\"id\":%s,\"name\":\"%s\"}%n".formatted(parts[0], parts[1]));
        }
        world.file(file, text.toString());
    }

    @Test
    void rowsGoToTheBranchAndMainStays() throws Exception {
        try (var world = new World(folder)) {
            lines(world, "1.json", "1=a", "2=b", "3=c");
            lines(world, "2.json", "4=d");

            Progress first = world.run(job("1.json", ""));

            assertThat(first.message()).isEqualTo("finished");
            assertThat(rows(world, "dev")).containsExactly("1=a", "2=b", "3=c");
            assertThat(world.rows("t.k")).isEmpty();
            // What one branch has loaded is no reason not to load it into another.
            assertThat(world.run(main(job("1.json", ""))).rowsCommitted()).isEqualTo(3);
            assertThat(world.run(job("1.json", "")).rows()).isZero();
            assertThat(world.run(job("2.json", "")).rowsCommitted()).isEqualTo(1);
            assertThat(rows(world, "dev")).containsExactly("1=a", "2=b", "3=c", "4=d");
            assertThat(rows(world, "main")).containsExactly("1=a", "2=b", "3=c");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void aBranchBeginsAsMainIsAndIsUpsertedAlone(int version) throws Exception {
        String upsert =
                """
                iceberg.table.upsert-mode-enabled = true
                iceberg.table.auto-create-props { format-version = "%s" }
                """
                        .formatted(version);
        try (var world = new World(folder)) {
            lines(world, "1.json", "1=a", "2=b", "3=c");
            lines(world, "2.json", "2=B", "4=d", "4=D", "1=A");
            lines(world, "3.json", "3=C", "9=i");
            assertThat(world.run(main(job("1.json", upsert))).message()).isEqualTo("finished");

            assertThat(world.run(job("2.json", upsert)).message()).isEqualTo("finished");
            assertThat(world.run(main(job("3.json", upsert))).message()).isEqualTo("finished");

            assertThat(rows(world, "dev")).containsExactly("1=A", "2=B", "3=c", "4=D");
            assertThat(rows(world, "main")).containsExactly("1=a", "2=b", "3=C", "9=i");
        }
    }

    @Test
    void dataSaveModesAreAboutTheBranch() throws Exception {
        try (var world = new World(folder)) {
            lines(world, "1.json", "1=a");
            lines(world, "2.json", "2=b");
            world.run(main(job("1.json", "")));
            assertThat(world.run(job("2.json", "data_save_mode = DROP_DATA")).message())
                    .isEqualTo("finished");

            assertThat(rows(world, "dev")).containsExactly("2=b");
            assertThat(rows(world, "main")).containsExactly("1=a");
            assertThat(
                            world.run(job("1.json", "data_save_mode = ERROR_WHEN_DATA_EXISTS"))
                                    .message())
                    .contains("has rows");
        }
    }

    @Test
    void aTagIsNoBranch() throws Exception {
        try (var world = new World(folder)) {
            lines(world, "1.json", "1=a");
            world.run(main(job("1.json", "")));
            var pending = world.catalog.tables().begin(world.warehouse());
            Table table = pending.table(TableIdentifier.parse("t.k"));
            table.manageSnapshots().createTag("dev", table.currentSnapshot().snapshotId()).commit();
            pending.commit(tx -> {});

            assertThat(world.run(job("1.json", "")).message())
                    .contains("expected a branch, dev is a tag");
        }
    }
}
