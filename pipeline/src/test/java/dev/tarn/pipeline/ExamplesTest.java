package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.pipeline.job.JobSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The example jobs, over the data beside them and over a topic.
class ExamplesTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

    @TempDir Path folder;

    @Test
    void flightsAndAirportsAreLoadedAsTheyAre() throws Exception {
        try (var world = new World(folder)) {
            Progress flights = run(world, "examples/flights.conf");
            Progress airports = run(world, "examples/airports.conf");

            assertThat(flights.message()).isEqualTo("finished");
            assertThat(flights.rows()).isEqualTo(20_000);
            assertThat(airports.message()).isEqualTo("finished");
            assertThat(airports.rows()).isEqualTo(3_376);
            var rows = world.rows("flights.flights");
            assertThat(rows).hasSize(20_000);
            assertThat(rows.stream().mapToLong(r -> (int) r.getField("distance")).sum())
                    .isEqualTo(14476934L);
            assertThat(world.column("flights.flights", "date"))
                    .contains(LocalDateTime.of(2001, 1, 1, 0, 47));
            assertThat(world.table("flights.airports").schema().toString())
                    .contains("iata: required string", "latitude: optional double")
                    .contains("longitude: optional double");
            assertThat(world.table("flights.airports").schema().identifierFieldNames())
                    .containsExactly("iata");
        }
    }

    @Test
    void ordersComeFromATopic() throws Exception {
        try (var topic = new Topic("example-orders", 2);
                var world = new World(folder)) {
            topic.send(
                    0,
                    "{\"id\":1,\"customer\":\"Ann\",\"amount\":12.5,\"ordered_at\":\"2001-02-03"
                            + " 04:05:06\"}");
            topic.send(1, "{\"id\":2,\"amount\":\"much\"}");
            topic.producer.flush();

            Progress orders =
                    run(
                            world,
                            "examples/jobs/kafka-to-iceberg.conf",
                            Map.of("servers", topic.servers, "topic", topic.name, "mode", "BATCH"));

            assertThat(orders.message()).isEqualTo("finished");
            assertThat(world.rows("shop.orders"))
                    .singleElement()
                    .hasToString("Record(1, Ann, 12.50, 2001-02-03T04:05:06)");
            assertThat(world.column("shop.orders_rejected", "reason"))
                    .containsExactly("expected decimal(10, 2), found 'much'");
        }
    }

    @Test
    void ordersFollowTheirSource() throws Exception {
        try (var topic = new Topic("example-changes", 1);
                var world = new World(folder)) {
            String order = "{\"id\":1,\"customer\":\"%s\",\"amount\":\"12.5\",\"ordered_at\":%s}";
            String first = order.formatted("Ann", 981_173_106_000_000L);
            String second = order.formatted("Bob", 981_259_506_000_000L);
            topic.send(0, "{\"before\":null,\"after\":%s,\"op\":\"c\"}".formatted(first));
            topic.send(0, "{\"before\":%s,\"after\":%s,\"op\":\"u\"}".formatted(first, second));
            topic.producer.flush();

            Progress orders =
                    run(
                            world,
                            "examples/jobs/debezium-to-iceberg.conf",
                            Map.of("servers", topic.servers, "topic", topic.name, "mode", "BATCH"));

            assertThat(orders.message()).isEqualTo("finished");
            assertThat(world.rows("shop.orders"))
                    .singleElement()
                    .hasToString("Record(1, Bob, 12.50, 2001-02-04T04:05:06)");
        }
    }

    @Test
    void ordersComeFromFiles() throws Exception {
        try (var world = new World(folder)) {
            Path file =
                    world.file(
                            "orders/1.jsonl",
                            """
                            {"id":1,"customer":"Ann","amount":12.5,"ordered_at":"2001-02-03 04:05:06"}
                            {"id":2,"amount":"much"}
                            """);
            String name = "examples/jobs/files-to-iceberg.conf";
            Map<String, String> variables = Map.of("path", file.getParent() + "/*.jsonl");
            assertThat(run(world, name, variables).message()).isEqualTo("finished");
            assertThat(run(world, name, variables).rows()).isZero();
            assertThat(world.rows("shop.orders"))
                    .singleElement()
                    .hasToString("Record(1, Ann, 12.50, 2001-02-03T04:05:06)");
            assertThat(world.column("shop.orders_rejected", "reason"))
                    .containsExactly("expected decimal(10, 2), found 'much'");
        }
    }

    private static Progress run(World world, String name) throws Exception {
        return run(world, name, Map.of());
    }

    private static Progress run(World world, String name, Map<String, String> variables)
            throws Exception {
        var job = new JobSource(Files.readString(REPOSITORY.resolve(name)), name, REPOSITORY);
        return world.pipelines.start(job, variables, RunOptions.DEFAULT, line -> {}).await();
    }
}
