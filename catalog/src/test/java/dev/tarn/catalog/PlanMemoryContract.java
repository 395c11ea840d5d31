package dev.tarn.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.catalog.planning.Plan;
import dev.tarn.catalog.planning.PlanLimits;
import dev.tarn.catalog.planning.Plans;
import dev.tarn.catalog.planning.ScanTasks;
import dev.tarn.store.Database;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.rest.requests.PlanTableScanRequest;
import org.junit.jupiter.api.Test;

/// What plans leave behind in memory and in rows is bounded, in bytes too.
interface PlanMemoryContract {
    PlanTableScanRequest ALL = PlanTableScanRequest.builder().build();

    World world();

    Database rows();

    private Plans plans(PlanLimits limits, CountDownLatch gate) {
        return new Plans(
                rows(),
                world().calls.watch(new GatedStore(world().objects, gate)),
                world().catalog.tables(),
                InstantSource.system(),
                limits);
    }

    private Plan plan(Plans plans, PlanTableScanRequest request) {
        return plans.plan(world().lake, World.ORDERS, request);
    }

    private String submitted(Plans plans) {
        Plan plan = plan(plans, ALL);
        assertThat(plan).isInstanceOf(Plan.Submitted.class);
        return ((Plan.Submitted) plan).planId();
    }

    private ScanTasks awaited(Plans plans, String id) {
        Plan plan = new Plan.Submitted(id);
        while (plan instanceof Plan.Submitted) { // ends with the plan
            plan = plans.fetch(world().lake, World.ORDERS, id);
        }
        assertThat(plan).isInstanceOf(Plan.Completed.class);
        return ((Plan.Completed) plan).tasks();
    }

    private long reads() {
        return world().calls.ledger().stream().filter(call -> call.contains("storage get")).count();
    }

    private void withFiles(int files) {
        world().withOrders();
        for (int i = 0; i < files; i++) {
            world().append(World.ORDERS, "file-" + i);
        }
    }

    @Test
    default void resultsAreKeptWhileThereIsMemoryForThem() {
        withFiles(2);
        for (long bytes : new long[] {64 << 20, 0}) {
            var gate = new CountDownLatch(1);
            Plans plans =
                    plans(
                            PlanLimits.STANDARD
                                    .withWaitDuration(Duration.ZERO)
                                    .withPendingBytes(bytes)
                                    .withCacheBytes(0),
                            gate);
            List<String> ids = List.of(submitted(plans), submitted(plans), submitted(plans));
            gate.countDown();
            ids.forEach(id -> assertThat(awaited(plans, id).files()).hasSize(2));
            world().calls.clear();

            ids.forEach(id -> assertThat(awaited(plans, id).files()).hasSize(2));

            // At most one is left of those for which there is no memory.
            long again = reads();
            if (bytes == 0) {
                assertThat(again).isGreaterThanOrEqualTo(2);
            } else {
                assertThat(again).isZero();
            }
        }
    }

    @Test
    default void aResultThatNobodyFetchesTakesNoRoomFromPlansUnderWay() {
        withFiles(1);
        var gate = new CountDownLatch(1);
        var limits = PlanLimits.STANDARD.withWaitDuration(Duration.ZERO).withPendingPlans(1);
        Plans plans = plans(limits, gate);
        String id = submitted(plans);
        gate.countDown();
        awaited(plans, id);

        // Of plans that are seldom done at once, some go on without their client.
        boolean gone = false;
        for (int i = 0; i < 1_000 && !gone; i++) {
            gone = plan(plans, ALL) instanceof Plan.Submitted;
        }
        assertThat(gone).isTrue();
    }

    @Test
    default void aLongFilterMakesFewPlanTasksAtATime() {
        withFiles(10);
        Plans plans =
                plans(
                        PlanLimits.STANDARD.withFilesPerTask(1).withTokenBytes(1),
                        new CountDownLatch(0));
        Deque<ScanTasks> answers = new ArrayDeque<>();
        answers.add(((Plan.Completed) plan(plans, ALL)).tasks());
        int files = 0;
        while (!answers.isEmpty()) { // ends with the last plan task
            ScanTasks answer = answers.remove();
            files += answer.files().size();
            assertThat(answer.planTasks()).hasSizeLessThanOrEqualTo(1);
            answer.planTasks()
                    .forEach(task -> answers.add(plans.tasks(world().lake, World.ORDERS, task)));
        }
        assertThat(files).isEqualTo(10);
    }

    @Test
    default void aPlanWithAFilterTooLongForARowIsWaitedFor() {
        withFiles(1);
        Plans plans =
                plans(PlanLimits.STANDARD.withWaitDuration(Duration.ZERO), new CountDownLatch(0));
        LongStream ids = LongStream.concat(LongStream.of(1), new Random(1).longs(50_000));
        var filter = Expressions.in("id", ids.boxed().toArray());

        for (int i = 0; i < 5; i++) {
            assertThat(plan(plans, PlanTableScanRequest.builder().withFilter(filter).build()))
                    .isInstanceOf(Plan.Completed.class);
        }
        assertThat(world().rows("SELECT id FROM scan_plan")).isEmpty();
    }
}
