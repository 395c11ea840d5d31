package dev.tarn.app.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.app.http.HttpServer;
import dev.tarn.app.http.HttpSettings;
import dev.tarn.app.http.Routes;
import dev.tarn.app.http.Wire;
import dev.tarn.app.metrics.Metrics;
import dev.tarn.store.Database;
import dev.tarn.store.Migration;
import dev.tarn.store.StoreException;
import dev.tarn.store.Transaction;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class HealthTest {

    /// A database that cannot be reached.
    private static final class DownDatabase implements Database {
        @Override
        public <T> T read(Function<Transaction, T> work) {
            throw new StoreException("Database cannot be reached", new RuntimeException("down"));
        }

        @Override
        public <T> T write(Function<Transaction, T> work) {
            return read(work);
        }

        @Override
        public void migrate(String component, List<Migration> migrations) {
            read(tx -> tx);
        }

        @Override
        public boolean reachable() {
            return false;
        }

        @Override
        public void close() {}
    }

    @Test
    void readyWhereEveryCheckPasses() {
        ask(
                List.of(new Check("database", () -> {})),
                wire -> {
                    Wire.Answer ready = wire.get("/health/ready");
                    assertThat(ready.status()).isEqualTo(200);
                    assertThat(ready.text())
                            .isEqualTo(
                                    "{\"status\":\"UP\",\"checks\":"
                                            + "[{\"name\":\"database\",\"status\":\"UP\"}]}");
                    assertThat(wire.head("/health/ready").status()).isEqualTo(200);
                });
    }

    @Test
    void notReadyButAliveWithoutADatabase() {
        ask(
                List.of(Check.database(new DownDatabase()), new Check("storage", () -> {})),
                wire -> {
                    Wire.Answer ready = wire.get("/health/ready");
                    assertThat(ready.status()).isEqualTo(503);
                    assertThat(ready.json().path("status").asText()).isEqualTo("DOWN");
                    assertThat(ready.json().path("checks").get(0).path("reason").asText())
                            .isEqualTo("Database cannot be reached");
                    assertThat(ready.json().path("checks").get(1).path("status").asText())
                            .isEqualTo("UP");
                    assertThat(wire.get("/health/live").status()).isEqualTo(200);
                });
    }

    @Test
    void notReadyWhereACheckNeverAnswers() {
        CountDownLatch never = new CountDownLatch(1);
        Check stuck =
                new Check(
                        "storage",
                        () -> {
                            try {
                                never.await();
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        });
        ask(
                List.of(stuck),
                wire -> {
                    Wire.Answer ready = wire.get("/health/ready");
                    assertThat(ready.status()).isEqualTo(503);
                    assertThat(ready.text()).contains("No answer within 900 ms");
                });
        never.countDown();
    }

    private static void ask(List<Check> checks, Consumer<Wire> questions) {
        try (Metrics metrics = new Metrics();
                HttpServer server =
                        new HttpServer(
                                HttpSettings.at("127.0.0.1", 0),
                                new Routes(new Health(checks, metrics).routes()),
                                metrics)) {
            server.start();
            try (Wire wire = new Wire(server.port())) {
                questions.accept(wire);
            }
        }
    }
}
