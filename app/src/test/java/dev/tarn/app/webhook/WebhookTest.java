package dev.tarn.app.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.app.event.ApiServer;
import dev.tarn.app.form.Checkout;
import dev.tarn.app.http.Wire;
import dev.tarn.app.http.rest.TestStore;
import dev.tarn.store.Leases;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookTest {
    private static final String JSON = "application/json";
    private static final WebhookSettings QUICK =
            new WebhookSettings(
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(20),
                    Duration.ofMillis(20),
                    Duration.ofMillis(100),
                    1_000);

    @TempDir Path folder;

    /// A server with webhooks, and deliveries that can be stopped and started.
    private static final class World implements AutoCloseable {
        final ApiServer api;
        final Webhooks webhooks;
        private final List<WebhookDelivery> deliveries = new ArrayList<>();

        World(TestStore store, Path folder) {
            var rows = store.open(folder);
            webhooks = new Webhooks(rows, InstantSource.system());
            api =
                    new ApiServer(
                            rows,
                            folder,
                            catalog -> new WebhookRoutes(webhooks, catalog.events()).routes());
            api.createNamespace("sales");
        }

        WebhookDelivery deliver(WebhookSettings settings) {
            var leases =
                    Leases.ofReplica(
                            api.rows, InstantSource.system(), UUID.randomUUID().toString());
            var delivery =
                    new WebhookDelivery(
                            webhooks,
                            api.catalog.events(),
                            leases,
                            settings,
                            InstantSource.system());
            deliveries.add(delivery);
            return delivery;
        }

        JsonNode create(String url, String further) {
            Wire.Answer answer =
                    api.wire.post(
                            "/api/webhooks",
                            "{\"url\": \"%s\"%s}".formatted(url, further),
                            "Content-Type",
                            JSON);
            assertThat(answer.status()).as(answer.text()).isEqualTo(201);
            return answer.json();
        }

        String createTold(Receiver receiver) {
            return create(receiver.url(), ", \"after\": \"1\"").path("id").asText();
        }

        JsonNode load(String id) {
            return api.wire.get("/api/webhooks/" + id).json();
        }

        JsonNode post(String id, String action, String body) {
            return api.wire
                    .post("/api/webhooks/" + id + "/" + action, body, "Content-Type", JSON)
                    .json();
        }

        void createNamespaces(int count) {
            for (int i = 0; i < count; i++) {
                api.createNamespace("n-" + UUID.randomUUID());
            }
        }

        @Override
        public void close() {
            deliveries.forEach(WebhookDelivery::close);
            api.close();
        }
    }

    private static List<String> ids(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(Integer::toString).toList();
    }

    @ParameterizedTest
    @EnumSource
    void eventsThatTheFilterTakesAreToldInOrder(TestStore store) throws Exception {
        try (var world = new World(store, folder);
                var all = new Receiver();
                var tables = new Receiver()) {
            world.deliver(QUICK);
            String id = world.createTold(all);
            world.create(
                    tables.url(),
                    ", \"filter\": {\"namespace\": [\"sales\"], \"types\":"
                            + " [\"dev.tarn.table.*\"]}");
            world.createNamespaces(3);
            world.api.createTable("orders");
            world.createNamespaces(1);

            all.awaitAccepted(5);
            tables.awaitAccepted(1);
            assertThat(all.ids()).isEqualTo(ids(2, 6));
            assertThat(tables.ids()).containsExactly("5");

            Receiver.Delivery table = tables.accepted().getFirst();
            assertThat(table.json().path("type").asText()).isEqualTo("dev.tarn.table.created");
            assertThat(table.json().at("/data/name").asText()).isEqualTo("orders");
            assertThat(table.header("Content-type"))
                    .isEqualTo("application/cloudevents+json; charset=utf-8");
            all.await(() -> world.load(id).path("cursor").asText().equals("6"));
            JsonNode told = world.load(id);
            assertThat(told.path("delivered").asInt()).isEqualTo(5);
            assertThat(told.at("/last/status").asInt()).isEqualTo(204);
            assertThat(told.at("/last/error").isNull()).isTrue();
        }
    }

    @Test
    void theSecretIsShownOnceAndSignsEveryDelivery() throws Exception {
        try (var world = new World(TestStore.SQLITE, folder);
                var receiver = new Receiver()) {
            world.deliver(QUICK);
            JsonNode created = world.create(receiver.url(), "");
            String secret = created.path("secret").asText();
            assertThat(secret).startsWith("whsec_");
            assertThat(world.load(created.path("id").asText()).path("secret").asText())
                    .isEqualTo("***");
            assertThat(world.api.wire.get("/api/webhooks").text()).doesNotContain(secret);

            world.api.createNamespace("signed");
            receiver.awaitAccepted(1);
            Receiver.Delivery delivery = receiver.accepted().getFirst();
            assertThat(delivery.header("Webhook-id")).isEqualTo(created.path("id").asText() + "-2");

            assertThat(verify(secret, delivery, delivery.body())).isEqualTo("true");
            assertThat(verify(secret, delivery, "{}".getBytes(StandardCharsets.UTF_8)))
                    .isEqualTo("false");
            assertThat(verify(WebhookSecrets.generate().value(), delivery, delivery.body()))
                    .isEqualTo("false");
        }
    }

    /// Runs what the reference tells receivers to do.
    private String verify(String secret, Receiver.Delivery delivery, byte[] body)
            throws IOException, InterruptedException {
        String reference = Files.readString(Checkout.root().resolve("docs/reference/events.md"));
        Matcher snippet = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(reference);
        assertThat(snippet.find()).isTrue();
        Path source = Files.writeString(folder.resolve("Verify.java"), snippet.group(1));
        Path file = Files.write(folder.resolve("body"), body);
        Process java =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx64m",
                                source.toString(),
                                secret,
                                delivery.header("Webhook-id"),
                                delivery.header("Webhook-timestamp"),
                                delivery.header("Webhook-signature"),
                                file.toString())
                        .redirectErrorStream(true)
                        .start();
        String answer = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        java.waitFor();
        return answer.strip();
    }

    @ParameterizedTest
    @EnumSource
    void aDeliveryThatFailsIsTriedAgainBeforeTheNext(TestStore store) throws Exception {
        try (var world = new World(store, folder);
                var receiver = new Receiver()) {
            var attempts = new AtomicInteger();
            receiver.behave(delivery ->
                    delivery.id().equals("3") && attempts.incrementAndGet() <= 3 ? 500 : 200);
            world.deliver(QUICK);
            String id = world.createTold(receiver);
            world.createNamespaces(4);
            receiver.awaitAccepted(4);

            assertThat(receiver.ids()).isEqualTo(ids(2, 5));
            assertThat(receiver.refused())
                    .hasSize(3)
                    .allSatisfy(refused ->
                            assertThat(refused.header("Webhook-id")).isEqualTo(id + "-3"));
        }
    }

    @Test
    void aHookThatHangsHoldsNoOtherAndLosesNothing() throws Exception {
        var released = new CountDownLatch(1);
        try (var world = new World(TestStore.SQLITE, folder);
                var slow = new Receiver();
                var quick = new Receiver()) {
            slow.behave(delivery -> {
                released.await();
                return 200;
            });
            world.deliver(QUICK);
            world.createTold(slow);
            world.createTold(quick);
            world.createNamespaces(20);

            quick.awaitAccepted(20);
            assertThat(slow.accepted()).isEmpty();
            released.countDown();
            slow.awaitAccepted(20);
            assertThat(slow.ids()).isEqualTo(ids(2, 21));
        }
    }

    @Test
    void anAnswerThatDoesNotComeIsAFailure() throws Exception {
        var never = new CountDownLatch(1);
        try (var world = new World(TestStore.SQLITE, folder);
                var receiver = new Receiver()) {
            receiver.behave(delivery -> {
                never.await();
                return 200;
            });
            world.deliver(
                    new WebhookSettings(
                            QUICK.leaseDuration(),
                            Duration.ofMillis(100),
                            QUICK.backoffFirst(),
                            QUICK.backoffMax(),
                            2));
            String id = world.createTold(receiver);
            world.createNamespaces(1);
            receiver.await(() -> world.load(id).path("state").asText().equals("paused"));
            assertThat(world.load(id).path("reason").asText())
                    .isEqualTo("Gave up after 2 attempts: No answer within 100 ms");
            never.countDown();
        }
    }

    @Test
    void aReceiverThatDiesIsToldEverythingWhenItIsBack() throws Exception {
        try (var world = new World(TestStore.SQLITE, folder)) {
            world.deliver(QUICK);
            int port;
            String id;
            try (var receiver = new Receiver()) {
                port = receiver.port();
                id = world.createTold(receiver);
                world.createNamespaces(2);
                receiver.awaitAccepted(2);
                receiver.await(() -> world.load(id).path("cursor").asText().equals("3"));
            }
            world.createNamespaces(3);
            try (var another = new Receiver()) {
                another.await(() -> world.load(id).path("failures").asInt() > 1);
            }
            assertThat(world.load(id).at("/last/status").isNull()).isTrue();
            try (var back = new Receiver(port)) {
                back.awaitAccepted(3);
                assertThat(back.ids()).isEqualTo(ids(4, 6));
                back.await(() -> world.load(id).path("failures").asInt() == 0);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void afterTooManyFailuresAHookIsPausedWithTheReasonAndGoesOnWhenResumed(TestStore store)
            throws Exception {
        try (var world = new World(store, folder);
                var receiver = new Receiver()) {
            receiver.behave(delivery -> 503);
            world.deliver(
                    new WebhookSettings(
                            QUICK.leaseDuration(),
                            QUICK.answerMax(),
                            QUICK.backoffFirst(),
                            QUICK.backoffMax(),
                            4));
            String id = world.createTold(receiver);
            world.createNamespaces(2);
            receiver.await(() -> world.load(id).path("state").asText().equals("paused"));

            JsonNode paused = world.load(id);
            assertThat(paused.path("reason").asText())
                    .isEqualTo("Gave up after 4 attempts: Answered 503");
            assertThat(paused.path("cursor").asText()).isEqualTo("1");
            assertThat(paused.at("/last/status").asInt()).isEqualTo(503);
            assertThat(receiver.refused()).hasSize(4);

            receiver.behave(delivery -> 200);
            world.createNamespaces(1);
            assertThat(world.post(id, "resume", "").path("state").asText()).isEqualTo("active");
            receiver.awaitAccepted(3);
            assertThat(receiver.ids()).isEqualTo(ids(2, 4));
        }
    }

    @Test
    void aReceiverThatWantsNoMoreIsPausedAtOnce() throws Exception {
        try (var world = new World(TestStore.SQLITE, folder);
                var receiver = new Receiver()) {
            receiver.behave(delivery -> 410);
            world.deliver(QUICK);
            String id = world.createTold(receiver);
            world.createNamespaces(1);
            receiver.await(() -> world.load(id).path("state").asText().equals("paused"));
            assertThat(world.load(id).path("reason").asText())
                    .isEqualTo("Receiver wants no more events: Answered 410");
            assertThat(receiver.refused()).hasSize(1);
        }
    }

    @Test
    void redirectsAreNotFollowed() throws Exception {
        try (var world = new World(TestStore.SQLITE, folder);
                var receiver = new Receiver()) {
            receiver.behave(delivery -> 307);
            world.deliver(QUICK);
            String id = world.createTold(receiver);
            world.createNamespaces(1);
            receiver.await(() -> world.load(id).path("failures").asInt() > 0);
            assertThat(world.load(id).at("/last/error").asText())
                    .isEqualTo(
                            "Answered 307 to http://169.254.169.254/, and redirects are not"
                                    + " followed");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRestartInTheMiddleGoesOnWhereItWas(TestStore store) throws Exception {
        try (var world = new World(store, folder);
                var receiver = new Receiver()) {
            WebhookDelivery first = world.deliver(QUICK);
            world.createTold(receiver);
            world.createNamespaces(30);
            receiver.awaitAccepted(5);
            first.close();
            int told = receiver.ids().size();
            world.deliver(QUICK);
            receiver.awaitAccepted(30);
            assertThat(receiver.ids()).as("stopped after %s", told).isEqualTo(ids(2, 31));
        }
    }

    @ParameterizedTest
    @EnumSource
    void redeliveryBeginsAtTheCursorThatIsNamed(TestStore store) throws Exception {
        try (var world = new World(store, folder);
                var receiver = new Receiver()) {
            world.deliver(QUICK);
            String id = world.createTold(receiver);
            world.createNamespaces(4);
            receiver.awaitAccepted(4);
            world.post(id, "redeliver", "{\"after\": \"3\"}");
            receiver.awaitAccepted(6);
            assertThat(receiver.ids()).containsExactly("2", "3", "4", "5", "4", "5");
            assertThat(receiver.accepted().get(4).header("Webhook-id"))
                    .isEqualTo(receiver.accepted().get(2).header("Webhook-id"));
        }
    }

    @Test
    void aHookWhoseEventsAreNoLongerKeptIsPausedNotMovedOn() throws Exception {
        try (var world = new World(TestStore.SQLITE, folder);
                var receiver = new Receiver()) {
            String id = world.createTold(receiver);
            world.createNamespaces(3);
            world.api.catalog.events().trim(Instant.now().plusSeconds(60));
            world.deliver(QUICK);
            receiver.await(() -> world.load(id).path("state").asText().equals("paused"));
            assertThat(world.load(id).path("reason").asText())
                    .isEqualTo("Events after 1 are no longer kept, the oldest cursor is 4");

            Wire.Answer refused =
                    world.api.wire.post(
                            "/api/webhooks/" + id + "/redeliver",
                            "{\"after\": \"1\"}",
                            "Content-Type",
                            JSON);
            assertThat(refused.error()).isEqualTo("410 EventsGoneException");
            world.post(id, "redeliver", "{\"after\": \"newest\"}");
            world.createNamespaces(1);
            receiver.awaitAccepted(1);
            assertThat(receiver.ids()).containsExactly("5");
        }
    }

    @Test
    void webhooksAreListedReplacedPausedAndDeleted() {
        try (var world = new World(TestStore.SQLITE, folder)) {
            String given = "whsec_" + "A".repeat(32);
            JsonNode one =
                    world.create("https://one.example/x?y=z", ", \"secret\": \"" + given + "\"");
            world.create("https://two.example/", "");
            assertThat(one.path("secret").asText()).isEqualTo(given);

            JsonNode page = world.api.wire.get("/api/webhooks?page-size=1").json();
            assertThat(page.path("webhooks")).hasSize(1);
            JsonNode next =
                    world.api
                            .wire
                            .get(
                                    "/api/webhooks?page-token="
                                            + page.path("next-page-token").asText())
                            .json();
            assertThat(next.path("webhooks")).hasSize(1);
            assertThat(next.path("next-page-token").isNull()).isTrue();

            String id = one.path("id").asText();
            Wire.Answer replaced =
                    world.api.wire.send(
                            "PUT",
                            "/api/webhooks/" + id,
                            "{\"url\": \"http://three.example/\", \"filter\": {\"table\": \"t\"}}"
                                    .getBytes(StandardCharsets.UTF_8),
                            "Content-Type",
                            JSON);
            assertThat(replaced.json().path("url").asText()).isEqualTo("http://three.example/");
            assertThat(world.load(id).at("/filter/table").asText()).isEqualTo("t");
            assertThat(world.post(id, "pause", "").path("reason").asText())
                    .isEqualTo("Paused by request");

            assertThat(world.api.wire.delete("/api/webhooks/" + id).status()).isEqualTo(204);
            assertThat(world.api.wire.delete("/api/webhooks/" + id).error())
                    .isEqualTo("404 NoSuchWebhookException");
            assertThat(world.api.wire.get("/api/webhooks/" + id).error())
                    .isEqualTo("404 NoSuchWebhookException");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"url\": \"ftp://host/\"}",
                "{\"url\": \"http:///path\"}",
                "{\"url\": \"http://user:word@host/\"}",
                "{\"url\": \"no url\"}",
                "{\"url\": \"http://h/\", \"secret\": \"short\"}",
                "{\"url\": \"http://h/\", \"secret\": \"whsec_QUJD\"}",
                "{\"url\": \"http://h/\", \"filter\": {\"types\": [\"dev.tarn.unheard\"]}}",
                "{\"url\": \"http://h/\", \"after\": \"soon\"}"
            })
    void whatMakesNoSenseIsRefused(String body) {
        try (var world = new World(TestStore.SQLITE, folder)) {
            assertThat(world.api.wire.post("/api/webhooks", body, "Content-Type", JSON).error())
                    .isEqualTo("400 BadRequestException");
            assertThat(
                            world.api
                                    .wire
                                    .post("/api/webhooks", body, "Content-Type", "text/plain")
                                    .error())
                    .isEqualTo("415 UnsupportedMediaTypeException");
        }
    }

    /// A replica that is frozen with an event on its way, another that takes over, and the first
    /// that wakes up and believes that it still is the one.
    @Test
    void ofTwoReplicasOneTellsAndWhenTheLeaseMovesOnlyTheEventOnItsWayIsToldTwice()
            throws Exception {
        var settings =
                new WebhookSettings(
                        Duration.ofMillis(600),
                        Duration.ofSeconds(60),
                        QUICK.backoffFirst(),
                        QUICK.backoffMax(),
                        1_000);
        try (var world = new World(TestStore.POSTGRES, folder);
                var receiver = new Receiver();
                var frozen = new FrozenDatabase(world.api.rows)) {
            String id = world.createTold(receiver);
            var reached = new CountDownLatch(1);
            var thaw = new CountDownLatch(1);
            var first = new AtomicInteger();
            receiver.behave(delivery -> {
                if (delivery.id().equals("10") && first.getAndIncrement() == 0) {
                    // Received, and the answer is lost on a replica that stands still.
                    frozen.freeze();
                    reached.countDown();
                    thaw.await(30, TimeUnit.SECONDS);
                }
                return 200;
            });
            try (var sleeper =
                    new WebhookDelivery(
                            new Webhooks(frozen, InstantSource.system()),
                            world.api.catalog.events(),
                            Leases.ofReplica(frozen, InstantSource.system(), "sleeper"),
                            settings,
                            InstantSource.system())) {
                world.createNamespaces(20);
                assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();
                assertThat(receiver.ids()).isEqualTo(ids(2, 9));

                world.deliver(settings);
                receiver.await(() -> world.load(id).path("cursor").asText().equals("21"));
                frozen.thaw();
                thaw.countDown();
                world.createNamespaces(5);
                receiver.await(() -> world.load(id).path("cursor").asText().equals("26"));
                assertThat(sleeper).isNotNull();
            }
            List<String> told = new ArrayList<>(receiver.ids());
            assertThat(told.remove("10")).isTrue();
            assertThat(told).containsExactlyInAnyOrderElementsOf(ids(2, 26));
            told.remove("10");
            assertThat(told.stream().map(Integer::valueOf)).isSorted();
        }
    }
}
