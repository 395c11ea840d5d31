package dev.tarn.app.http.rest;

import dev.tarn.app.http.Errors;
import dev.tarn.app.http.Request;
import dev.tarn.app.http.Response;
import dev.tarn.catalog.planning.Plan;
import dev.tarn.catalog.planning.Plans;
import dev.tarn.catalog.table.Tables;
import dev.tarn.catalog.warehouse.Warehouse;
import java.util.List;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.PlanStatus;
import org.apache.iceberg.rest.ResourcePaths;
import org.apache.iceberg.rest.credentials.Credential;
import org.apache.iceberg.rest.requests.FetchScanTasksRequest;
import org.apache.iceberg.rest.requests.PlanTableScanRequest;

/// Scan planning.
final class PlanningRoutes {
    private final Plans plans;
    private final Tables tables;
    private final Names names;
    private final TableAccess access;

    PlanningRoutes(Plans plans, Tables tables, Names names, TableAccess access) {
        this.plans = plans;
        this.tables = tables;
        this.names = names;
        this.access = access;
    }

    void addTo(Endpoints endpoints) {
        endpoints.add("POST", ResourcePaths.V1_TABLE_SCAN_PLAN_SUBMIT, this::plan);
        endpoints.add("GET", ResourcePaths.V1_TABLE_SCAN_PLAN, this::fetch);
        endpoints.add("DELETE", ResourcePaths.V1_TABLE_SCAN_PLAN, this::cancel);
        endpoints.add("POST", ResourcePaths.V1_TABLE_SCAN_PLAN_TASKS, this::tasks);
    }

    private Response plan(Request request) {
        Warehouse warehouse = names.warehouse(request);
        PlanTableScanRequest scan = Endpoints.body(request, PlanTableScanRequest.class);
        TableIdentifier name = names.table(warehouse, request);
        return answer(request, warehouse, name, plans.plan(warehouse, name, scan));
    }

    private Response fetch(Request request) {
        Warehouse warehouse = names.warehouse(request);
        TableIdentifier name = names.table(warehouse, request);
        Plan plan = plans.fetch(warehouse, name, request.path("plan-id"));
        return answer(request, warehouse, name, plan);
    }

    private Response answer(Request request, Warehouse warehouse, TableIdentifier name, Plan plan) {
        return json(switch (plan) {
                    case Plan.Completed(String planId, var tasks) ->
                            PlanJson.completed(
                                    planId, tasks, credentials(request, warehouse, name));
                    case Plan.Submitted(String planId) ->
                            PlanJson.unfinished(PlanStatus.SUBMITTED, planId);
                    case Plan.Cancelled() -> PlanJson.unfinished(PlanStatus.CANCELLED, null);
                    // That planning failed is the answer, not the lack of one: unless it is a bug.
                    case Plan.Failed(RuntimeException cause) ->
                            PlanJson.failed(Errors.tell(cause).orElseThrow(() -> cause));
                })
                // There may be keys in it.
                .withHeader("Cache-Control", "no-store");
    }

    /// The keys with which the files of the plan are read, for a client that asks for some.
    private List<Credential> credentials(
            Request request, Warehouse warehouse, TableIdentifier name) {
        return access.of(warehouse, name, Delegation.asked(request), tables.load(warehouse, name))
                .credentials();
    }

    private Response cancel(Request request) {
        Warehouse warehouse = names.warehouse(request);
        plans.cancel(warehouse, names.table(warehouse, request), request.path("plan-id"));
        return Response.noContent();
    }

    private Response tasks(Request request) {
        Warehouse warehouse = names.warehouse(request);
        FetchScanTasksRequest task = Endpoints.body(request, FetchScanTasksRequest.class);
        TableIdentifier name = names.table(warehouse, request);
        return json(PlanJson.tasks(plans.tasks(warehouse, name, task.planTask())));
    }

    private static Response json(byte[] body) {
        return Response.of(200, "application/json", body);
    }
}
