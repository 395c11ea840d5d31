package dev.tarn.app.http.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.app.http.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests of several clients at the same moment: one wins, the others are told so, and nothing is
/// lost.
@ParameterizedClass
@EnumSource(TestStore.class)
@SuppressWarnings("NullAway.Init") // before the invocation
class RacesOfClientsTest {
    private static final int ROUNDS = 5;

    private static TestServer server;
    private static Wire wire;

    @Parameter TestStore store;

    @BeforeParameterizedClassInvocation
    static void start(TestStore store) {
        server = new TestServer(store);
        wire = new Wire(server.port());
        wire.post("/v1/namespaces", "{\"namespace\":[\"n\"]}");
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        wire.close();
        server.close();
    }

    /// DuckDB's normal commit: a transaction of one table that requires the branch to be where it
    /// was. Iceberg's own server answers 204 to all of them and loses all but one.
    @ParameterizedTest
    @ValueSource(ints = {4, 8})
    void ofTransactionsFromTheSameSnapshotOneWins(int writers) throws Exception {
        String name = "t" + writers;
        create(name);
        String base = "null";
        for (int round = 1; round <= ROUNDS; round++) {
            JsonNode metadata = wire.get(path(name)).json().path("metadata");
            String required = base;
            long first = round * 100L;
            List<Wire.Answer> answers =
                    together(
                            writers,
                            n ->
                                    wire.post(
                                            "/v1/transactions/commit",
                                            transaction(name, metadata, required, first + n)));

            assertThat(answers).filteredOn(answer -> answer.status() == 204).hasSize(1);
            assertThat(answers)
                    .filteredOn(answer -> answer.status() != 204)
                    .extracting(Wire.Answer::error)
                    .hasSize(writers - 1)
                    .containsOnly("409 CommitFailedException");
            JsonNode after = wire.get(path(name)).json().path("metadata");
            assertThat(after.path("snapshots")).hasSize(round);
            base = after.path("current-snapshot-id").asText();
            assertThat(answers.get((int) (Long.parseLong(base) - first)).status()).isEqualTo(204);
        }
    }

    @Test
    void ofEightRenamesOneWinsAndTheOthersFindNoTable() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            String name = "r" + round;
            create(name);
            List<Wire.Answer> answers =
                    together(
                            8,
                            n ->
                                    wire.post(
                                            "/v1/tables/rename",
                                            """
                                            {"source":{"namespace":["n"],"name":"%s"},
                                             "destination":{"namespace":["n"],"name":"%s-%d"}}\
                                            """
                                                    .formatted(name, name, n)));

            assertThat(answers).filteredOn(answer -> answer.status() == 204).hasSize(1);
            assertThat(answers)
                    .filteredOn(answer -> answer.status() != 204)
                    .extracting(Wire.Answer::error)
                    .containsOnly("404 NoSuchTableException");
        }
    }

    private static void create(String name) {
        Served.ok(
                wire.post(
                        "/v1/namespaces/n/tables",
                        "{\"name\":\"%s\",\"schema\":%s}".formatted(name, Served.SCHEMA)));
    }

    private static String path(String name) {
        return Served.path("n", name);
    }

    private static String transaction(
            String name, JsonNode metadata, String required, long snapshot) {
        return """
        {"table-changes":[{"identifier":{"namespace":["n"],"name":"%s"},
         "requirements":[{"type":"assert-table-uuid","uuid":"%s"},
          {"type":"assert-ref-snapshot-id","ref":"main","snapshot-id":%s}],
         "updates":[%s,{"action":"set-snapshot-ref","ref-name":"main","type":"branch",
          "snapshot-id":%d}]}]}\
        """
                .formatted(
                        name,
                        metadata.path("table-uuid").asText(),
                        required,
                        Served.addSnapshot(metadata, snapshot),
                        snapshot);
    }

    /// The answers to requests that set out together, in order.
    private static List<Wire.Answer> together(int count, IntFunction<Wire.Answer> request)
            throws Exception {
        CyclicBarrier start = new CyclicBarrier(count);
        try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
            List<Callable<Wire.Answer>> work = new ArrayList<>();
            for (int n = 0; n < count; n++) {
                int number = n;
                work.add(() -> {
                    start.await();
                    return request.apply(number);
                });
            }
            List<Wire.Answer> answers = new ArrayList<>();
            for (Future<Wire.Answer> answer : threads.invokeAll(work)) {
                answers.add(answer.get());
            }
            return answers;
        }
    }
}
