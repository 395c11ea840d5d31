package dev.tarn.app.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two processes on one PostgreSQL: what one has answered the other never contradicts.
class ReplicasTest {
    private static final int COMMITS = 150;
    private static final int READERS = 4;
    private static final Pattern COUNT = Pattern.compile("\"count\":\"(\\d+)\"");

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir private Path folder;

    @Test
    void noReaderSeesAnOlderVersionThanOneAnsweredToAnybody() throws Exception {
        try (EmbeddedPostgres postgres =
                        EmbeddedPostgres.builder().setServerConfig("fsync", "off").start();
                Platform first = replica("first", postgres);
                Platform second = replica("second", postgres)) {
            List<String> tables = List.of(table(first), table(second));
            create(first);
            var answered = new AtomicLong();
            var done = new AtomicBoolean();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<Long>> readers = new ArrayList<>();
                for (int i = 0; i < READERS; i++) {
                    String table = tables.get(i % 2);
                    boolean conditional = i >= 2;
                    readers.add(threads.submit(() -> read(table, conditional, answered, done)));
                }
                try {
                    for (int i = 1; i <= COMMITS; i++) {
                        commit(tables.get(i % 2), "count", i);
                        answered.accumulateAndGet(i, Math::max);
                    }
                } finally {
                    done.set(true);
                }
                for (Future<Long> reader : readers) {
                    assertThat(reader.get()).as("reads").isPositive();
                }
            }
        }
    }

    @Test
    void writersOnBothLoseNoUpdate() throws Exception {
        try (EmbeddedPostgres postgres =
                        EmbeddedPostgres.builder().setServerConfig("fsync", "off").start();
                Platform first = replica("first", postgres);
                Platform second = replica("second", postgres);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<String> tables = List.of(table(first), table(second));
            create(first);
            List<Callable<Void>> writers =
                    IntStream.range(0, 6)
                            .<Callable<Void>>mapToObj(writer ->
                                    () -> {
                                        for (int i = 1; i <= 20; i++) {
                                            commit(tables.get(writer % 2), "writer-" + writer, i);
                                        }
                                        return null;
                                    })
                            .toList();
            for (Future<Void> writer : threads.invokeAll(writers)) {
                writer.get();
            }
            for (String table : tables) {
                assertThat(get(table, null).body())
                        .contains(
                                IntStream.range(0, 6)
                                        .mapToObj("\"writer-%d\":\"20\""::formatted)
                                        .toList());
            }
        }
    }

    private Platform replica(String name, EmbeddedPostgres postgres) throws IOException {
        Path data = Files.createDirectories(folder.resolve(name));
        Files.writeString(
                data.resolve("tarn.conf"),
                """
                store = "postgresql://postgres:postgres@127.0.0.1:%d/postgres"
                storage { kind = local, folder = "%s" }
                """
                        .formatted(postgres.getPort(), folder.resolve("objects")));
        return Platform.start(data, "--no-sql", "--ports", "auto");
    }

    private static String table(Platform platform) {
        return platform.connection().get("CATALOG_URI") + "/v1/lake/namespaces/n/tables/t";
    }

    private void create(Platform platform) throws Exception {
        String root = platform.connection().get("CATALOG_URI") + "/v1/lake/namespaces";
        assertThat(post(root, "{\"namespace\":[\"n\"]}").statusCode()).isEqualTo(200);
        HttpResponse<String> created =
                post(
                        root + "/n/tables",
                        """
                        {"name":"t","schema":{"type":"struct","fields":[
                          {"id":1,"name":"a","type":"long","required":false}]},
                         "properties":{"count":"0"}}
                        """);
        assertThat(created.statusCode()).as(created.body()).isEqualTo(200);
    }

    /// Reads until the writer is done; each answer must show at least what was answered to anybody
    /// before the question was asked.
    private long read(String table, boolean conditional, AtomicLong answered, AtomicBoolean done)
            throws IOException, InterruptedException {
        long reads = 0;
        long seen = 0;
        String etag = null;
        while (!done.get()) {
            long before = answered.get();
            HttpResponse<String> answer = get(table, conditional ? etag : null);
            if (answer.statusCode() != 304) {
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                Matcher count = COUNT.matcher(answer.body());
                assertThat(count.find()).isTrue();
                seen = Long.parseLong(count.group(1));
                etag = answer.headers().firstValue("ETag").orElseThrow();
            }
            assertThat(seen)
                    .as("version answered, after %s", before)
                    .isGreaterThanOrEqualTo(before);
            answered.accumulateAndGet(seen, Math::max);
            reads++;
        }
        return reads;
    }

    private HttpResponse<String> get(String table, @Nullable String etag)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(table));
        if (etag != null) {
            request.header("If-None-Match", etag);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private void commit(String table, String property, int value)
            throws IOException, InterruptedException {
        String body =
                """
                {"requirements":[],"updates":[
                  {"action":"set-properties","updates":{"%s":"%d"}}]}
                """
                        .formatted(property, value);
        HttpResponse<String> answer = post(table, body);
        // Both may race for one table: a commit that lost has changed nothing and is sent again.
        for (int again = 0; answer.statusCode() == 409 && again < 10; again++) {
            answer = post(table, body);
        }
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private HttpResponse<String> post(String uri, String body)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(uri))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }
}
