package dev.tarn.app.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// A Spark of one's own, connected by the recipe, as printed.
final class OwnSpark {
    private static final Duration SESSION_DURATION_MAX = Duration.ofMinutes(8);

    private OwnSpark() {}

    /// Runs statements in one session. Returns what they printed, a line per row.
    static List<String> run(Platform platform, Path home, String statements) throws IOException {
        Files.createDirectories(home);
        Path recipe = Recipe.write("spark.sh", platform.connection(), home);
        Path script = Files.writeString(home.resolve("statements.sql"), statements);
        Files.writeString(
                home.resolve("spark-defaults.conf"),
                "spark.ui.enabled false\n"
                        + "spark.driver.memory 700m\n"
                        + "spark.sql.shuffle.partitions 2\n");
        SequencedMap<String, String> environment = new LinkedHashMap<>();
        environment.put("JAVA_HOME", Tool.JDK_17.path().toString());
        environment.put("PATH", Tool.SPARK.path() + ":" + System.getenv("PATH"));
        environment.put("SPARK_CONF_DIR", home.toString());
        environment.put("SPARK_LOCAL_IP", "127.0.0.1");
        List<String> command = List.of("sh", recipe.toString(), "-f", script.toString());
        try (Child child = Child.start(command, environment, home)) {
            Child.Ended ended = child.end(SESSION_DURATION_MAX);
            assertThat(ended.status()).as("%s%n%s", ended.out(), ended.err()).isZero();
            return ended.out().lines().toList();
        }
    }
}
