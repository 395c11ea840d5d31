package dev.tarn.app.logging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.app.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class LoggingTest {
    @TempDir private Path folder;

    @AfterEach
    void quiet() {
        Logging.off();
    }

    @Test
    void anEventIsOneLineWhateverTheMessageHolds() throws IOException {
        try (Logging logging = open(1 << 20)) {
            assertThat(logging).isNotNull();
            LoggerFactory.getLogger("test")
                    .warn("table={} swapped", "a\nb", new IllegalStateException("no\nway"));
        }
        assertThat(Files.readAllLines(folder.resolve("tarn.log")))
                .singleElement()
                .asString()
                .matches(
                        "time=\\S+Z level=warn logger=test table=a\\\\nb swapped"
                                + " trace=\"java.lang.IllegalStateException: no\\\\nway\\\\n.*\"");
    }

    @Test
    void aFullFileIsKeptUnderANumberAndTheOldestGoes() throws IOException {
        try (Logging logging = open(200)) {
            assertThat(logging).isNotNull();
            for (int i = 0; i < 20; i++) {
                LoggerFactory.getLogger("test").info("event={} {}", i, "x".repeat(80));
            }
        }
        try (var files = Files.list(folder)) {
            List<String> names = files.map(file -> file.getFileName().toString()).sorted().toList();
            assertThat(names).containsExactly("tarn.log", "tarn.log.1", "tarn.log.2");
        }
        assertThat(Files.readString(folder.resolve("tarn.log"))).contains("event=19");
    }

    private Logging open(int sizeMax) {
        return Logging.toFile(folder, new Config.Log(Config.LogLevel.INFO, sizeMax, 3));
    }
}
