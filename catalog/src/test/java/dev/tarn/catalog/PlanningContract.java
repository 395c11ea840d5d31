package dev.tarn.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.catalog.planning.Plan;
import dev.tarn.catalog.planning.PlanLimits;
import dev.tarn.catalog.planning.Plans;
import dev.tarn.catalog.planning.ScanTasks;
import dev.tarn.store.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.rest.requests.PlanTableScanRequest;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.util.SnapshotUtil;
import org.junit.jupiter.api.Test;

/// The server's plan of a scan is the plan a client makes for itself.
interface PlanningContract {
    int TABLES = 40;
    int FILTERS = 6;

    World world();

    Database rows();

    private Plans plans(PlanLimits limits) {
        return new Plans(
                world().calls.watch(rows()),
                world().calls.watch(world().objects),
                world().catalog.tables(),
                InstantSource.system(),
                limits);
    }

    @Test
    default void aPlanIsWhatTheClientWouldHavePlanned() {
        long seed = System.nanoTime();
        Seen seen = new Seen();
        for (int i = 0; i < TABLES; i++) {
            Random random = new Random(seed + i);
            var made = new RandomTable(withSales(), random, "t" + i);
            made.grow(3 + random.nextInt(18));
            Plans plans = plans(PlanLimits.STANDARD.withFilesPerTask(1 + random.nextInt(9)));
            for (int j = 0; j < FILTERS; j++) {
                comparePointInTime(plans, made, random, "seed " + (seed + i), seen);
            }
            compareIncremental(plans, made, random, "seed " + (seed + i), seen);
        }
        // Nothing above can have compared nothing with nothing.
        assertThat(seen.files).isGreaterThan(TABLES);
        assertThat(seen.deletes).isGreaterThan(TABLES);
        assertThat(seen.pages).isGreaterThan(TABLES);
    }

    /// What the comparisons were about.
    final class Seen {
        private int files;
        private int deletes;
        private int pages;

        void add(ScanTasks tasks) {
            pages++;
            files += tasks.files().size();
            tasks.files().forEach(task -> deletes += task.deletes().size());
        }
    }

    private World withSales() {
        if (!world().catalog.namespaces().exists(world().lake, World.SALES)) {
            world().catalog.namespaces().create(world().lake, World.SALES, Map.of());
        }
        return world();
    }

    private void comparePointInTime(
            Plans plans, RandomTable made, Random random, String seed, Seen seen) {
        Table table = made.table();
        List<Snapshot> snapshots = new ArrayList<>();
        table.snapshots().forEach(snapshots::add);
        Snapshot snapshot = snapshots.get(random.nextInt(snapshots.size()));

        var request = PlanTableScanRequest.builder();
        var scan = table.newScan();
        switch (random.nextInt(3)) {
            case 0 -> {}
            case 1 -> {
                scan = scan.useSnapshot(snapshot.snapshotId());
                request.withSnapshotId(snapshot.snapshotId()).withUseSnapshotSchema(true);
            }
            default -> {
                List<Map.Entry<String, SnapshotRef>> refs =
                        new ArrayList<>(table.refs().entrySet());
                var ref = refs.get(random.nextInt(refs.size()));
                scan = scan.useRef(ref.getKey());
                request.withSnapshotId(ref.getValue().snapshotId())
                        .withUseSnapshotSchema(ref.getValue().isTag());
            }
        }
        boolean caseSensitive = random.nextBoolean();
        Expression filter = filter(scan.schema(), random, 2, caseSensitive);
        scan = scan.caseSensitive(caseSensitive).filter(filter);
        request.withFilter(filter).withCaseSensitive(caseSensitive);

        List<String> served = served(plans, made.name, request.build(), seen);
        List<String> expected;
        try {
            expected = told(scan.planFiles(), filter);
        } catch (ValidationException e) {
            // Iceberg looks for the names of an old schema in the new one, if the snapshot is the
            // current one and a column was renamed since.
            assertThat(scan.schema().schemaId()).isNotEqualTo(table.schema().schemaId());
            return;
        }
        if (meansOthers(filter, scan.schema(), table.schema())) {
            // And takes what it finds there, which by then may be another column.
            return;
        }
        assertThat(served)
                .as("%s: v%s %s", seed, made.formatVersion, filter)
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    /// Whether a name of the filter is that of another column in the schema of today.
    private static boolean meansOthers(Expression filter, Schema then, Schema today) {
        String text = filter.toString().toLowerCase(java.util.Locale.ROOT);
        for (NestedField column : then.columns()) {
            NestedField other = today.findField(column.name());
            if (other != null
                    && other.fieldId() != column.fieldId()
                    && text.contains("name=\"%s\"".formatted(column.name()))) {
                return true;
            }
        }
        return false;
    }

    private void compareIncremental(
            Plans plans, RandomTable made, Random random, String seed, Seen seen) {
        Table table = made.table();
        List<Long> ancestors = SnapshotUtil.currentAncestorIds(table);
        int end = random.nextInt(ancestors.size());
        int start = end + random.nextInt(ancestors.size() - end);
        Expression filter = filter(table.schema(), random, 1, true);
        var scan =
                table.newIncrementalAppendScan()
                        .fromSnapshotExclusive(ancestors.get(start))
                        .toSnapshot(ancestors.get(end))
                        .filter(filter);
        var request =
                PlanTableScanRequest.builder()
                        .withStartSnapshotId(ancestors.get(start))
                        .withEndSnapshotId(ancestors.get(end))
                        .withFilter(filter)
                        .build();

        assertThat(served(plans, made.name, request, seen))
                .as("%s: appends, %s", seed, filter)
                .containsExactlyInAnyOrderElementsOf(
                        start == end ? List.of() : told(scan.planFiles(), filter));
    }

    private static Expression filter(
            Schema schema, Random random, int depth, boolean caseSensitive) {
        if (depth > 0) {
            Expression left = filter(schema, random, depth - 1, caseSensitive);
            Expression right = filter(schema, random, depth - 1, caseSensitive);
            switch (random.nextInt(5)) {
                case 0:
                    return Expressions.and(left, right);
                case 1:
                    return Expressions.or(left, right);
                case 2:
                    return Expressions.not(left);
                default:
                    break;
            }
        }
        List<NestedField> columns = new ArrayList<>(schema.columns());
        NestedField column = columns.get(random.nextInt(columns.size()));
        if (column.type().isStructType()) {
            column = column.type().asStructType().fields().getFirst();
        }
        String written = schema.findColumnName(column.fieldId());
        String name = caseSensitive ? written : written.toUpperCase(java.util.Locale.ROOT);
        if (random.nextInt(6) == 0) {
            return random.nextBoolean() ? Expressions.isNull(name) : Expressions.notNull(name);
        }
        int n = random.nextInt(4);
        return switch (column.type().typeId()) {
            case STRING ->
                    random.nextBoolean()
                            ? Expressions.startsWith(name, "abcd".substring(n, n + 1))
                            : Expressions.in(name, "abcd".substring(n, n + 1), "z");
            case DATE -> Expressions.lessThan(name, "2026-01-0" + (1 + n));
            case LONG -> Expressions.greaterThan(name, 30L * n);
            case INTEGER -> Expressions.equal(name, n);
            default -> Expressions.alwaysTrue();
        };
    }

    /// All that a client gets that fetches every plan task.
    private List<String> served(
            Plans plans, TableIdentifier name, PlanTableScanRequest request, Seen seen) {
        var completed = (Plan.Completed) plans.plan(world().lake, name, request);
        seen.add(completed.tasks());
        List<String> files = new ArrayList<>(told(completed.tasks().files(), request.filter()));
        Deque<String> planTasks = new ArrayDeque<>(completed.tasks().planTasks());
        while (!planTasks.isEmpty()) {
            ScanTasks tasks = plans.tasks(world().lake, name, planTasks.remove());
            seen.add(tasks);
            files.addAll(told(tasks.files(), request.filter()));
            planTasks.addAll(tasks.planTasks());
        }
        return files;
    }

    private static List<String> told(CloseableIterable<FileScanTask> tasks, Expression filter) {
        try (tasks) {
            List<FileScanTask> files = new ArrayList<>();
            tasks.forEach(files::add);
            return told(files, filter);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> told(List<FileScanTask> files, Expression filter) {
        return files.stream()
                .map(task ->
                        "%s %s %s %s %s"
                                .formatted(
                                        task.file().location(),
                                        task.file().specId(),
                                        task.file().partition(),
                                        residual(task, filter),
                                        task.deletes().stream()
                                                .map(PlanningContract::told)
                                                .sorted()
                                                .toList()))
                .toList();
    }

    /// Iceberg cannot tell the residual of some filters on partitions that are null.
    private static Expression residual(FileScanTask task, Expression filter) {
        try {
            return task.residual();
        } catch (NullPointerException e) {
            return filter;
        }
    }

    private static String told(DeleteFile delete) {
        return "%s@%s %s".formatted(delete.location(), delete.contentOffset(), delete.content());
    }
}
