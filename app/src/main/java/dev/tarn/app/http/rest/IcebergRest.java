package dev.tarn.app.http.rest;

import dev.tarn.app.http.Json;
import dev.tarn.app.http.Request;
import dev.tarn.app.http.Response;
import dev.tarn.app.http.Route;
import dev.tarn.app.metrics.Metrics;
import dev.tarn.catalog.Catalog;
import dev.tarn.catalog.idempotency.IdempotencyKeys;
import dev.tarn.catalog.warehouse.Warehouse;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.apache.iceberg.rest.Endpoint;
import org.apache.iceberg.rest.responses.ConfigResponse;

/// All routes below `/v1`.
public final class IcebergRest {
    /// Lists of names may take this part of what answers may.
    private static final int LISTS_SHARE = 4;

    private static final String CONFIG = "/v1/config";
    private static final String TOKENS = "/v1/oauth/tokens";

    private final Catalog catalog;
    private final Idempotency idempotency;
    private final Endpoints endpoints;
    private final FunctionRoutes functions;
    private final List<Endpoint> advertised;

    /// @param answerCacheBytes how much memory answers may take that were encoded for an earlier
    ///   load
    public IcebergRest(
            Catalog catalog,
            ClientStorage storage,
            Metrics metrics,
            long answerCacheBytes,
            InstantSource clock) {
        this.catalog = catalog;
        this.idempotency = new Idempotency(catalog.idempotencyKeys());
        this.endpoints = new Endpoints(idempotency, catalog.isEmbedded());
        Names names = new Names(catalog);
        CommitCounter commits = new CommitCounter(metrics);
        new NamespaceRoutes(catalog.namespaces(), names).addTo(endpoints);
        TableAnswers answers = new TableAnswers(answerCacheBytes);
        ListAnswers lists = new ListAnswers(answerCacheBytes / LISTS_SHARE);
        TableAccess access = new TableAccess(storage, names, catalog.tables().folders(), clock);
        new TableRoutes(catalog.tables(), names, answers, access, commits, lists).addTo(endpoints);
        new CredentialRoutes(catalog.tables(), catalog.plans(), names, access, storage)
                .addTo(endpoints);
        new PlanningRoutes(catalog.plans(), catalog.tables(), names, access).addTo(endpoints);
        new ViewRoutes(catalog.views(), names, commits, lists).addTo(endpoints);
        functions = new FunctionRoutes(catalog, names);
        functions.addTo(endpoints);
        advertised = endpoints.advertised();
    }

    public List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        routes.add(Route.get(CONFIG, this::config));
        routes.add(Route.post(TOKENS, IcebergRest::token));
        routes.addAll(endpoints.routes());
        routes.addAll(functions.apiRoutes(idempotency));
        routes.addAll(new LabelRoutes(catalog, new Names(catalog)).routes());
        return routes;
    }

    private Response config(Request request) {
        Warehouse standard = catalog.warehouses().defaultWarehouse();
        Warehouse asked =
                request.query("warehouse")
                        .filter(name -> !name.isEmpty())
                        .map(catalog.warehouses()::require)
                        .orElse(standard);
        ConfigResponse.Builder config =
                ConfigResponse.builder()
                        .withEndpoints(advertised)
                        .withIdempotencyKeyLifetime(IdempotencyKeys.LIFETIME.toString());
        if (!asked.name().equals(standard.name())) {
            // Clients put the prefix into paths as it is.
            config.withOverride("prefix", Names.encode(asked.name()));
        }
        return Response.json(config.build());
    }

    /// Clients that have been given a credential ask for a token first. The answer has the shape of
    /// OAuth 2 (RFC 6749, section 5.2), so that they can say what is wrong.
    private static Response token(Request request) {
        SequencedMap<String, String> error = new LinkedHashMap<>();
        error.put("error", "invalid_request");
        error.put(
                "error_description",
                "This catalog runs without authentication and issues no tokens: remove credential"
                        + " and token from the settings of the client");
        return Response.of(400, "application/json", Json.write(error))
                .withHeader("Cache-Control", "no-store");
    }
}
