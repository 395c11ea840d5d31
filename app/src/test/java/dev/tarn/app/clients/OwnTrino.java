package dev.tarn.app.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A Trino that Tarn knows nothing of, connected by the recipe and nothing else.
final class OwnTrino implements AutoCloseable {
    private static final Duration START_DURATION_MAX = Duration.ofMinutes(3);
    private static final Duration POLL = Duration.ofMillis(500);

    private final Platform platform;
    private final Child process;
    private final String address;

    private OwnTrino(Platform platform, Child process, String address) {
        this.platform = platform;
        this.process = process;
        this.address = address;
    }

    /// Returns when it answers queries.
    static OwnTrino start(Platform platform, Path home) throws IOException {
        int port = Ports.free();
        String address = "http://127.0.0.1:" + port;
        Path etc = Files.createDirectories(home.resolve("etc"));
        Files.createDirectories(home.resolve("plugin"));
        Path recipe =
                Recipe.write(
                        "trino.properties",
                        platform.connection(),
                        Files.createDirectories(etc.resolve("catalog")));
        Files.move(recipe, recipe.resolveSibling("lake.properties"));
        Files.writeString(
                etc.resolve("config.properties"),
                """
                coordinator=true
                node-scheduler.include-coordinator=true
                http-server.http.port=%s
                http-server.log.enabled=false
                discovery.uri=%s
                """
                        .formatted(port, address));
        List<String> command =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx700m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--sun-misc-unsafe-memory-access=allow",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dnode.id=own",
                        "-Dnode.environment=test",
                        "-Dnode.bind-ip=127.0.0.1",
                        "-Dnode.internal-address=127.0.0.1",
                        "-Dconfig=" + etc.resolve("config.properties"),
                        "-Dplugin.dir=" + home.resolve("plugin"),
                        "-cp",
                        Tool.TRINO.path() + "/*",
                        "dev.tarn.trino.TrinoMain",
                        "476");
        OwnTrino trino = new OwnTrino(platform, Child.start(command, Map.of(), home), address);
        long deadline = System.nanoTime() + START_DURATION_MAX.toNanos();
        while (System.nanoTime() < deadline && !trino.process.endsWithin(POLL)) {
            // A scan, because constants are answered before there is a node to run anything.
            if (trino.run("SELECT count(*) FROM system.runtime.nodes").status() == 0) {
                return trino;
            }
        }
        String said = trino.process.out() + trino.process.err();
        trino.close();
        throw new AssertionError("Trino did not start; it said:\n" + said);
    }

    /// The rows as CSV.
    List<String> sql(String statement) {
        Child.Ended ended = run(statement);
        assertThat(ended.status()).as("%s%n%s", statement, ended.err()).isZero();
        return ended.out().lines().skip(1).toList();
    }

    private Child.Ended run(String statement) {
        return platform.run("sql", "--server", address, "--output", "csv", statement);
    }

    @Override
    public void close() {
        process.close();
    }
}
