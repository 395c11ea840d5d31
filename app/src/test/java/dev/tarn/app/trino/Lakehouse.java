package dev.tarn.app.trino;

import dev.tarn.engine.trino.Trino;
import dev.tarn.engine.trino.TrinoSettings;
import dev.tarn.engine.trino.TrinoStatus;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

public final class Lakehouse {
    private static Trino trino;
    private static final Lakehouse ONE = new Lakehouse();

    public static synchronized Lakehouse running() throws Exception {
        if (trino == null) {
            Path folder = Files.createTempDirectory("tarn-lakehouse");
            trino =
                    Trino.start(
                            new TrinoSettings(
                                    Path.of(System.getProperty("java.home")),
                                    lib(),
                                    folder.resolve("trino"),
                                    folder.resolve("trino.log"),
                                    0,
                                    1024,
                                    false,
                                    URI.create("http://127.0.0.1:1"),
                                    "lake",
                                    new TrinoSettings.Bytes.Folder()),
                            InstantSource.system());
            Runtime.getRuntime().addShutdownHook(new Thread(trino::close));
            TrinoStatus status = trino.awaitRunning(Duration.ofMinutes(3));
        }
        return ONE;
    }

    public URI trino() {
        return trino.uri();
    }

    public List<String> objects(String prefix) {
        return List.of();
    }

    public String putOrphan(String prefix) {
        return "";
    }

    private static Path lib() throws IOException, InterruptedException {
        Path root = Path.of("").toAbsolutePath().getParent();
        Process process =
                new ProcessBuilder(root.resolve("dev").resolve("trino").toString())
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
