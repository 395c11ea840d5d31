package dev.tarn.app.clients;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// A program that tests drive and the product itself does not need. A script of `dev/` finds or
/// makes it once, and prints where it is.
enum Tool {
    /// A Python with the clients of `dev/python-requirements.txt`.
    PYTHON("python"),

    /// A MinIO server.
    MINIO("minio"),

    /// The program of `app/src/test/rust`, built on iceberg-rust.
    ICEBERG_RUST("iceberg-rust"),

    /// The command line of iceberg-go.
    ICEBERG_GO("iceberg-go"),

    /// The folder of a Trino's jars.
    TRINO("trino"),

    /// The folder of `spark-sql`.
    SPARK("spark"),

    /// A SeaTunnel cluster of one node.
    SEATUNNEL("seatunnel"),

    /// The JDK that Spark runs on.
    JDK_17("find-jdk", "17");

    private static final Duration INSTALL_DURATION_MAX = Duration.ofMinutes(40);
    private static final Map<Tool, Found> FOUND = new ConcurrentHashMap<>();

    private final List<String> script;

    Tool(String... script) {
        this.script = List.of(script);
    }

    sealed interface Found {
        record At(Path path) implements Found {}

        record Missing(String reason) implements Found {}
    }

    Found find() {
        return FOUND.computeIfAbsent(this, Tool::look);
    }

    /// Where it is; only for tests that say they need it.
    Path path() {
        return switch (find()) {
            case Found.At(Path path) -> path;
            case Found.Missing(String reason) -> throw new IllegalStateException(reason);
        };
    }

    private static Found look(Tool tool) {
        List<String> command = new ArrayList<>(tool.script);
        command.set(0, Checkout.file("dev/" + command.getFirst()).toString());
        Child.Ended ended = Child.run(command, Map.of(), INSTALL_DURATION_MAX);
        String path = lastLine(ended.out());
        if (ended.status() == 0 && !path.isEmpty()) {
            return new Found.At(Path.of(path));
        }
        String reason = lastLine(ended.err());
        return new Found.Missing(
                reason.isEmpty() ? command + " ended with " + ended.status() : reason);
    }

    private static String lastLine(String text) {
        return text.lines()
                .filter(line -> !line.isBlank())
                .reduce("", (before, line) -> line)
                .strip();
    }
}
