package dev.tarn.engine.trino;

import dev.tarn.engine.trino.TrinoSettings.Bytes;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// The one Trino of a test JVM. Its catalog leads nowhere: what is tested here needs none.
public final class SharedTrino {
    public static final Duration READY_DEADLINE = Duration.ofMinutes(3);
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static @Nullable Trino one;

    private SharedTrino() {}

    public static synchronized Trino running() throws Exception {
        Trino trino = one;
        if (trino == null) {
            trino =
                    Trino.start(
                            settings(Files.createTempDirectory("tarn-trino"), 0),
                            InstantSource.system());
            Runtime.getRuntime().addShutdownHook(new Thread(trino::close));
            one = trino;
        }
        TrinoStatus status = trino.awaitRunning(READY_DEADLINE);
        if (status.state() != TrinoStatus.State.RUNNING) {
            throw new AssertionError("Trino is not running: " + status);
        }
        return trino;
    }

    static TrinoSettings settings(Path folder, int port) throws IOException, InterruptedException {
        return new TrinoSettings(
                Path.of(System.getProperty("java.home")),
                lib(),
                folder.resolve("trino"),
                folder.resolve("logs").resolve("trino.log"),
                port,
                TrinoSettings.DEFAULT_HEAP_MEGABYTES,
                false,
                URI.create("http://127.0.0.1:1"),
                "lake",
                new Bytes.Folder());
    }

    private static Path lib() throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(ROOT.resolve("dev").resolve("trino").toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String printed =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError("dev/trino has built nothing");
        }
        return Path.of(printed.strip());
    }
}
