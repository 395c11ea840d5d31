package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.pipeline.job.JobSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The two example jobs over the real data beside them.
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

    private static Progress run(World world, String name) throws Exception {
        var job = new JobSource(Files.readString(REPOSITORY.resolve(name)), name, REPOSITORY);
        return world.pipelines.start(job, Map.of(), RunOptions.DEFAULT, line -> {}).await();
    }
}
