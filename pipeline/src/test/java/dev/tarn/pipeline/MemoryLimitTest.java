package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.pipeline.sink.Memory;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pipelines that find less memory than they would like.
class MemoryLimitTest {
    @TempDir Path folder;

    private static Pipelines with(World world, Memory memory) {
        return new Pipelines(
                world.catalog, world.database, InstantSource.system(), Set::of, Map.of(), memory);
    }

    private static String job(World world, String sink) throws Exception {
        var rows = new StringBuilder();
        for (int i = 0; i < 60_000; i++) {
            rows.append(
                    "{\"id\":%d,\"part\":%d,\"note\":\"%x%x\"}%n"
                            .formatted(i, i % 40, i * 7919L, i * 104729L));
        }
        Path file = world.file("rows.jsonl", rows.toString());
        return """
        env { job.name = limited }
        source { LocalFile { path = "%s", file_format_type = json, schema { fields { id = bigint, part = int, note = string },
          primaryKey { name = k, columnNames = [id] } } } }
        sink { Iceberg { namespace = t, table = k %s } }
        """
                .formatted(file, sink);
    }

    @Test
    void openFilesEndEarlyAndNoRowIsLost() throws Exception {
        try (var world = new World(folder)) {
            Memory memory = new Memory(8 << 20, 1 << 20);
            Pipelines pipelines = with(world, memory);
            String job = job(world, ", iceberg.table.partition-keys = \"part\"");
            Progress end =
                    pipelines
                            .start(world.job(job), Map.of(), RunOptions.DEFAULT, line -> {})
                            .await();
            assertThat(end.message()).isEqualTo("finished");
            assertThat(new HashSet<>(world.column("t.k", "id"))).hasSize(60_000);
            long files =
                    Long.parseLong(
                            world.table("t.k").currentSnapshot().summary().get("added-data-files"));
            assertThat(files).isGreaterThan(40);
            assertThat(pipelines.held()).isZero();
        }
    }

    @Test
    void keysThatFindNoRoomEndTheRunWithTheReason() throws Exception {
        try (var world = new World(folder)) {
            String job = job(world, ", iceberg.table.upsert-mode-enabled = true");
            Pipelines narrow = with(world, new Memory(1 << 20, 1 << 20));
            Progress end =
                    narrow.start(world.job(job), Map.of(), RunOptions.DEFAULT, line -> {}).await();
            assertThat(end.message())
                    .contains("Table t.k: its keys would take 1 MiB of memory")
                    .contains("TARN_HEAP");
            assertThat(narrow.held()).isZero();
            assertThat(world.rows("t.k")).isEmpty();

            Progress more = world.run(job);
            assertThat(more.message()).isEqualTo("finished");
            assertThat(world.rows("t.k")).hasSize(60_000);
            assertThat(world.pipelines.held()).isZero();
        }
    }
}
