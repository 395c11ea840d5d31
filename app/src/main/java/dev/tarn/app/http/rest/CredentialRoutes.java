package dev.tarn.app.http.rest;

import dev.tarn.app.http.HttpException;
import dev.tarn.app.http.Request;
import dev.tarn.app.http.Response;
import dev.tarn.catalog.planning.Plans;
import dev.tarn.catalog.table.Tables;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.storage.Location;
import dev.tarn.storage.s3.RemoteSigner;
import dev.tarn.storage.s3.SigningRefusedException;
import dev.tarn.storage.vending.Scope;
import java.util.List;
import java.util.Locale;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.rest.ResourcePaths;
import org.apache.iceberg.rest.requests.RemoteSignRequest;
import org.apache.iceberg.rest.responses.ImmutableLoadCredentialsResponse;
import org.apache.iceberg.rest.responses.ImmutableRemoteSignResponse;
import org.jspecify.annotations.Nullable;

/// Fresh keys for whoever holds ones that are about to expire, and signatures for whoever has none.
final class CredentialRoutes {
    private static final String PROVIDER = "s3";

    /// For the files of a plan. It may have been ended: clients do so before they read.
    private static final String PLAN_ID = "planId";

    private final Tables tables;
    private final Plans plans;
    private final Names names;
    private final TableAccess access;
    private final ClientStorage storage;

    CredentialRoutes(
            Tables tables, Plans plans, Names names, TableAccess access, ClientStorage storage) {
        this.tables = tables;
        this.plans = plans;
        this.names = names;
        this.access = access;
        this.storage = storage;
    }

    void addTo(Endpoints endpoints) {
        if (storage.vendor().vends()) {
            endpoints.add("GET", ResourcePaths.V1_TABLE_CREDENTIALS, this::credentials);
        }
        RemoteSigner signer = storage.signer();
        if (signer != null) {
            endpoints.add(
                    "POST", ResourcePaths.V1_TABLE_REMOTE_SIGN, request -> sign(request, signer));
        }
    }

    private Response credentials(Request request) {
        Warehouse warehouse = names.warehouse(request);
        TableIdentifier name = names.table(warehouse, request);
        request.query(PLAN_ID).ifPresent(id -> plans.requirePlan(warehouse, name, id));
        String stage = request.query(TableAccess.STAGE).orElse(null);
        List<Location> folders = folders(warehouse, name, stage);
        return Response.json(
                        ImmutableLoadCredentialsResponse.builder()
                                .addAllCredentials(access.fresh(warehouse, name, folders, stage))
                                .build())
                .withHeader("Cache-Control", "no-store");
    }

    private Response sign(Request request, RemoteSigner signer) {
        Warehouse warehouse = names.warehouse(request);
        TableIdentifier name = names.table(warehouse, request);
        RemoteSignRequest wanted = Endpoints.body(request, RemoteSignRequest.class);
        String provider = wanted.provider();
        if (provider != null && !provider.toLowerCase(Locale.ROOT).equals(PROVIDER)) {
            throw HttpException.badRequest(
                    "Provider must be %s, found %s".formatted(PROVIDER, provider));
        }
        var unsigned =
                new RemoteSigner.Unsigned(
                        wanted.method(),
                        wanted.region(),
                        wanted.uri(),
                        wanted.headers(),
                        wanted.body());
        String stage =
                request.query(TableAccess.STAGE).orElse(wanted.properties().get(TableAccess.STAGE));
        List<Location> folders = folders(warehouse, name, stage);
        if (folders.isEmpty()) {
            throw new ForbiddenException("Table lies outside of its warehouse: %s", name);
        }
        try {
            var scope = new Scope(RemoteSigner.access(unsigned), folders);
            RemoteSigner.Signed signed = signer.sign(unsigned, scope);
            return Response.json(
                            ImmutableRemoteSignResponse.builder()
                                    .uri(signed.uri())
                                    .headers(signed.headers())
                                    .build())
                    // Iceberg's client keeps for half a minute what it is allowed to.
                    .withHeader("Cache-Control", signed.reusable() ? "private" : "no-store");
        } catch (SigningRefusedException e) {
            if (e.isForbidden()) {
                throw new ForbiddenException(e, "Cannot sign for %s: %s", name, e.getMessage());
            }
            throw HttpException.badRequest(String.valueOf(e.getMessage()));
        }
    }

    /// Those of the table as it is now, or as it is going to be.
    private List<Location> folders(
            Warehouse warehouse, TableIdentifier name, @Nullable String stage) {
        List<Location> staged = access.staged(warehouse, stage);
        try {
            return tables.folders().of(warehouse, tables.load(warehouse, name).recentMetadata());
        } catch (NoSuchTableException e) {
            if (staged.isEmpty()) {
                throw e;
            }
            return staged;
        }
    }
}
