package dev.tarn.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.fail;

import dev.tarn.catalog.Calls.Moment;
import dev.tarn.catalog.planning.Plan;
import dev.tarn.catalog.planning.PlanLimits;
import dev.tarn.catalog.planning.Plans;
import dev.tarn.catalog.planning.ScanTasks;
import dev.tarn.catalog.table.PendingCommit;
import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectStore;
import dev.tarn.store.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.NoSuchPlanIdException;
import org.apache.iceberg.exceptions.NoSuchPlanTaskException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.rest.requests.PlanTableScanRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// How plans and plan tasks live and end.
interface PlanLifeContract {
    PlanLimits LIMITS = PlanLimits.STANDARD;
    PlanTableScanRequest EVERYTHING = PlanTableScanRequest.builder().build();

    World world();

    Database rows();

    private Plans plans(PlanLimits limits) {
        return plans(world().objects, limits, InstantSource.system());
    }

    private Plans plans(ObjectStore store, PlanLimits limits, InstantSource clock) {
        return new Plans(
                world().calls.watch(rows()),
                world().calls.watch(store),
                world().catalog.tables(),
                clock,
                limits);
    }

    private Plans slow(CountDownLatch gate) {
        return plans(
                new GatedStore(world().objects, gate),
                LIMITS.withWaitDuration(Duration.ZERO),
                InstantSource.system());
    }

    private Plan plan(Plans plans, PlanTableScanRequest request) {
        return plans.plan(world().lake, World.ORDERS, request);
    }

    private ScanTasks completed(Plans plans, PlanTableScanRequest request) {
        return tasks(plan(plans, request));
    }

    private static ScanTasks tasks(Plan plan) {
        assertThat(plan).isInstanceOf(Plan.Completed.class);
        return ((Plan.Completed) plan).tasks();
    }

    private static String id(Plan plan) {
        return switch (plan) {
            case Plan.Completed(String planId, ScanTasks tasks) -> planId;
            case Plan.Submitted(String planId) -> planId;
            case Plan.Failed failed -> fail("Failed", failed.cause());
            case Plan.Cancelled cancelled -> fail("Cancelled");
        };
    }

    private static List<String> names(ScanTasks tasks) {
        return tasks.files().stream()
                .map(task -> task.file().location().replaceAll(".*/(.*)[.]parquet", "$1"))
                .sorted()
                .toList();
    }

    private List<String> followed(Plans plans, ScanTasks first, int tasksMax) {
        List<String> names = new ArrayList<>(names(first));
        Deque<ScanTasks> answers = new ArrayDeque<>(List.of(first));
        while (!answers.isEmpty()) {
            List<String> planTasks = answers.remove().planTasks();
            assertThat(planTasks).hasSizeLessThanOrEqualTo(tasksMax);
            for (String planTask : planTasks) {
                ScanTasks next = plans.tasks(world().lake, World.ORDERS, planTask);
                names.addAll(names(next));
                answers.add(next);
            }
        }
        Collections.sort(names);
        return names;
    }

    private void change(Consumer<Table> change) {
        PendingCommit commit = world().catalog.tables().begin(world().lake);
        change.accept(commit.table(World.ORDERS));
        commit.commit(tx -> {});
    }

    private void appendOneByOne(int files) {
        IntStream.range(0, files)
                .forEach(i -> world().append(World.ORDERS, "file-%03d".formatted(i)));
    }

    private static List<String> numbered(int files) {
        return IntStream.range(0, files).mapToObj("file-%03d"::formatted).toList();
    }

    private DataFile entry(String name, long rows) {
        return DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath("s3://lake/root/data/" + name + ".parquet")
                .withFileSizeInBytes(10)
                .withRecordCount(rows)
                .build();
    }

    @Test
    default void anEmptyTableHasACompletedPlanOfNothing() {
        world().withOrders();

        ScanTasks tasks = completed(plans(LIMITS), EVERYTHING);

        assertThat(tasks.files()).isEmpty();
        assertThat(tasks.planTasks()).isEmpty();
    }

    @Test
    default void aTableThatIsNotThereHasNoPlan() {
        world().withOrders();
        TableIdentifier missing = TableIdentifier.of(World.SALES, "missing");
        assertThatThrownBy(() -> plans(LIMITS).plan(world().lake, missing, EVERYTHING))
                .isInstanceOf(NoSuchTableException.class);
    }

    @Test
    default void whatIsNotThereIsABadRequest() {
        world().withOrders();
        world().append(World.ORDERS, "file-000");
        long snapshot = world().load(World.ORDERS).currentSnapshot().snapshotId();
        var unknown = PlanTableScanRequest.builder();
        List.of(
                        unknown.withSnapshotId(snapshot + 1).build(),
                        PlanTableScanRequest.builder()
                                .withFilter(Expressions.equal("nothing", 1))
                                .build(),
                        PlanTableScanRequest.builder()
                                .withFilter(Expressions.equal("id", "no number"))
                                .build(),
                        PlanTableScanRequest.builder()
                                .withFilter(Expressions.equal("ID", 1))
                                .build(),
                        PlanTableScanRequest.builder().withStatsFields(List.of("nothing")).build(),
                        PlanTableScanRequest.builder()
                                .withStartSnapshotId(snapshot + 1)
                                .withEndSnapshotId(snapshot)
                                .build())
                .forEach(request ->
                        assertThatThrownBy(() -> plan(plans(LIMITS), request))
                                .as(request.toString())
                                .isInstanceOf(BadRequestException.class));
    }

    @Test
    default void appendsSinceASnapshotThatIsTheLastOneAreNone() {
        world().withOrders();
        world().append(World.ORDERS, "file-000");
        long snapshot = world().load(World.ORDERS).currentSnapshot().snapshotId();

        assertThat(
                        names(
                                completed(
                                        plans(LIMITS),
                                        PlanTableScanRequest.builder()
                                                .withStartSnapshotId(snapshot)
                                                .withEndSnapshotId(snapshot)
                                                .build())))
                .isEmpty();
    }

    @Test
    default void statisticsComeOfTheFieldsAskedFor() {
        var made = new RandomTable(world().withOrders(), new Random(3), "measured");
        made.grow(0);
        var plan =
                plans(LIMITS)
                        .plan(
                                world().lake,
                                made.name,
                                PlanTableScanRequest.builder()
                                        .withStatsFields(List.of("ID", "id"))
                                        .withCaseSensitive(false)
                                        .build());

        assertThat(tasks(plan).files())
                .isNotEmpty()
                .allSatisfy(task -> {
                    var bounds = task.file().lowerBounds();
                    if (bounds != null) {
                        assertThat(bounds.keySet()).isSubsetOf(1);
                    }
                })
                .anySatisfy(task -> assertThat(task.file().lowerBounds()).containsKey(1));
    }

    @Test
    default void aManifestWithManyFilesIsAnsweredInPages() {
        world().withOrders();
        change(table -> {
            var append = table.newFastAppend();
            numbered(25).forEach(name -> append.appendFile(entry(name, 1)));
            append.commit();
        });
        Plans plans = plans(LIMITS.withFilesPerTask(4));

        ScanTasks first = completed(plans, EVERYTHING);

        assertThat(first.files()).hasSize(4);
        assertThat(followed(plans, first, 1)).isEqualTo(numbered(25));
    }

    @Test
    default void manyManifestsAreAnsweredByFewPlanTasksAtATime() {
        world().withOrders();
        appendOneByOne(30);
        Plans plans =
                plans(
                        new PlanLimits(
                                Duration.ofMinutes(1), 1, 1, 1, 4, 4096, 1, 0, Duration.ZERO, 0));

        assertThat(followed(plans, completed(plans, EVERYTHING), 4)).isEqualTo(numbered(30));
    }

    @Test
    default void aPlanTaskMeansTheSameAfterTheTableHasChanged() {
        world().withOrders();
        appendOneByOne(5);
        Plans plans = plans(LIMITS.withFilesPerTask(1));
        ScanTasks first =
                completed(
                        plans,
                        PlanTableScanRequest.builder()
                                .withFilter(Expressions.isNull("name"))
                                .build());

        change(table -> table.updateSchema().renameColumn("name", "title").commit());
        change(table ->
                table.updateSchema().addColumn("name", table.schema().findType("id")).commit());
        world().append(World.ORDERS, "file-later");
        change(table ->
                table.newDelete().deleteFile("s3://lake/root/data/file-001.parquet").commit());

        Plans restarted = plans(LIMITS.withFilesPerTask(1));
        assertThat(followed(restarted, first, 100)).isEqualTo(numbered(5));
    }

    @Test
    default void aPlanTaskEndsWithItsSnapshot() {
        world().withOrders();
        appendOneByOne(3);
        Plans plans = plans(LIMITS.withFilesPerTask(1));
        String planTask = completed(plans, EVERYTHING).planTasks().getFirst();
        world().append(World.ORDERS, "file-later");
        change(table ->
                table.expireSnapshots()
                        .expireOlderThan(System.currentTimeMillis() + 1_000)
                        .retainLast(1)
                        .cleanupLevel(ExpireSnapshots.CleanupLevel.NONE)
                        .commit());

        assertThatThrownBy(() -> plans.tasks(world().lake, World.ORDERS, planTask))
                .isInstanceOf(NoSuchPlanTaskException.class);
    }

    @Test
    default void aPlanTaskOfAnotherTableDoesNotExist() {
        world().withOrders();
        appendOneByOne(3);
        Plans plans = plans(LIMITS.withFilesPerTask(1));
        String planTask = completed(plans, EVERYTHING).planTasks().getFirst();
        world().catalog.tables().create(world().lake, World.SALES, World.create("other"));

        TableIdentifier other = TableIdentifier.of(World.SALES, "other");
        assertThatThrownBy(() -> plans.tasks(world().lake, other, planTask))
                .isInstanceOf(NoSuchPlanTaskException.class);
    }

    @Test
    default void aBrokenPlanTaskDoesNotExist() {
        world().withOrders();
        appendOneByOne(3);
        Plans plans = plans(LIMITS.withFilesPerTask(1));
        String planTask = completed(plans, EVERYTHING).planTasks().getFirst();
        byte[] bytes = Base64.getUrlDecoder().decode(planTask);
        List<String> broken = new ArrayList<>(List.of("", "x", "%%%", "ä", "AAAA", "A".repeat(99)));
        for (int i = 0; i < bytes.length; i++) {
            byte[] changed = bytes.clone();
            changed[i] ^= (byte) 0x41;
            broken.add(Base64.getUrlEncoder().withoutPadding().encodeToString(changed));
        }
        for (int i = 0; i < planTask.length(); i += 3) {
            broken.add(planTask.substring(0, i));
        }

        for (String token : broken) {
            assertThatThrownBy(() -> plans.tasks(world().lake, World.ORDERS, token))
                    .as(token)
                    .isInstanceOf(NoSuchPlanTaskException.class);
        }
    }

    @Test
    default void onlyManifestsThatCanMatchAreRead() {
        world().withOrders();
        var spec = PartitionSpec.builderFor(World.SCHEMA).identity("name").build();
        world().catalog
                .tables()
                .create(
                        world().lake,
                        World.SALES,
                        CreateTableRequest.builder()
                                .withName("parted")
                                .withSchema(World.SCHEMA)
                                .withPartitionSpec(spec)
                                .build());
        TableIdentifier parted = TableIdentifier.of(World.SALES, "parted");
        for (int i = 0; i < 10; i++) {
            PendingCommit commit = world().catalog.tables().begin(world().lake);
            commit.table(parted)
                    .newFastAppend()
                    .appendFile(
                            DataFiles.builder(spec)
                                    .withPath("s3://lake/root/data/p" + i)
                                    .withFormat("parquet")
                                    .withFileSizeInBytes(10)
                                    .withRecordCount(1)
                                    .withPartitionPath("name=n" + i)
                                    .build())
                    .commit();
            commit.commit(tx -> {});
        }
        Plans plans = plans(LIMITS);
        var request =
                PlanTableScanRequest.builder().withFilter(Expressions.equal("name", "n3")).build();
        world().calls.clear();

        assertThat(tasks(plans.plan(world().lake, parted, request)).files()).hasSize(1);

        // The manifest list and the one manifest.
        assertThat(world().calls.ledger())
                .containsExactly("store select namespace", "storage get avro", "storage get avro");

        world().calls.clear();
        plans.plan(world().lake, parted, request);

        assertThat(world().calls.ledger()).containsExactly("store select namespace");
    }

    @Test
    default void planningEndsEarlyWhenThereAreEnoughRows() {
        world().withOrders();
        change(table -> {
            var append = table.newFastAppend();
            numbered(10).forEach(name -> append.appendFile(entry(name, 100)));
            append.commit();
        });
        appendOneByOne(1);
        Plans plans = plans(LIMITS);

        var some =
                completed(plans, PlanTableScanRequest.builder().withMinRowsRequested(250L).build());
        assertThat(some.files()).hasSizeBetween(3, 4);
        assertThat(some.planTasks()).isEmpty();

        var more =
                completed(
                        plans, PlanTableScanRequest.builder().withMinRowsRequested(9_999L).build());
        assertThat(more.files()).hasSize(11);
    }

    @Test
    default void rowsThatADeleteOrAFilterMayTakeAwayAreNotCounted() {
        world().withOrders();
        change(table -> table.updateProperties().set("format-version", "2").commit());
        change(table -> {
            var append = table.newFastAppend();
            numbered(10).forEach(name -> append.appendFile(entry(name, 100)));
            append.commit();
        });
        Plans plans = plans(LIMITS);
        var filtered =
                PlanTableScanRequest.builder()
                        .withMinRowsRequested(1L)
                        .withFilter(Expressions.equal("id", 1L))
                        .build();
        assertThat(completed(plans, filtered).files()).hasSize(10);

        change(table ->
                table.newRowDelta()
                        .addDeletes(
                                FileMetadata.deleteFileBuilder(PartitionSpec.unpartitioned())
                                        .ofEqualityDeletes(1)
                                        .withPath("s3://lake/root/data/deletes.parquet")
                                        .withFileSizeInBytes(10)
                                        .withRecordCount(1)
                                        .build())
                        .commit());
        var deleted = PlanTableScanRequest.builder().withMinRowsRequested(1L).build();
        assertThat(completed(plans, deleted).files()).hasSize(10);
    }

    @Test
    default void aManifestThatIsGoneFailsThePlan() {
        world().withOrders();
        appendOneByOne(1);
        String list = world().load(World.ORDERS).currentSnapshot().manifestListLocation();
        world().objects.delete(Location.of(list));

        Plan plan = plan(plans(LIMITS), EVERYTHING);

        assertThat(plan).isInstanceOf(Plan.Failed.class);
        assertThat(((Plan.Failed) plan).cause())
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining(list);
    }

    @Test
    default void aSlowPlanGoesOnAndIsFetchedLater() {
        world().withOrders();
        appendOneByOne(2);
        var gate = new CountDownLatch(1);
        Plans plans = slow(gate);

        String id = id(plan(plans, EVERYTHING));
        assertThat(plans.fetch(world().lake, World.ORDERS, id)).isEqualTo(new Plan.Submitted(id));

        gate.countDown();
        Plan plan = plans.fetch(world().lake, World.ORDERS, id);
        for (long end = System.nanoTime() + 60_000_000_000L;
                plan instanceof Plan.Submitted && System.nanoTime() < end; ) {
            Thread.onSpinWait();
            plan = plans.fetch(world().lake, World.ORDERS, id);
        }
        assertThat(names(tasks(plan))).isEqualTo(numbered(2));
        plans.cancel(world().lake, World.ORDERS, id);
        assertThat(plans.fetch(world().lake, World.ORDERS, id)).isEqualTo(new Plan.Cancelled());
    }

    @Test
    default void aReplicaAnswersAPlanThatAnotherOneBegan() {
        world().withOrders();
        appendOneByOne(2);
        var gate = new CountDownLatch(1);
        String id =
                id(
                        plan(
                                slow(gate),
                                PlanTableScanRequest.builder()
                                        .withFilter(Expressions.notNull("id"))
                                        .build()));
        // What is planned is the table as it was.
        world().append(World.ORDERS, "file-later");
        Plans other = plans(LIMITS);

        assertThat(names(tasks(other.fetch(world().lake, World.ORDERS, id))))
                .isEqualTo(numbered(2));
        other.cancel(world().lake, World.ORDERS, id);
        assertThat(plans(LIMITS).fetch(world().lake, World.ORDERS, id))
                .isEqualTo(new Plan.Cancelled());
        gate.countDown();
    }

    @Test
    default void aSlowPlanThatFailsSaysSoWhenItIsFetched() {
        world().withOrders();
        appendOneByOne(1);
        var gate = new CountDownLatch(1);
        String id = id(plan(slow(gate), EVERYTHING));
        String list = world().load(World.ORDERS).currentSnapshot().manifestListLocation();
        world().objects.delete(Location.of(list));
        gate.countDown();

        assertThat(plans(LIMITS).fetch(world().lake, World.ORDERS, id))
                .isInstanceOf(Plan.Failed.class);
    }

    @Test
    default void aClientWaitsWhereThereIsNoRoomForAnotherPendingPlan() {
        world().withOrders();
        appendOneByOne(2);
        Plans plans = plans(LIMITS.withWaitDuration(Duration.ZERO).withPendingPlans(0));

        assertThat(names(completed(plans, EVERYTHING))).isEqualTo(numbered(2));
    }

    @Test
    default void aPlanThatIsEndedWhileSomebodyWaitsIsNeverToldInPart() throws Exception {
        world().withOrders();
        appendOneByOne(20);
        var gate = new CountDownLatch(1);
        Plans plans =
                plans(
                        new GatedStore(world().objects, gate),
                        LIMITS.withWaitDuration(Duration.ZERO),
                        InstantSource.system());
        String id = id(plan(plans, EVERYTHING));
        Thread ending =
                Thread.ofVirtual()
                        .start(() -> {
                            gate.countDown();
                            plans.cancel(world().lake, World.ORDERS, id);
                        });
        Plan plan = new Plan.Submitted(id);
        while (plan instanceof Plan.Submitted) { // ends with the cancellation
            plan = plans.fetch(world().lake, World.ORDERS, id);
        }
        ending.join();

        if (plan instanceof Plan.Completed(String same, ScanTasks tasks)) {
            assertThat(names(tasks)).isEqualTo(numbered(20));
        } else {
            assertThat(plan).isEqualTo(new Plan.Cancelled());
        }
        assertThat(plans.fetch(world().lake, World.ORDERS, id)).isEqualTo(new Plan.Cancelled());
    }

    @Test
    default void aPlanAnsweredAtOnceEndsWithoutARow() {
        world().withOrders();
        appendOneByOne(1);
        Plans plans = plans(LIMITS);
        String id = id(plan(plans, EVERYTHING));
        world().calls.clear();

        plans.cancel(world().lake, World.ORDERS, id);
        plans.cancel(world().lake, World.ORDERS, id);

        assertThat(world().calls.ledger())
                .containsExactly("store select namespace", "store select namespace");
        assertThatThrownBy(() -> plans.fetch(world().lake, World.ORDERS, id))
                .isInstanceOf(NoSuchPlanIdException.class);
    }

    @Test
    default void aPlanThatIsNotThereCannotBeEnded() {
        world().withOrders();
        Plans plans = plans(LIMITS);
        String known = id(plan(plans, EVERYTHING));
        world().catalog.tables().create(world().lake, World.SALES, World.create("other"));
        TableIdentifier other = TableIdentifier.of(World.SALES, "other");

        for (String id :
                List.of("", "x", known.substring(1), known + "0", "p" + known.substring(1))) {
            assertThatThrownBy(() -> plans.cancel(world().lake, World.ORDERS, id))
                    .isInstanceOf(NoSuchPlanIdException.class);
        }
        assertThatThrownBy(() -> plans.cancel(world().lake, other, known))
                .isInstanceOf(NoSuchPlanIdException.class);
    }

    @Test
    default void aPendingPlanExpires() {
        world().withOrders();
        appendOneByOne(1);
        var now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
        var gate = new CountDownLatch(1);
        Plans plans =
                plans(
                        new GatedStore(world().objects, gate),
                        LIMITS.withWaitDuration(Duration.ZERO),
                        now::get);
        String id = id(plan(plans, EVERYTHING));
        now.set(now.get().plus(LIMITS.kept()).plusMillis(1));

        assertThatThrownBy(() -> plans.fetch(world().lake, World.ORDERS, id))
                .isInstanceOf(NoSuchPlanIdException.class);
        gate.countDown();
    }

    @ParameterizedTest
    @EnumSource
    default void aFaultAnywhereNeverMakesAWrongPlan(Moment moment) {
        world().withOrders();
        appendOneByOne(3);
        for (int n = 1; n <= 30; n++) {
            var gate = new CountDownLatch(1);
            Plans plans = slow(gate);
            world().calls.breakCall(n, moment);
            AtomicReference<Plan> plan = new AtomicReference<>();
            Throwable seen = catchThrowable(() -> plan.set(plan(plans, EVERYTHING)));
            gate.countDown();
            Plans other = plans(LIMITS);
            if (plan.get() instanceof Plan.Submitted(String id)) {
                seen = catchThrowable(() -> plan.set(other.fetch(world().lake, World.ORDERS, id)));
            }
            boolean broke = world().calls.broke();
            if (seen == null && plan.get() instanceof Plan.Completed(String id, ScanTasks tasks)) {
                assertThat(names(tasks)).isEqualTo(numbered(3));
                if (!broke) {
                    return;
                }
            }
        }
        fail("a plan makes more than 30 calls");
    }
}
