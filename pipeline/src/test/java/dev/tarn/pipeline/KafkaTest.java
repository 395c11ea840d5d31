package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.pipeline.Progress.State;
import dev.tarn.pipeline.job.JobException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/// Topics of a real broker, read to their end and without end.
class KafkaTest {
    private static final long WAIT_NANOS = Duration.ofSeconds(60).toNanos();

    @TempDir Path folder;

    private static String job(Topic topic, String mode, String options) {
        return """
        env { job.name = k, job.mode = %s, checkpoint.interval = 100 }
        source { Kafka { bootstrap.servers = "%s", topic = "%s"
          start_mode = earliest
          %s } }
        sink { Iceberg { namespace = t, table = k } }
        """
                .formatted(mode, topic.servers, topic.name, options);
    }

    private static final String ID = "schema { fields { id = bigint } }";

    private static Topic topic(TestInfo test, int partitions) throws Exception {
        return new Topic(test.getTestMethod().orElseThrow().getName(), partitions);
    }

    /// Looks on until it is so; a run that ends before is no use to wait for.
    private static void await(PipelineRun run, Predicate<Progress> condition) {
        long end = System.nanoTime() + WAIT_NANOS;
        while (!condition.test(run.progress())) {
            assertThat(run.progress().ended()).as(run.progress().message()).isFalse();
            assertThat(System.nanoTime()).as(run.progress().toString()).isLessThan(end);
            LockSupport.parkNanos(5_000_000);
        }
    }

    @Test
    void aBatchEndsAtTheEndAndTheNextGoesOnThere(TestInfo test) throws Exception {
        try (var topic = topic(test, 3);
                var world = new World(folder)) {
            topic.sendIds(0, 5_000, 3);
            String job = job(topic, "BATCH", ID);

            Progress first = world.run(job);
            Progress idle = world.run(job);
            topic.sendIds(5_000, 5_010, 3);
            Progress second = world.run(job);

            assertThat(first.message()).isEqualTo("finished");
            assertThat(first.rowsCommitted()).isEqualTo(5_000);
            Spent spent = first.spent();
            assertThat(spent.read() + spent.write() + spent.commit()).isPositive();
            assertThat(spent.lastCommit()).isBetween(1L, spent.commit());
            assertThat(idle.spent().lastCommit()).isZero();
            assertThat(idle.rows()).isZero();
            assertThat(idle.snapshots()).isZero();
            assertThat(second.rows()).isEqualTo(10);
            assertThat(world.column("t.k", "id")).hasSize(5_010).doesNotHaveDuplicates();
            assertThat(
                            topic.groupOffset("SeaTunnel-Consumer-Group", 0)
                                    + topic.groupOffset("SeaTunnel-Consumer-Group", 1)
                                    + topic.groupOffset("SeaTunnel-Consumer-Group", 2))
                    .isEqualTo(5_010);

            Progress again = world.run(job, RunOptions.AGAIN);

            assertThat(again.rows()).isEqualTo(5_010);
        }
    }

    @Test
    void valuesAreReadAsTheSchemaSays(TestInfo test) throws Exception {
        try (var topic = topic(test, 1);
                var world = new World(folder)) {
            topic.send(0, "{\"id\":1,\"name\":\"a\\u00e9\",\"price\":12.50,\"other\":[1]}");
            topic.send(0, "{ \"price\": 1e1, \"id\": \"2\", \"tags\": [\"x\", null] }");
            topic.producer.flush();

            Progress progress =
                    world.run(
                            job(
                                    topic,
                                    "BATCH",
                                    """
                                    schema { fields { id = bigint, name = string,
                                      price = "decimal(10, 2)", tags = "array<string>" } }
                                    """));

            assertThat(progress.message()).isEqualTo("finished");
            assertThat(world.rows("t.k").stream().map(Record::toString))
                    .containsExactly(
                            "Record(1, aé, 12.50, null)", "Record(2, null, 10.00, [x, null])");
        }
    }

    @Test
    void textIsCutAtItsDelimiterAndWithoutASchemaIsKeptWhole(TestInfo test) throws Exception {
        try (var topic = topic(test, 1);
                var world = new World(folder)) {
            topic.send(0, "1||x y||2001-02-03");
            topic.send(0, "2||||");
            topic.producer.flush();

            Progress text =
                    world.run(
                            job(
                                    topic,
                                    "BATCH",
                                    """
                                    format = text, field_delimiter = "||"
                                    schema { fields { id = bigint, name = string, day = date } }
                                    """));
            Progress whole =
                    world.run(
                            job(topic, "BATCH", "")
                                    .replace("job.name = k", "job.name = w")
                                    .replace("table = k", "table = w"));

            assertThat(text.message()).isEqualTo("finished");
            assertThat(world.rows("t.k").stream().map(Record::toString))
                    .containsExactly("Record(1, x y, 2001-02-03)", "Record(2, null, null)");
            assertThat(whole.message()).isEqualTo("finished");
            assertThat(world.column("t.w", "content"))
                    .containsExactly("1||x y||2001-02-03", "2||||");
        }
    }

    @Test
    void abortedMessagesAreNotThereAndMessagesWithoutAValueAreCounted(TestInfo test)
            throws Exception {
        try (var topic = topic(test, 1);
                var world = new World(folder)) {
            topic.sendIds(0, 2, 1);
            topic.sendTogether(false, "{\"id\":100}", "not JSON");
            topic.send(0, null);
            topic.producer.flush();
            topic.sendTogether(true, "{\"id\":2}", "{\"id\":3}");
            topic.sendTogether(false, "{\"id\":101}", "{\"id\":102}");
            String job = job(topic, "BATCH", ID);

            Progress first = world.run(job);
            topic.sendIds(4, 5, 1);
            Progress second = world.run(job);

            assertThat(first.message()).isEqualTo("finished");
            assertThat(first.rows()).isEqualTo(4);
            assertThat(first.notes()).contains("Messages without a value, left out: 1");
            assertThat(second.rows()).isEqualTo(1);
            assertThat(world.column("t.k", "id")).containsExactlyInAnyOrder(0L, 1L, 2L, 3L, 4L);
            // 5 messages and 3 control records besides those aborted.
            assertThat(topic.groupOffset("SeaTunnel-Consumer-Group", 0)).isEqualTo(13);
        }
    }

    @Test
    void whatDoesNotFitGoesToTheDeadLettersWithItsPlace(TestInfo test) throws Exception {
        try (var topic = topic(test, 2);
                var world = new World(folder)) {
            topic.send(1, "{\"id\":1}");
            topic.send(1, "{\"id\":\"x\"}");
            topic.send(1, "{\"id\":2");
            topic.send(1, "{\"id\":3}");
            topic.producer.flush();
            String kept = job(topic, "BATCH", ID + "\ntarn.dead_letter_table = t.dead");

            Progress fails = world.run(job(topic, "BATCH", ID));
            Progress keeps = world.run(kept);
            Progress skips =
                    world.run(
                            job(topic, "BATCH", ID + "\nformat_error_handle_way = skip")
                                    .replace("job.name = k", "job.name = s")
                                    .replace("table = k", "table = s"));

            assertThat(fails.state()).isEqualTo(State.FAILED);
            assertThat(fails.message())
                    .isEqualTo(topic.name + "-1:1: id: expected bigint, found 'x'");
            assertThat(keeps.message()).isEqualTo("finished");
            assertThat(keeps.rejected()).isEqualTo(2);
            assertThat(world.column("t.k", "id")).containsExactly(1L, 3L);
            assertThat(
                            world.rows("t.dead").stream()
                                    .map(r ->
                                            List.of(
                                                    r.getField("file"),
                                                    r.getField("line"),
                                                    r.getField("raw"))))
                    .containsExactly(
                            List.of(topic.name + "-1", 1L, "{\"id\":\"x\"}"),
                            List.of(topic.name + "-1", 2L, "{\"id\":2"));
            assertThat(skips.rows()).isEqualTo(2);
            assertThat(skips.notes())
                    .contains(
                            "Messages that do not fit, left out as format_error_handle_way says:"
                                    + " 2");
        }
    }

    @Test
    void expiredOffsetsStopTheRun(TestInfo test) throws Exception {
        try (var topic = topic(test, 1);
                var world = new World(folder)) {
            topic.sendIds(0, 10, 1);
            String job = job(topic, "BATCH", ID);
            world.run(job);
            topic.sendIds(10, 30, 1);
            topic.deleteBefore(0, 15);

            Progress progress = world.run(job);

            assertThat(progress.state()).isEqualTo(State.FAILED);
            assertThat(progress.message())
                    .isEqualTo(
                            "Kafka-1: Offset 10 of %s-0 is gone, it begins at 15 now: 5 offsets expired or were deleted before they were read. Nothing is skipped: say with start_mode where to begin and run it with --again, the rows it has loaded stay"
                                    .formatted(topic.name));
            assertThat(world.column("t.k", "id")).hasSize(10);
        }
    }

    @Test
    void aTopicThatWasMadeAnewStopsTheRun(TestInfo test) throws Exception {
        try (var topic = topic(test, 1);
                var world = new World(folder)) {
            topic.sendIds(0, 10, 1);
            String job = job(topic, "BATCH", ID);
            world.run(job);
            topic.recreate(1);
            topic.sendIds(0, 20, 1);

            Progress progress = world.run(job);
            Progress again = world.run(job, RunOptions.AGAIN);

            assertThat(progress.state()).isEqualTo(State.FAILED);
            assertThat(progress.message())
                    .startsWith(
                            "Kafka-1: Topic %s was dropped and made anew".formatted(topic.name));
            assertThat(again.rows()).isEqualTo(20);
        }
    }

    @Test
    void aStreamTakesWhatComesInAndPartitionsThatAreAdded(TestInfo test) throws Exception {
        try (var topic = topic(test, 1);
                var world = new World(folder)) {
            topic.sendIds(0, 10, 1);
            String job =
                    job(topic, "STREAMING", ID + "\npartition-discovery.interval-millis = 100");

            PipelineRun run =
                    world.pipelines.start(world.job(job), Map.of(), RunOptions.DEFAULT, line -> {});
            await(run, p -> p.rowsCommitted() == 10);
            topic.growTo(2);
            topic.sendIds(10, 30, 2);
            await(run, p -> p.rowsCommitted() == 30);
            run.cancel();
            Progress cancelled = run.await();
            topic.sendIds(30, 40, 2);
            Progress rest = world.run(job.replace("STREAMING", "BATCH"));

            assertThat(cancelled.state()).isEqualTo(State.CANCELLED);
            assertThat(rest.message()).isEqualTo("finished");
            assertThat(rest.rows()).isEqualTo(10);
            assertThat(world.column("t.k", "id")).hasSize(40).doesNotHaveDuplicates();
        }
    }

    @Test
    void aStreamStopsWhenItsTopicIsMadeAnew(TestInfo test) throws Exception {
        try (var topic = topic(test, 1);
                var world = new World(folder)) {
            topic.sendIds(0, 10, 1);
            String job = job(topic, "STREAMING", ID);

            PipelineRun run =
                    world.pipelines.start(world.job(job), Map.of(), RunOptions.DEFAULT, line -> {});
            await(run, p -> p.rowsCommitted() == 10);
            topic.recreate(1);
            topic.sendIds(0, 30, 1);
            Progress progress = run.await();

            assertThat(progress.state()).isEqualTo(State.FAILED);
            assertThat(progress.message()).contains(topic.name).doesNotContain("Exception");
            assertThat(world.column("t.k", "id")).hasSize(10);
        }
    }

    @Test
    void aStreamReadsSeveralSourcesInTurn(TestInfo test) throws Exception {
        try (var topic = topic(test, 1);
                var quiet = new Topic(topic.name + "-quiet", 1);
                var world = new World(folder)) {
            String job =
                    """
                    env { job.mode = STREAMING, checkpoint.interval = 100 }
                    source {
                      Kafka { bootstrap.servers = "%s", topic = "%s", start_mode = earliest
                        plugin_output = a, %s }
                      Kafka { bootstrap.servers = "%s", topic = "%s", start_mode = earliest
                        plugin_output = b, %s }
                    }
                    sink {
                      Iceberg { plugin_input = a, namespace = t, table = a }
                      Iceberg { plugin_input = b, namespace = t, table = b }
                    }
                    """
                            .formatted(
                                    topic.servers, topic.name, ID, quiet.servers, quiet.name, ID);

            PipelineRun run =
                    world.pipelines.start(world.job(job), Map.of(), RunOptions.DEFAULT, line -> {});
            topic.sendIds(0, 20_000, 1);
            quiet.sendIds(0, 1, 1);
            await(run, p -> p.rowsCommitted() == 20_001);
            run.cancel();

            assertThat(run.await().state()).isEqualTo(State.CANCELLED);
            assertThat(world.column("t.a", "id")).hasSize(20_000).doesNotHaveDuplicates();
            assertThat(world.column("t.b", "id")).containsExactly(0L);
        }
    }

    @Test
    void theSecondOfTwoRunnersTakesOverAndTheFirstMayNotCommit(TestInfo test) throws Exception {
        try (var topic = topic(test, 1);
                var world = new World(folder)) {
            var other = new World(world);
            topic.sendIds(0, 10, 1);
            String job = job(topic, "STREAMING", ID);

            PipelineRun first =
                    world.pipelines.start(world.job(job), Map.of(), RunOptions.DEFAULT, line -> {});
            await(first, p -> p.rowsCommitted() == 10);
            PipelineRun second =
                    other.pipelines.start(other.job(job), Map.of(), RunOptions.DEFAULT, line -> {});
            await(second, p -> p.message().startsWith("reading"));
            topic.sendIds(10, 30, 1);
            await(second, p -> p.rowsCommitted() == 20);
            Progress fenced = first.await();
            second.cancel();
            second.await();

            assertThat(fenced.message())
                    .isEqualTo(
                            "Pipeline k was started again elsewhere, this run may not commit any"
                                    + " more");
            assertThat(world.column("t.k", "id")).hasSize(30).doesNotHaveDuplicates();
        }
    }

    @Test
    void aTopicThatWasNeverReadBeginsWhereTheJobSays(TestInfo test) throws Exception {
        try (var topic = topic(test, 1);
                var world = new World(folder)) {
            topic.sendIds(0, 10, 1);

            assertThat(start(world, topic, 1, "latest")).isEmpty();
            assertThat(start(world, topic, 2, "group_offsets")).isEmpty();
            assertThat(
                            start(
                                    world,
                                    topic,
                                    3,
                                    "group_offsets\nkafka.config { auto.offset.reset = earliest }"))
                    .hasSize(10);
            assertThat(
                            start(
                                    world,
                                    topic,
                                    4,
                                    "specific_offsets\nstart_mode.offsets { %s-0 = 7 }"
                                            .formatted(topic.name)))
                    .containsExactly(7L, 8L, 9L);
            assertThat(start(world, topic, 5, "timestamp\nstart_mode.timestamp = 0")).hasSize(10);
            assertThat(
                            start(
                                    world,
                                    topic,
                                    6,
                                    "timestamp\nstart_mode.timestamp = " + Long.MAX_VALUE / 2))
                    .isEmpty();
            assertThat(start(world, topic, 7, "earliest\nstart_mode.end_timestamp = 0")).isEmpty();

            topic.sendIds(10, 12, 1);

            assertThat(start(world, topic, 1, "latest")).containsExactly(10L, 11L);
            // The group of the third job stands where that one ended.
            assertThat(start(world, topic, 2, "group_offsets")).containsExactly(10L, 11L);
        }
    }

    private static List<Object> start(World world, Topic topic, int number, String mode)
            throws Exception {
        String job =
                job(topic, "BATCH", ID + "\nconsumer.group = group-" + number)
                        .replace("earliest\n", mode + "\n")
                        .replace("job.name = k", "job.name = s" + number)
                        .replace("table = k", "table = s" + number);
        Progress progress = world.run(job);
        assertThat(progress.message()).as(mode).isEqualTo("finished");
        return world.column("t.s" + number, "id");
    }

    @Test
    void aPatternReadsTheTopicsThatMatchAndLaterOnesFromTheirStart(TestInfo test) throws Exception {
        try (var topic = topic(test, 1);
                var world = new World(folder)) {
            topic.sendIds(0, 10, 1);
            String job =
                    job(topic, "BATCH", ID + "\npattern = true")
                            .replace(topic.name, topic.name + ".*")
                            .replace("earliest", "latest");

            Progress first = world.run(job);
            try (var later = new Topic(topic.name + "-later", 1)) {
                later.sendIds(10, 20, 1);
            }
            Progress second = world.run(job);

            assertThat(first.rows()).isZero();
            assertThat(second.message()).isEqualTo("finished");
            assertThat(world.column("t.k", "id")).hasSize(10).contains(10L, 19L);
        }
    }

    @Test
    void whatIsNotSupportedIsRefusedByName() throws Exception {
        try (var world = new World(folder)) {
            assertThatThrownBy(() ->
                            world.run(
                                    """
                                    env { job.mode = STREAMING }
                                    source {
                                      Kafka { bootstrap.servers = "h:1", topic = a
                                        plugin_output = a
                                        format = maxwell_json
                                        is_native = true
                                        kafka.config { group.id = g
                                          isolation.level = read_uncommitted }
                                        start_mode = specific_offsets }
                                      FakeSource { plugin_output = f
                                        schema { fields { id = bigint } } }
                                    }
                                    sink { Console { plugin_input = [a, f] } }
                                    """))
                    .isInstanceOf(JobException.class)
                    .hasMessageContainingAll(
                            "env.job.mode: STREAMING is not supported with FakeSource, which has an"
                                    + " end",
                            "Kafka.format: expected one of [json, text, debezium_json, canal_json,"
                                + " avro, protobuf], maxwell_json is not supported by this runner",
                            "Kafka.is_native: not supported by this runner: name columns in"
                                    + " tarn.message_columns",
                            "Kafka.kafka.config.group.id: use the option consumer.group",
                            "Kafka.kafka.config.isolation.level: expected read_committed, found"
                                    + " 'read_uncommitted'",
                            "Kafka.start_mode.offsets: missing, required when start_mode is"
                                    + " specific_offsets");
        }
    }

    @Test
    void aTopicThatIsNotThereIsToldByName(TestInfo test) throws Exception {
        try (var topic = topic(test, 1);
                var world = new World(folder)) {
            topic.delete();

            assertThat(world.run(job(topic, "BATCH", ID)).message())
                    .isEqualTo("Kafka-1: Kafka topic %s does not exist".formatted(topic.name));
        }
    }
}
