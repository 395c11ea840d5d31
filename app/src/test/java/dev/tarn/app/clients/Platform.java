package dev.tarn.app.clients;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// `tarn up` in a process of its own, on a data folder, found and used as anybody would.
final class Platform implements AutoCloseable {
    private static final Duration START_DURATION_MAX = Duration.ofMinutes(2);
    private static final Duration COMMAND_DURATION_MAX = Duration.ofMinutes(5);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path data;
    private final Child process;
    private final SequencedMap<String, String> connection;

    private Platform(Path data, Child process, SequencedMap<String, String> connection) {
        this.data = data;
        this.process = process;
        this.connection = connection;
    }

    /// Returns when it answers.
    ///
    /// @param options of `tarn up`
    static Platform start(Path data, String... options) {
        List<String> words = new ArrayList<>(List.of("up", "--data", data.toString()));
        words.addAll(List.of(options));
        Child process = Child.start(tarn(words), Map.of());
        try (HttpClient http = HttpClient.newHttpClient()) {
            long deadline = System.nanoTime() + START_DURATION_MAX.toNanos();
            while (System.nanoTime() < deadline && !process.endsWithin(POLL)) {
                String address = address(data, process);
                if (address != null) {
                    var connection = connection(http, address);
                    if (connection != null) {
                        return new Platform(data, process, connection);
                    }
                }
            }
            String said = process.out() + process.err();
            process.close();
            throw new AssertionError("The platform did not start; it said:\n" + said);
        }
    }

    /// Runs a command of the program, in the checkout's folder, against this platform.
    Child.Ended run(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--data", data.toString()));
        try (Child command = Child.start(tarn(all), Map.of(), Checkout.file(""))) {
            return command.end(COMMAND_DURATION_MAX);
        }
    }

    /// A command of the program, against no platform in particular.
    static List<String> tarn(List<String> words) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-Dtarn.home=" + Checkout.file(""),
                                "-cp",
                                System.getProperty("java.class.path"),
                                "dev.tarn.app.Main"));
        command.addAll(words);
        return command;
    }

    /// Null until this very process has written down where it is.
    private static @Nullable String address(Path data, Child process) {
        Path instance = data.resolve("instance.json");
        try {
            if (!Files.exists(instance)) {
                return null;
            }
            JsonNode json = JSON.readTree(Files.readAllBytes(instance));
            return json.path("pid").asLong() == process.pid()
                    ? json.path("address").asText()
                    : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable SequencedMap<String, String> connection(
            HttpClient http, String address) {
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(address + "/api/connection")).build();
            var response = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                return null;
            }
            return JSON.readValue(
                    response.body(), new TypeReference<LinkedHashMap<String, String>>() {});
        } catch (ConnectException e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// What the recipes of `examples/connect` call by these names.
    SequencedMap<String, String> connection() {
        return connection;
    }

    URI catalog() {
        return URI.create(connection.get("CATALOG_URI"));
    }

    /// What a path of the catalog's server answers.
    String get(String path) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(catalog().resolve(path)).build();
            return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// What the Python scripts read.
    SequencedMap<String, String> environment() {
        SequencedMap<String, String> environment = new LinkedHashMap<>(connection);
        environment.put("S3_BUCKET", connection.get("WAREHOUSE"));
        return environment;
    }

    /// As a power cut, for the process.
    void kill() {
        process.kill();
    }

    @Override
    public void close() {
        process.close();
    }
}
