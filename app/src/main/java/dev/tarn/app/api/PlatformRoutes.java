package dev.tarn.app.api;

import dev.tarn.app.Assembly;
import dev.tarn.app.Connection;
import dev.tarn.app.Part;
import dev.tarn.app.http.Request;
import dev.tarn.app.http.Response;
import dev.tarn.app.http.Route;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// What runs, and how to connect to it.
public final class PlatformRoutes {
    private final Assembly assembly;

    public PlatformRoutes(Assembly assembly) {
        this.assembly = assembly;
    }

    public List<Route> routes() {
        return List.of(
                Route.get("/api/status", this::status),
                Route.get("/api/connection", this::connection));
    }

    private Response status(Request request) {
        SequencedMap<String, Object> status = new LinkedHashMap<>();
        status.put("version", assembly.version());
        status.put("data", assembly.data().toString());
        status.put("pid", ProcessHandle.current().pid());
        status.put("parts", assembly.parts().stream().map(PlatformRoutes::part).toList());
        return Response.json(status);
    }

    private static SequencedMap<String, @Nullable Object> part(Part part) {
        SequencedMap<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("name", part.name());
        json.put("state", part.state().name().toLowerCase(Locale.ROOT));
        json.put("address", part.address());
        json.put("pid", part.pid());
        json.put("restarts", part.restarts());
        json.put("since", part.since().toString());
        json.put("message", part.message());
        return json;
    }

    /// The placeholders of `examples/connect` and what stands for them here. The keys are those of
    /// the whole storage; the server answers loopback only.
    private Response connection(Request request) {
        Connection connection = assembly.connection();
        SequencedMap<String, String> json = new LinkedHashMap<>();
        json.put("CATALOG_URI", connection.catalog());
        json.put("WAREHOUSE", connection.warehouse());
        json.put("S3_ENDPOINT", connection.storageEndpoint());
        json.put("S3_HOST", connection.storageEndpoint().replaceFirst("^https?://", ""));
        json.put("S3_REGION", connection.region());
        json.put("S3_ACCESS_KEY", connection.accessKey());
        json.put("S3_SECRET_KEY", connection.secretKey().value());
        return Response.json(json).withHeader("Cache-Control", "no-store");
    }
}
