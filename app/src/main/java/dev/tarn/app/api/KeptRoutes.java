package dev.tarn.app.api;

import dev.tarn.app.http.HttpException;
import dev.tarn.app.http.Json;
import dev.tarn.app.http.Request;
import dev.tarn.app.http.Response;
import dev.tarn.app.http.Route;
import dev.tarn.pipeline.PastCommit;
import dev.tarn.pipeline.PipelineException;
import dev.tarn.pipeline.Pipelines;
import dev.tarn.pipeline.RunOptions;
import dev.tarn.pipeline.Spent;
import dev.tarn.pipeline.job.JobException;
import dev.tarn.pipeline.keep.Keeper;
import dev.tarn.pipeline.keep.Kept;
import dev.tarn.pipeline.keep.KeptLine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Pipelines that the server keeps running.
public final class KeptRoutes {
    /// Variables whose values are not told again.
    private static final Pattern SECRET =
            Pattern.compile("(?i).*(password|passwd|secret|token|credential|key).*");

    private static final String MASK = "***";

    private static final int POSITIONS = 20;
    private static final int POSITIONS_MAX = 10_000;

    private final Keeper keeper;
    private final Pipelines pipelines;

    /// @param anew whether all is loaded anew, as by `--again`
    /// @param from the commit to go on behind, as by `--from`
    record Begin(boolean anew, @Nullable Long from) {}

    public KeptRoutes(Keeper keeper, Pipelines pipelines) {
        this.keeper = keeper;
        this.pipelines = pipelines;
    }

    public List<Route> routes() {
        return List.of(
                Route.post("/api/pipelines", request -> create(request, false)),
                Route.get("/api/pipelines", this::list),
                Route.get("/api/pipelines/{pipeline}", this::load),
                Route.put("/api/pipelines", request -> create(request, true)),
                Route.delete("/api/pipelines/{pipeline}", this::drop),
                Route.post("/api/pipelines/{pipeline}/start", this::start),
                Route.post("/api/pipelines/{pipeline}/pause", this::pause),
                Route.get("/api/pipelines/{pipeline}/log", this::log),
                Route.get("/api/pipelines/{pipeline}/positions", this::positions));
    }

    private Response create(Request request, boolean replace) {
        PipelineRoutes.Start body = PipelineRoutes.body(request);
        try {
            Kept kept =
                    keeper.create(
                            PipelineRoutes.source(body), PipelineRoutes.variables(body), replace);
            return Response.json(replace ? 200 : 201, json(kept));
        } catch (JobException e) {
            throw HttpException.badRequest(String.valueOf(e.getMessage()));
        } catch (PipelineException e) {
            throw new HttpException(409, "AlreadyExistsException", String.valueOf(e.getMessage()));
        }
    }

    private Response list(Request request) {
        return Response.json(
                Map.of("pipelines", keeper.list().stream().map(KeptRoutes::json).toList()));
    }

    private Response load(Request request) {
        // Without the job's text, which may have passwords.
        return Response.json(json(require(request, keeper.find(name(request)))));
    }

    private static String name(Request request) {
        return request.path("pipeline");
    }

    private static Kept require(Request request, Optional<Kept> kept) {
        return kept.orElseThrow(() ->
                new HttpException(
                        404,
                        "NoSuchPipelineException",
                        "Pipeline does not exist: " + name(request)));
    }

    private Response start(Request request) {
        Begin begin =
                request.body().length == 0
                        ? new Begin(false, null)
                        : Json.read(request.body(), Begin.class);
        try {
            RunOptions options = new RunOptions(begin.anew(), begin.from());
            return Response.json(json(require(request, keeper.run(name(request), options))));
        } catch (PipelineException e) {
            throw HttpException.badRequest(String.valueOf(e.getMessage()));
        }
    }

    private Response pause(Request request) {
        return Response.json(json(require(request, keeper.pause(name(request)))));
    }

    private Response drop(Request request) {
        require(request, keeper.find(name(request)));
        keeper.drop(name(request));
        return Response.noContent();
    }

    private Response log(Request request) {
        require(request, keeper.find(name(request)));
        long after = request.queryNumber("after", 0, Integer.MAX_VALUE).orElse(0);
        List<Map<String, Object>> lines = new ArrayList<>();
        for (KeptLine line : keeper.lines(name(request), after)) {
            SequencedMap<String, Object> json = new LinkedHashMap<>();
            json.put("number", line.number());
            json.put("at", line.at().toString());
            json.put("line", line.text());
            lines.add(json);
        }
        return Response.json(Map.of("lines", lines));
    }

    private Response positions(Request request) {
        int most = request.queryNumber("limit", 1, POSITIONS_MAX).orElse(POSITIONS);
        List<Map<String, Object>> positions = new ArrayList<>();
        for (PastCommit commit : pipelines.past(name(request), most)) {
            SequencedMap<String, Object> json = new LinkedHashMap<>();
            json.put("commit", commit.number());
            json.put("at", commit.at().toString());
            json.put("moved", commit.moved());
            positions.add(json);
        }
        if (positions.isEmpty()) {
            require(request, keeper.find(name(request)));
        }
        return Response.json(Map.of("positions", positions));
    }

    private static SequencedMap<String, Object> json(Kept kept) {
        SequencedMap<String, Object> json = new LinkedHashMap<>();
        json.put("name", kept.name());
        json.put("state", kept.state().name().toLowerCase(Locale.ROOT));
        json.put("message", kept.message());
        json.put("file", kept.file());
        json.put("folder", kept.folder());
        Map<String, String> variables = new TreeMap<>(kept.variables());
        variables.replaceAll((name, value) -> SECRET.matcher(name).matches() ? MASK : value);
        json.put("variables", variables);
        json.put("rows-committed", kept.rows());
        json.put("rows-rejected", kept.rejected());
        json.put("rows-per-second", kept.rowsPerSecond());
        json.put("lag-records", known(kept.lag().records()));
        json.put("lag-bytes", known(kept.lag().bytes()));
        json.put("lag-millis", known(kept.lag().millis()));
        spent(kept.spent(), json);
        json.put("changed", kept.changed().toString());
        json.put("due", kept.due() == null ? null : kept.due().toString());
        return json;
    }

    static void spent(Spent spent, Map<String, Object> json) {
        json.put("read-millis", spent.read());
        json.put("write-millis", spent.write());
        json.put("commit-millis", spent.commit());
        json.put("last-commit-millis", spent.lastCommit());
    }

    /// Of a lag, which is -1 where it is not known.
    static @Nullable Long known(long lag) {
        return lag < 0 ? null : lag;
    }
}
