package dev.tarn.catalog.planning;

import dev.tarn.catalog.planning.PlanRows.PlanRow;
import dev.tarn.catalog.table.LoadedTable;
import dev.tarn.catalog.table.Tables;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.storage.ObjectStore;
import dev.tarn.store.Database;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.NoSuchPlanIdException;
import org.apache.iceberg.exceptions.NoSuchPlanTaskException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.rest.requests.PlanTableScanRequest;

/// Plans of scans, made for clients that do not read manifests themselves.
public final class Plans {
    private final Tables tables;
    private final InstantSource clock;
    private final PlanLimits limits;
    private final PlanFiles files;
    private final PlanRows rows;
    private final PendingPlans pending;

    public Plans(
            Database database,
            ObjectStore store,
            Tables tables,
            InstantSource clock,
            PlanLimits limits) {
        this.tables = tables;
        this.clock = clock;
        this.limits = limits;
        this.files = new PlanFiles(new ManifestIO(store, limits.cacheBytes()), limits);
        this.rows = new PlanRows(database, clock, limits);
        this.pending = new PendingPlans(clock, limits);
    }

    /// Plans a scan. A plan that takes longer than a client should wait goes on without it.
    ///
    /// @throws NoSuchTableException if there is no such table
    /// @throws BadRequestException if the request names what is not there
    public Plan plan(Warehouse warehouse, TableIdentifier name, PlanTableScanRequest request) {
        LoadedTable table = tables.load(warehouse, name);
        boolean recent = request.snapshotId() == null && request.endSnapshotId() == null;
        TableMetadata metadata = recent ? table.recentMetadata() : table.metadata();
        PlanId answered = PlanId.answered(metadata.uuid());
        Optional<Scan> scan = Scan.of(metadata, request);
        if (scan.isEmpty()) {
            return new Plan.Completed(
                    answered.text(), new ScanTasks(List.of(), List.of(), metadata.specsById()));
        }
        Long rowsWanted = request.minRowsRequested();
        PlanTask task = PlanTask.whole(scan.get(), rowsWanted == null ? 0 : rowsWanted);
        PlanRun run = start(metadata, task);
        if (!run.endsWithin(limits.waitDuration())) {
            PlanId id = PlanId.pending(metadata.uuid());
            String token = task.token(metadata.uuid());
            if (PlanRows.takes(token) && pending.add(id, run)) {
                return submit(id, token);
            }
        }
        return run.result(answered);
    }

    private Plan submit(PlanId id, String task) {
        try {
            rows.insert(id, task);
        } catch (RuntimeException e) {
            // The client never learns the id.
            pending.remove(id);
            throw e;
        }
        return new Plan.Submitted(id.text());
    }

    /// How a plan stands that was not answered at once. Any replica can be asked: one that does not
    /// know it makes it anew.
    ///
    /// @throws NoSuchPlanIdException if there is none, or its snapshot is gone
    public Plan fetch(Warehouse warehouse, TableIdentifier name, String planId) {
        TableMetadata metadata = tables.load(warehouse, name).metadata();
        PlanId id = PlanId.of(planId, metadata.uuid());
        if (!id.pending()) {
            throw new NoSuchPlanIdException("Plan was answered when it was asked for: %s", planId);
        }
        PlanRow row = rows.require(id);
        if (row.cancelled()) {
            pending.remove(id);
            return new Plan.Cancelled();
        }
        PlanRun run = pending.findOrStart(id, () -> start(metadata, task(row, metadata)));
        // A run for which there was no room would be lost.
        return run.endsWithin(limits.waitDuration()) || !pending.holds(id)
                ? run.result(id)
                : new Plan.Submitted(id.text());
    }

    private static PlanTask task(PlanRow row, TableMetadata metadata) {
        try {
            PlanTask task = PlanTask.of(row.task(), metadata);
            task.requireSnapshot(metadata);
            return task;
        } catch (NoSuchPlanTaskException e) {
            throw new NoSuchPlanIdException(e, "Plan does not exist any more: %s", e.getMessage());
        }
    }

    /// Nobody needs the plan any more. Clients say so of every plan, also of those answered at
    /// once.
    ///
    /// @throws NoSuchPlanIdException if there is none
    public void cancel(Warehouse warehouse, TableIdentifier name, String planId) {
        PlanId id = require(warehouse, name, planId);
        if (id.pending()) {
            rows.cancel(id);
            pending.remove(id);
        }
    }

    /// Whether there is such a plan; of one answered at once nothing but its id is known.
    ///
    /// @throws NoSuchPlanIdException if there is none
    public void requirePlan(Warehouse warehouse, TableIdentifier name, String planId) {
        require(warehouse, name, planId);
    }

    private PlanId require(Warehouse warehouse, TableIdentifier name, String planId) {
        return PlanId.of(planId, tables.load(warehouse, name).recentMetadata().uuid());
    }

    /// What a plan task stands for: files, and at times further plan tasks.
    ///
    /// @throws NoSuchPlanTaskException if it is none of this table, or its snapshot is gone
    public ScanTasks tasks(Warehouse warehouse, TableIdentifier name, String planTask) {
        LoadedTable table = tables.load(warehouse, name);
        TableMetadata recent = table.recentMetadata();
        PlanTask task = PlanTask.of(planTask, recent);
        // Most plans are of the latest snapshot, and older ones are dear to look up.
        TableMetadata metadata = task.scan().isWithin(recent) ? recent : table.metadata();
        task.requireSnapshot(metadata);
        return files.plan(metadata, task, () -> false);
    }

    private PlanRun start(TableMetadata metadata, PlanTask task) {
        return PlanRun.start(
                clock.instant(), unwanted -> files.plan(metadata, task, unwanted), pending::letGo);
    }
}
