package dev.tarn.app.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Clients append and upload all the time, and the server is killed at moments of no choice.
@Needs(Tool.PYTHON)
class KillTest {
    private static final int WORK_MILLIS_MAX = 1_500;
    private static final Duration END_DURATION_MAX = Duration.ofMinutes(3);

    @TempDir private Path folder;

    @TestFactory
    Stream<DynamicTest> whatWasAcknowledgedOutlivesTenKills() throws IOException {
        return killed(10);
    }

    @Tag("slow")
    @TestFactory
    Stream<DynamicTest> whatWasAcknowledgedOutlivesAHundredKills() throws IOException {
        return killed(100);
    }

    private Stream<DynamicTest> killed(int times) throws IOException {
        long seed = System.nanoTime();
        System.out.println("seed of the kills: " + seed);
        Random random = new Random(seed);
        Path data = folder.resolve("data");
        Path stop = folder.resolve("stop");
        // The same ports again, because clients keep the address.
        String[] options = {
            "--no-sql",
            "--port",
            Integer.toString(Ports.free()),
            "--storage-port",
            Integer.toString(Ports.free())
        };
        Platform platform = Platform.start(data, options);
        Map<String, String> environment = platform.environment();
        environment.put("STOP", stop.toString());
        try (Child appends =
                        PythonCases.start(
                                "kill_cases", environment, "acknowledged_appends_are_there_once");
                Child uploads =
                        PythonCases.start(
                                "kill_cases",
                                environment,
                                "acknowledged_uploads_are_there_whole")) {
            // The first kill comes when both are at work, not while Python starts.
            assertThat(appends.endsWithin(Duration.ofSeconds(3))).isFalse();
            for (int n = 0; n < times; n++) {
                Duration work = Duration.ofMillis(random.nextInt(WORK_MILLIS_MAX));
                boolean ended = appends.endsWithin(work);
                assertThat(ended).as("ended early: %s", appends.err()).isFalse();
                platform.kill();
                platform = Platform.start(data, options);
            }
            assertThat(appends.endsWithin(Duration.ofSeconds(1))).isFalse();
            Files.createFile(stop);
            return Stream.concat(
                    PythonCases.tests("kill_cases", appends.end(END_DURATION_MAX)),
                    PythonCases.tests("kill_cases", uploads.end(END_DURATION_MAX)));
        } finally {
            platform.close();
        }
    }
}
