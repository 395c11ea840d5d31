package dev.tarn.catalog;

import static dev.tarn.catalog.World.ORDERS;
import static dev.tarn.catalog.World.SALES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.catalog.event.Event;
import dev.tarn.catalog.event.EventFilter;
import dev.tarn.catalog.event.EventPage;
import dev.tarn.catalog.event.EventType;
import dev.tarn.catalog.event.EventWatch;
import dev.tarn.catalog.event.Events;
import dev.tarn.catalog.event.EventsGoneException;
import dev.tarn.store.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;

/// What the stream of events promises on every [Database].
interface EventContract {
    World world();

    Database rows();

    private Events events() {
        return world().catalog.events();
    }

    private void createNamespace(String... levels) {
        world().catalog.namespaces().create(world().lake, Namespace.of(levels), Map.of());
    }

    private static List<Long> cursors(List<Event> events) {
        return events.stream().map(Event::cursor).toList();
    }

    @Test
    default void cursorsNeitherSkipNorRepeatUnderConcurrentWriters() throws Exception {
        int writers = 6;
        int changes = 10;
        var writing = new AtomicInteger(writers);
        List<Callable<List<Event>>> calls = new ArrayList<>();
        for (int writer = 0; writer < writers; writer++) {
            String name = "n" + writer;
            calls.add(() -> {
                createNamespace(name);
                for (int i = 0; i < changes; i++) {
                    world().catalog
                            .namespaces()
                            .update(
                                    world().lake,
                                    Namespace.of(name),
                                    Set.of(),
                                    Map.of("step", Integer.toString(i)));
                }
                writing.decrementAndGet();
                return List.of();
            });
        }
        for (int reader = 0; reader < 3; reader++) {
            int limit = 1 + 3 * reader;
            calls.add(() -> {
                List<Event> seen = new ArrayList<>();
                long cursor = 0;
                // Ends after the writers did.
                for (boolean last = false; !last; ) {
                    last = writing.get() == 0;
                    for (boolean more = true; more; ) {
                        EventPage page = events().after(cursor, EventFilter.ALL, limit);
                        seen.addAll(page.events());
                        more = page.more();
                        cursor = page.next();
                    }
                }
                return seen;
            });
        }
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Event>>> results = executor.invokeAll(calls);
            for (Future<List<Event>> reader : results.subList(writers, results.size())) {
                assertThat(cursors(reader.get()))
                        .containsExactlyElementsOf(
                                LongStream.rangeClosed(1, writers * (changes + 1L))
                                        .boxed()
                                        .toList());
            }
        }
    }

    @Test
    default void theEventsOfATableAreInTheOrderOfItsCommits() throws Exception {
        var world = world().withOrders();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Boolean>> calls = new ArrayList<>();
            for (int writer = 0; writer < 4; writer++) {
                for (int i = 0; i < 3; i++) {
                    String key = "key-" + writer + "-" + i;
                    calls.add(() -> {
                        world.catalog
                                .tables()
                                .commit(
                                        world.lake,
                                        ORDERS,
                                        UpdateTableRequest.create(
                                                ORDERS,
                                                List.of(),
                                                List.of(
                                                        new MetadataUpdate.SetProperties(
                                                                Map.of(key, "1")))));
                        return !events().after(0, 100).isEmpty();
                    });
                }
            }
            for (Future<Boolean> result : executor.invokeAll(calls)) {
                assertThat(result.get()).isTrue();
            }
        }
        List<Event> events = events().after(1, 100);
        assertThat(events).hasSize(13);
        for (int i = 1; i < events.size(); i++) {
            assertThat(events.get(i).details().get("previous-metadata-location"))
                    .isEqualTo(events.get(i - 1).details().get("metadata-location"));
        }
    }

    @Test
    default void aFilterTakesWhatItNamesAndTheCursorMovesOn() {
        var world = world().withOrders();
        createNamespace("sales", "eu");
        createNamespace("salesmen");
        world.catalog
                .tables()
                .create(world.lake, Namespace.of("sales", "eu"), World.create("orders"));
        world.append(ORDERS, "a");

        assertThat(kinds(new EventFilter(null, SALES, null, Set.of())))
                .containsExactly(
                        "create-namespace",
                        "create-table",
                        "create-namespace",
                        "create-table",
                        "commit-table");
        assertThat(kinds(new EventFilter("lake", SALES, "orders", Set.of(EventType.TABLE_CREATED))))
                .containsExactly("create-table", "create-table");
        assertThat(kinds(new EventFilter(null, null, null, Set.of(EventType.TABLE_COMMITTED))))
                .containsExactly("commit-table");
        assertThat(events().after(0, new EventFilter("other", null, null, Set.of()), 10))
                .isEqualTo(new EventPage(List.of(), 6, false));
        assertThat(events().after(0, new EventFilter(null, null, "orders", Set.of()), 1))
                .satisfies(page -> {
                    assertThat(page.next()).isEqualTo(2);
                    assertThat(page.more()).isTrue();
                });
    }

    private List<String> kinds(EventFilter filter) {
        return events().after(0, filter, 100).events().stream()
                .map(event -> event.type().kind())
                .toList();
    }

    @Test
    default void whatWasTrimmedIsAnErrorAndNotAGap() {
        for (int i = 0; i < 5; i++) {
            createNamespace("n" + i);
        }
        assertThat(events().trim(Instant.EPOCH)).isZero();
        assertThat(events().oldest()).isZero();

        assertThat(events().trim(Instant.now().plusSeconds(60))).isEqualTo(5);
        assertThat(events().oldest()).isEqualTo(5);
        assertThatThrownBy(() -> events().after(4, 10))
                .isInstanceOf(EventsGoneException.class)
                .hasMessage("Events after 4 are no longer kept, the oldest cursor is 5");
        assertThat(events().after(5, 10)).isEmpty();

        createNamespace("next");
        assertThat(cursors(events().after(5, 10))).containsExactly(6L);
        assertThatThrownBy(() -> events().after(7, 10))
                .isInstanceOf(EventsGoneException.class)
                .hasMessage("Cursor 7 is not of these events, the newest is 6");
    }

    @Test
    default void trimmingEndsAtTheFirstEventThatIsYoungEnough() {
        createNamespace("old");
        createNamespace("young");
        createNamespace("old again");
        long now = Instant.now().toEpochMilli();
        events().newest();
        rows().write(tx ->
                tx.update("UPDATE event SET at_ms = ? WHERE position <> 2", now - 1_000_000));

        assertThat(events().trim(Instant.ofEpochMilli(now - 500_000))).isEqualTo(1);
        assertThat(cursors(events().after(1, 10))).containsExactly(2L, 3L);
    }

    @Test
    @SuppressWarnings("try") // closed early, to see those who wait wake up
    default void whoWaitsIsWokenByTheNextEvent() throws Exception {
        try (var watch = new EventWatch(events());
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            assertThat(watch.await(0, Duration.ofMillis(1))).isFalse();
            List<Future<Boolean>> waiting = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                waiting.add(executor.submit(() -> watch.await(0, Duration.ofSeconds(30))));
            }
            createNamespace("woken");
            for (Future<Boolean> woken : waiting) {
                assertThat(woken.get()).isTrue();
            }
            Future<Boolean> forNothing = executor.submit(() -> watch.await(1, Duration.ofDays(1)));
            watch.close();
            assertThat(forNothing.get()).isFalse();
            assertThat(watch.isClosed()).isTrue();
        }
    }

    @Test
    default void aCommitTellsWhatItChanged() {
        var world = world().withOrders();
        var created = world.load(ORDERS);
        world.append(ORDERS, "a");
        var appended = world.load(ORDERS);
        var table = world.catalog.tables().begin(world.lake);
        table.table(ORDERS).updateSchema().addColumn("more", Types.LongType.get()).commit();
        table.table(ORDERS).updateProperties().set("owner", "ann").commit();
        table.commit(tx -> {});
        var evolved = world.load(ORDERS);

        List<Event> events = events().after(2, 10);
        var append = new HashMap<>(events.get(0).details());
        assertThat(append)
                .containsEntry("uuid", created.uuid())
                .containsEntry("previous-metadata-location", created.metadataFileLocation())
                .containsEntry("metadata-location", appended.metadataFileLocation())
                .containsEntry(
                        "snapshot-id", Long.toString(appended.currentSnapshot().snapshotId()))
                .containsEntry(
                        "added-snapshot-ids",
                        Long.toString(appended.currentSnapshot().snapshotId()))
                .containsEntry("operation", "append")
                .containsEntry("added-records", "1")
                .containsEntry("added-data-files", "1")
                .containsEntry("changed-refs", "main")
                .doesNotContainKeys("schema-changed", "properties-changed", "removed-snapshots");
        assertThat(events.get(1).details())
                .containsEntry("previous-metadata-location", appended.metadataFileLocation())
                .containsEntry("metadata-location", evolved.metadataFileLocation())
                .containsEntry("schema-changed", "true")
                .containsEntry("properties-changed", "true")
                .doesNotContainKeys("operation", "added-snapshot-ids", "changed-refs");
    }

    @Test
    default void aCommitThatExpiresSnapshotsSaysHowMany() {
        var world = world().withOrders();
        world.append(ORDERS, "a");
        long first = world.load(ORDERS).currentSnapshot().snapshotId();
        world.append(ORDERS, "b");
        var expire = world.catalog.tables().begin(world.lake);
        expire.table(ORDERS)
                .expireSnapshots()
                .expireSnapshotId(first)
                .cleanupLevel(ExpireSnapshots.CleanupLevel.NONE)
                .commit();
        expire.commit(tx -> {});

        assertThat(events().after(4, 10))
                .singleElement()
                .satisfies(event ->
                        assertThat(event.details())
                                .containsEntry("removed-snapshots", "1")
                                .doesNotContainKey("operation"));
    }

    @Test
    default void anInstallationKeepsItsName() {
        String name = events().installation();
        assertThat(name).hasSize(36).isEqualTo(events().installation());
        assertThat(world().restart().catalog.events().installation()).isEqualTo(name);
    }
}
