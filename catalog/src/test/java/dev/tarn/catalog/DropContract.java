package dev.tarn.catalog;

import static dev.tarn.catalog.World.ORDERS;
import static dev.tarn.catalog.World.SALES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.fail;

import dev.tarn.catalog.Calls.Moment;
import dev.tarn.catalog.drop.Dropped;
import dev.tarn.catalog.relation.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.MetadataUpdate.SetProperties;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.metrics.ImmutableScanReport;
import org.apache.iceberg.metrics.ScanMetrics;
import org.apache.iceberg.metrics.ScanMetricsResult;
import org.apache.iceberg.rest.requests.ReportMetricsRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What becomes of what is dropped, until its time is over.
interface DropContract {
    int DROP_CALLS_MAX = 80;
    TableIdentifier BILLS = TableIdentifier.of(SALES, "bills");

    World world();

    private World retaining() {
        var world = world().withOrders();
        world.catalog.drops().retain(world.lake, Duration.ofHours(1));
        return world;
    }

    private static Dropped onlyDropped(World world) {
        List<Dropped> all = world.catalog.drops().list(world.lake, null, PageRequest.ALL).items();
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    private static UpdateTableRequest set(String key, String value) {
        return new UpdateTableRequest(List.of(), List.of(new SetProperties(Map.of(key, value))));
    }

    @Test
    default void aRestoredTableIsTheOneThatWasDropped() {
        var world = retaining();
        world.append(ORDERS, "a");
        var report =
                ImmutableScanReport.builder()
                        .tableName("sales.orders")
                        .snapshotId(1)
                        .schemaId(0)
                        .filter(Expressions.alwaysTrue())
                        .scanMetrics(ScanMetricsResult.fromScanMetrics(ScanMetrics.noop()))
                        .build();
        world.catalog.tables().reportMetrics(world.lake, ORDERS, ReportMetricsRequest.of(report));
        TableMetadata before = world.load(ORDERS);
        List<String> id = world.rows("SELECT id FROM relation");
        world.catalog.tables().drop(world.lake, ORDERS, true);
        assertThatThrownBy(() -> world.load(ORDERS)).isInstanceOf(NoSuchTableException.class);
        assertThat(world.catalog.tables().list(world.lake, SALES, PageRequest.ALL).items())
                .isEmpty();
        assertThat(world.catalog.drops().purgeDue()).isZero();

        var later = world.restart();
        Dropped dropped = onlyDropped(later);
        assertThat(dropped.name()).isEqualTo(ORDERS);
        assertThat(dropped.uuid()).isEqualTo(before.uuid());
        assertThat(Duration.between(dropped.droppedAt(), dropped.expiresAt()))
                .isEqualTo(Duration.ofHours(1));
        later.catalog.drops().undrop(later.lake, dropped.id(), null);
        assertThat(later.load(ORDERS).metadataFileLocation())
                .isEqualTo(before.metadataFileLocation());
        assertThat(later.files(ORDERS)).containsExactly("a");
        assertThat(world.rows("SELECT id FROM relation"))
                .isEqualTo(id)
                .containsExactly(dropped.id());
        assertThat(world.rows("SELECT relation_id FROM metrics_report")).isEqualTo(id);
        assertThat(later.catalog.drops().list(later.lake, null, PageRequest.ALL).items()).isEmpty();
        later.append(ORDERS, "b");
        later.pass(Duration.ofDays(1));
        assertThat(later.catalog.drops().purgeDue()).isZero();
        assertThat(later.restart().files(ORDERS)).containsExactly("a", "b");
        assertThat(later.eventKinds())
                .containsExactly(
                        "create-namespace",
                        "create-table",
                        "update-warehouse",
                        "commit-table",
                        "drop-table",
                        "undrop-table",
                        "commit-table");
    }

    @Test
    default void theNameIsFreeAtOnceAndWhatHadItComesBackUnderAnother() {
        var world = retaining();
        world.append(ORDERS, "old");
        world.catalog.tables().drop(world.lake, ORDERS, true);
        world.withOrders();
        world.append(ORDERS, "new");
        String id = onlyDropped(world).id();
        var drops = world.catalog.drops();
        assertThatThrownBy(() -> drops.undrop(world.lake, id, null))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("Table already exists: sales.orders");
        var nowhere = TableIdentifier.of("nowhere", "t");
        assertThatThrownBy(() -> drops.undrop(world.lake, id, nowhere))
                .isInstanceOf(NoSuchNamespaceException.class);
        assertThatThrownBy(() -> drops.undrop(world.lake, "no such id", null))
                .isInstanceOf(NoSuchTableException.class);
        drops.undrop(world.lake, id, BILLS);
        assertThat(world.restart().files(BILLS)).containsExactly("old");
        assertThat(world.restart().files(ORDERS)).containsExactly("new");
        assertThatThrownBy(() -> drops.undrop(world.lake, id, BILLS))
                .isInstanceOf(NoSuchTableException.class);
    }

    @Test
    default void aNamespaceGoesThoughWhatWasInItCanBeRestored() {
        var world = retaining();
        world.append(ORDERS, "a");
        world.catalog.tables().drop(world.lake, ORDERS, false);
        world.catalog.namespaces().drop(world.lake, SALES);
        String id = onlyDropped(world).id();
        assertThatThrownBy(() -> world.catalog.drops().undrop(world.lake, id, null))
                .isInstanceOf(NoSuchNamespaceException.class);
        world.catalog.namespaces().create(world.lake, Namespace.of("other"), Map.of());
        var there = TableIdentifier.of("other", "orders");
        world.catalog.drops().undrop(world.lake, id, there);
        assertThat(world.restart().files(there)).containsExactly("a");
    }

    @Test
    default void whatIsNotRestoredInTimeIsGone() {
        var world = retaining();
        world.catalog.tables().drop(world.lake, ORDERS, false);
        List<String> files = world.allFiles();
        String id = onlyDropped(world).id();
        world.pass(Duration.ofHours(1));
        assertThatThrownBy(() -> world.catalog.drops().undrop(world.lake, id, null))
                .isInstanceOf(NoSuchTableException.class)
                .hasMessageContaining("its time was over");
        assertThat(world.catalog.drops().purgeDue()).isEqualTo(1);
        assertThat(world.catalog.drops().list(world.lake, null, PageRequest.ALL).items()).isEmpty();
        assertThat(world.rows("SELECT id FROM relation")).isEmpty();
        assertThat(world.allFiles()).isEqualTo(files); // nobody asked for them to go
        assertThat(world.eventKinds()).endsWith("drop-table", "expire-table");
    }

    @Test
    default void retentionIsTheWarehousesOrTheInstallations() {
        var world = world().withOrders();
        var drops = world.catalog.drops();
        assertThat(drops.retention(world.lake)).isEqualTo(Duration.ZERO);
        drops.retain(world.lake, Duration.ofDays(3));
        assertThat(world.restart().catalog.drops().retention(world.lake)).hasDays(3);
        drops.retain(world.lake, null);
        assertThat(drops.retention(world.lake)).isEqualTo(Duration.ZERO);
        assertThatThrownBy(() -> drops.retain(world.lake, Duration.ofMillis(-1)))
                .isInstanceOf(BadRequestException.class);

        world.catalog.tables().drop(world.lake, ORDERS, false);
        assertThat(drops.list(world.lake, null, PageRequest.ALL).items()).isEmpty();
        assertThat(world.rows("SELECT id FROM relation")).isEmpty();
    }

    @Test
    default void aViewIsRestoredToo() {
        var world = retaining();
        world.catalog.views().create(world.lake, SALES, CatalogContract.view("v"));
        var v = TableIdentifier.of(SALES, "v");
        var before = world.catalog.views().load(world.lake, v);
        world.catalog.views().drop(world.lake, v);
        Dropped dropped = onlyDropped(world);
        assertThat(dropped.kind()).isEqualTo(Kind.VIEW);
        world.catalog.drops().undrop(world.lake, dropped.id(), null);
        assertThat(world.catalog.views().load(world.lake, v))
                .usingRecursiveComparison()
                .isEqualTo(before);
        assertThat(world.eventKinds()).endsWith("create-view", "drop-view", "undrop-view");

        world.catalog.views().drop(world.lake, v);
        world.catalog.drops().purge(world.lake, dropped.id());
        assertThat(world.catalog.drops().purgeDue()).isEqualTo(1);
        assertThat(world.allFiles()).noneMatch(file -> file.contains("/v-"));
        assertThat(world.load(ORDERS)).isNotNull();
    }

    @Test
    default void whatWasDroppedIsListedInPages() {
        var world = retaining();
        for (int i = 0; i < 5; i++) {
            world.catalog.tables().drop(world.lake, ORDERS, false);
            world.withOrders();
            world.pass(Duration.ofMillis(i % 2));
        }
        List<String> seen = new ArrayList<>();
        String token = "";
        while (token != null) {
            var page = world.catalog.drops().list(world.lake, null, new PageRequest(token, 2));
            page.items().forEach(dropped -> seen.add(dropped.id()));
            token = page.nextToken();
        }
        var all = world.catalog.drops().list(world.lake, null, PageRequest.ALL).items();
        assertThat(seen).hasSize(5).doesNotHaveDuplicates();
        assertThat(all).extracting(Dropped::id).containsExactlyElementsOf(seen);
        assertThat(all).isSortedAccordingTo((a, b) -> a.droppedAt().compareTo(b.droppedAt()));
        assertThat(world.catalog.drops().list(world.lake, ORDERS, PageRequest.ALL).items())
                .hasSize(5);
        assertThat(world.catalog.drops().list(world.lake, BILLS, PageRequest.ALL).items())
                .isEmpty();
    }

    /// Polaris #4499: of two drops one was told 503.
    @Test
    default void ofEightDropsOneWinsAndTheOthersFindNothing() throws Exception {
        var world = retaining();
        List<Throwable> lost =
                CatalogContract.inParallel(
                        8, i -> world.catalog.tables().drop(world.lake, ORDERS, i % 2 == 0));
        assertThat(lost).hasSize(7).allMatch(e -> e instanceof NoSuchTableException);
        assertThat(onlyDropped(world).name()).isEqualTo(ORDERS);
    }

    @Test
    default void ofRenamesAndDropsOneWinsAndTheOthersFindNothing() throws Exception {
        var world = retaining();
        for (int round = 0; round < 10; round++) {
            TableIdentifier to = TableIdentifier.of(SALES, "r" + round);
            List<Throwable> lost =
                    CatalogContract.inParallel(
                            8,
                            i -> {
                                if (i % 2 == 0) {
                                    world.catalog.tables().drop(world.lake, ORDERS, true);
                                } else {
                                    world.catalog.tables().rename(world.lake, ORDERS, to);
                                }
                            });
            assertThat(lost).hasSize(7).allMatch(e -> e instanceof NoSuchTableException);
            boolean renamed = world.catalog.tables().exists(world.lake, to);
            assertThat(world.catalog.drops().list(world.lake, ORDERS, PageRequest.ALL).items())
                    .hasSize(renamed ? 0 : 1);
            world.catalog
                    .drops()
                    .list(world.lake, null, PageRequest.ALL)
                    .items()
                    .forEach(dropped -> world.catalog.drops().purge(world.lake, dropped.id()));
            world.catalog.drops().purgeDue();
            world.withOrders();
        }
    }

    @Test
    default void ofEightRestoresOneWins() throws Exception {
        var world = retaining();
        world.append(ORDERS, "a");
        world.catalog.tables().drop(world.lake, ORDERS, true);
        String id = onlyDropped(world).id();
        List<Throwable> lost =
                CatalogContract.inParallel(
                        8,
                        i ->
                                world.catalog
                                        .drops()
                                        .undrop(
                                                world.lake,
                                                id,
                                                TableIdentifier.of(SALES, "back" + i)));
        assertThat(lost).hasSize(7).allMatch(e -> e instanceof NoSuchTableException);
        var back = world.catalog.tables().list(world.lake, SALES, PageRequest.ALL).items();
        assertThat(back).hasSize(1);
        assertThat(world.restart().files(back.getFirst())).containsExactly("a");
    }

    /// A commit that loses against a drop leaves nothing behind, and one that wins is kept by the
    /// drop.
    @Test
    default void aCommitRacingWithADropLeavesNothingBehind() throws Exception {
        var world = retaining();
        for (int round = 0; round < 10; round++) {
            List<Throwable> lost =
                    CatalogContract.inParallel(
                            5,
                            i -> {
                                if (i == 4) {
                                    world.catalog.tables().drop(world.lake, ORDERS, false);
                                } else {
                                    world.catalog
                                            .tables()
                                            .commit(world.lake, ORDERS, set("k" + i, "v"));
                                }
                            });
            assertThat(lost)
                    .allMatch(e ->
                            e instanceof NoSuchTableException
                                    || e instanceof CommitFailedException);
            world.catalog.drops().undrop(world.lake, onlyDropped(world).id(), null);
            TableMetadata back = world.restart().load(ORDERS);
            int won = 4 - lost.size();
            assertThat(back.previousFiles()).hasSize(won);
            assertThat(world.allFiles()).hasSize(won + 1);

            world.catalog.tables().drop(world.lake, ORDERS, true);
            world.catalog.drops().purge(world.lake, onlyDropped(world).id());
            assertThat(world.catalog.drops().purgeDue()).isEqualTo(1);
            assertThat(world.allFiles()).isEmpty();
            world.withOrders();
        }
    }

    @ParameterizedTest
    @EnumSource
    default void aFaultAnywhereInADropLeavesItThereOrDropped(Moment moment) {
        var world = retaining();
        world.append(ORDERS, "a");
        for (int n = 1; n <= DROP_CALLS_MAX; n++) {
            world.calls.breakCall(n, moment);
            Throwable seen =
                    catchThrowable(() -> world.catalog.tables().drop(world.lake, ORDERS, true));
            boolean broke = world.calls.broke();
            var after = world.restart();
            boolean there = after.catalog.tables().exists(after.lake, ORDERS);
            var dropped = after.catalog.drops().list(after.lake, null, PageRequest.ALL).items();
            assertThat(dropped).hasSize(there ? 0 : 1);
            if (!there) {
                after.catalog.drops().undrop(after.lake, dropped.getFirst().id(), null);
            }
            assertThat(after.files(ORDERS)).containsExactly("a");
            if (seen == null) {
                assertThat(there).as("answered success at call %s", n).isFalse();
            }
            if (!broke) {
                assertThat(seen).isNull();
                return; // n lies beyond the last call: every fault has been tried
            }
        }
        fail("it makes more than %s calls", DROP_CALLS_MAX);
    }

    @ParameterizedTest
    @EnumSource
    default void aFaultAnywhereInAnUndropLeavesItThereOrDropped(Moment moment) {
        var world = retaining();
        world.append(ORDERS, "a");
        for (int n = 1; n <= DROP_CALLS_MAX; n++) {
            world.catalog.tables().drop(world.lake, ORDERS, true);
            String id = onlyDropped(world).id();
            world.calls.breakCall(n, moment);
            Throwable seen =
                    catchThrowable(() -> world.catalog.drops().undrop(world.lake, id, null));
            boolean broke = world.calls.broke();
            var after = world.restart();
            boolean there = after.catalog.tables().exists(after.lake, ORDERS);
            assertThat(after.catalog.drops().list(after.lake, null, PageRequest.ALL).items())
                    .hasSize(there ? 0 : 1);
            if (!there) {
                assertThat(seen).as("answered success at call %s", n).isNotNull();
                after.catalog.drops().undrop(after.lake, id, null);
            }
            assertThat(after.files(ORDERS)).containsExactly("a");
            if (!broke) {
                assertThat(seen).isNull();
                return; // n lies beyond the last call: every fault has been tried
            }
        }
        fail("it makes more than %s calls", DROP_CALLS_MAX);
    }
}
