package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.pipeline.keep.Keeper;
import dev.tarn.pipeline.keep.Kept;
import dev.tarn.store.Leases;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.iceberg.Snapshot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A run that goes on behind a commit of before.
class GoingBackTest {
    @TempDir Path folder;

    private static String job(Topic topic, String mode) {
        return """
        env { job.name = back, job.mode = %s, checkpoint.interval = 50 }
        source { Kafka { bootstrap.servers = "%s", topic = "%s", start_mode = earliest, schema { fields { id = bigint } } } }
        sink { Iceberg { namespace = t, table = k } }
        """
                .formatted(mode, topic.servers, topic.name);
    }

    private static List<Object> ids(long... ranges) {
        LongStream all = LongStream.empty();
        for (int i = 0; i < ranges.length; i += 2) {
            all = LongStream.concat(all, LongStream.range(ranges[i], ranges[i + 1]));
        }
        return all.boxed().map(Object.class::cast).toList();
    }

    private static long commitOf(Snapshot snapshot) {
        return Long.parseLong(snapshot.summary().get("tarn.pipeline-commit"));
    }

    @Test
    void whatCameLaterComesAgainAndNothingElse() throws Exception {
        try (var topic = new Topic("back", 2);
                var world = new World(folder)) {
            String job = job(topic, "BATCH");
            topic.sendIds(0, 10, 2);
            world.run(job);
            long first = commitOf(world.table("t.k").currentSnapshot());
            topic.sendIds(10, 20, 2);
            world.run(job);
            topic.growTo(3);
            topic.sendIds(20, 50, 3);
            Progress third = world.run(job);
            assertThat(third.message()).isEqualTo("finished");
            long last = commitOf(world.table("t.k").currentSnapshot());
            assertThat(world.column("t.k", "id")).containsExactlyInAnyOrderElementsOf(ids(0, 50));

            Progress back = world.run(job, RunOptions.from(first));
            assertThat(back.message()).isEqualTo("finished");
            assertThat(back.notes())
                    .anyMatch(note -> note.startsWith("Goes on behind commit " + first));
            assertThat(world.column("t.k", "id"))
                    .containsExactlyInAnyOrderElementsOf(ids(0, 50, 10, 50));
            assertThat(world.run(job).rows()).isZero();

            // The same commit is still known, and those between.
            List<PastCommit> past = world.pipelines.past("back", 100);
            assertThat(past).extracting(PastCommit::number).contains(first, last);
            assertThat(past.getFirst().moved())
                    .extracting(PastCommit.Moved::partition)
                    .contains(topic.name + "-2");
            assertThat(world.run(job, RunOptions.from(last)).rows()).isZero();
            assertThat(world.run(job, RunOptions.from(first)).rows()).isEqualTo(40);

            Progress unknown = world.run(job, RunOptions.from(last + 1_000));
            assertThat(unknown.state()).isEqualTo(Progress.State.FAILED);
            assertThat(unknown.message())
                    .contains("does not know where it stood after commit " + (last + 1_000));
            assertThat(world.run(job).rows()).isZero();
        }
    }

    @Test
    void itDropsNothing() throws Exception {
        try (var topic = new Topic("back-drop", 1);
                var world = new World(folder)) {
            String job =
                    job(topic, "BATCH")
                            .replace("table = k", "table = k, data_save_mode = DROP_DATA");
            topic.sendIds(0, 10, 1);
            assertThat(world.run(job).message()).isEqualTo("finished");
            long commit = world.pipelines.past("back", 1).getFirst().number();
            topic.sendIds(10, 15, 1);
            assertThat(world.run(job, RunOptions.from(commit)).rows()).isEqualTo(5);
            assertThat(world.column("t.k", "id")).containsExactlyInAnyOrderElementsOf(ids(0, 15));
            assertThat(world.run(job).rows()).isEqualTo(15);
            assertThat(world.column("t.k", "id")).containsExactlyInAnyOrderElementsOf(ids(0, 15));
        }
    }

    @Test
    void aKeptPipelineGoesBackWhileItRuns() throws Exception {
        try (var topic = new Topic("back-kept", 1);
                var world = new World(folder);
                var keeper =
                        new Keeper(
                                world.pipelines,
                                world.database,
                                Leases.ofReplica(world.database, InstantSource.system(), "a"),
                                InstantSource.system())) {
            topic.sendIds(0, 10, 1);
            keeper.start();
            keeper.create(world.job(job(topic, "STREAMING")), Map.of(), false);
            Await.until("ten", () -> count(world) == 10);
            long first = commitOf(world.table("t.k").currentSnapshot());
            topic.sendIds(10, 30, 1);
            Await.until("thirty", () -> count(world) == 30);
            keeper.run("back", RunOptions.from(first));
            Await.until("again", () -> count(world) == 50);
            Await.until(
                    "running",
                    () -> keeper.find("back").orElseThrow().state() == Kept.State.RUNNING);
            topic.sendIds(30, 31, 1);
            Await.until("followed", () -> count(world) == 51);
            assertThat(world.column("t.k", "id"))
                    .containsExactlyInAnyOrderElementsOf(ids(0, 31, 10, 30));
        }
    }

    private static int count(World world) {
        try {
            return world.rows("t.k").size();
        } catch (Exception e) {
            return -1;
        }
    }
}
