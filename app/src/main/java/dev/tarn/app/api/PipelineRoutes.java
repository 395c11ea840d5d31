package dev.tarn.app.api;

import dev.tarn.app.http.HttpException;
import dev.tarn.app.http.Json;
import dev.tarn.app.http.Request;
import dev.tarn.app.http.Response;
import dev.tarn.app.http.Route;
import dev.tarn.pipeline.PipelineException;
import dev.tarn.pipeline.PipelineRun;
import dev.tarn.pipeline.Pipelines;
import dev.tarn.pipeline.Progress;
import dev.tarn.pipeline.RunOptions;
import dev.tarn.pipeline.job.JobException;
import dev.tarn.pipeline.job.JobSource;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Runs of pipelines: start one, look how far it is, cancel it. Ended ones are remembered for a
/// while, by this process only.
public final class PipelineRoutes {
    private static final int REMEMBERED_MAX = 200;
    private static final String JSON = "application/json";

    private final Pipelines pipelines;
    private final InstantSource clock;

    /// By id, the oldest first.
    private final SequencedMap<String, Run> runs = new LinkedHashMap<>();

    private static final class Run {
        private final String id = UUID.randomUUID().toString();
        private final RunOutput output = new RunOutput();
        private final PipelineRun run;
        private final Instant started;
        private @Nullable Instant ended;

        Run(Starter starter, Instant started) {
            this.started = started;
            this.run = starter.start(output);
        }
    }

    private interface Starter {
        PipelineRun start(RunOutput output);
    }

    /// The body of a start.
    ///
    /// @param file the job file's path, which names the pipeline if the job does not
    /// @param folder what relative paths in the job are relative to
    record Start(
            @Nullable String job,
            @Nullable String file,
            @Nullable String folder,
            @Nullable Map<String, String> variables,
            boolean again,
            @Nullable Long from) {}

    public PipelineRoutes(Pipelines pipelines, InstantSource clock) {
        this.pipelines = pipelines;
        this.clock = clock;
    }

    public List<Route> routes() {
        return List.of(
                Route.post("/api/pipelines/check", this::check),
                Route.post("/api/pipelines/runs", this::start),
                Route.get("/api/pipelines/runs", this::list),
                Route.get("/api/pipelines/runs/{run}", this::load),
                Route.delete("/api/pipelines/runs/{run}", this::cancel));
    }

    private Response check(Request request) {
        Start start = body(request);
        try {
            return Response.json(pipelines.check(source(start), variables(start)));
        } catch (JobException e) {
            throw HttpException.badRequest(String.valueOf(e.getMessage()));
        }
    }

    static Start body(Request request) {
        // Pages of other sites can send text, but not this type, without being asked first.
        if (request.header("Content-Type").filter(type -> type.startsWith(JSON)).isEmpty()) {
            throw new HttpException(
                    415, "UnsupportedMediaTypeException", "Content-Type must be " + JSON);
        }
        return Json.read(request.body(), Start.class);
    }

    static Map<String, String> variables(Start start) {
        return start.variables() == null ? Map.of() : start.variables();
    }

    private Response start(Request request) {
        Start start = body(request);
        JobSource job = source(start);
        Map<String, String> variables = variables(start);
        try {
            Run run =
                    new Run(
                            output ->
                                    pipelines.start(
                                            job,
                                            variables,
                                            new RunOptions(start.again(), start.from()),
                                            output),
                            clock.instant());
            remember(run);
            return Response.json(201, json(run, 0));
        } catch (JobException e) {
            throw HttpException.badRequest(String.valueOf(e.getMessage()));
        } catch (PipelineException e) {
            throw new HttpException(409, "AlreadyRunningException", String.valueOf(e.getMessage()));
        }
    }

    static JobSource source(Start start) {
        if (start.job() == null || start.file() == null || start.folder() == null) {
            throw HttpException.badRequest("Body must have job, file and folder");
        }
        Path folder = Path.of(start.folder());
        if (!folder.isAbsolute()) {
            throw HttpException.badRequest("folder must be absolute, found: " + folder);
        }
        return new JobSource(start.job(), start.file(), folder);
    }

    private Response list(Request request) {
        SequencedMap<String, Object> body = new LinkedHashMap<>();
        synchronized (runs) {
            body.put(
                    "runs",
                    runs.sequencedValues().reversed().stream()
                            .map(run -> json(run, run.output.first()))
                            .toList());
        }
        return Response.json(body);
    }

    private Response load(Request request) {
        long from = request.queryNumber("output-from", 0, Integer.MAX_VALUE).orElse(0);
        return Response.json(json(require(request), from));
    }

    private Response cancel(Request request) {
        Run run = require(request);
        run.run.cancel();
        return Response.json(json(run, run.output.first()));
    }

    private Run require(Request request) {
        String id = request.path("run");
        synchronized (runs) {
            Run run = runs.get(id);
            if (run == null) {
                throw new HttpException(404, "NoSuchRunException", "Run does not exist: " + id);
            }
            return run;
        }
    }

    private void remember(Run run) {
        synchronized (runs) {
            runs.put(run.id, run);
            while (runs.size() > REMEMBERED_MAX
                    && runs.firstEntry().getValue().run.progress().ended()) {
                runs.pollFirstEntry();
            }
        }
    }

    private SequencedMap<String, Object> json(Run run, long outputFrom) {
        Progress progress = run.run.progress();
        synchronized (run) {
            if (progress.ended() && run.ended == null) {
                run.ended = clock.instant();
            }
        }
        Instant until = run.ended == null ? clock.instant() : run.ended;
        SequencedMap<String, Object> json = new LinkedHashMap<>();
        json.put("id", run.id);
        json.put("name", progress.pipeline());
        json.put("state", progress.state().name().toLowerCase(Locale.ROOT));
        json.put("message", progress.message());
        json.put("started", run.started.toString());
        json.put("seconds", Duration.between(run.started, until).toMillis() / 1e3);
        json.put("rows", progress.rows());
        json.put("rows-committed", progress.rowsCommitted());
        json.put("rows-rejected", progress.rejected());
        json.put("rows-per-second", progress.rowsPerSecond());
        json.put("bytes", progress.bytesRead());
        json.put("bytes-total", progress.bytesTotal());
        json.put("files-done", progress.filesDone());
        json.put("files-skipped", progress.filesSkipped());
        json.put("files-total", progress.filesTotal());
        json.put("snapshots", progress.snapshots());
        json.put("files-merged", progress.filesMerged());
        json.put("lag-records", KeptRoutes.known(progress.lag().records()));
        json.put("lag-bytes", KeptRoutes.known(progress.lag().bytes()));
        json.put("lag-millis", KeptRoutes.known(progress.lag().millis()));
        KeptRoutes.spent(progress.spent(), json);
        json.put("tables", progress.tables());
        json.put("notes", progress.notes());
        List<String> output = run.output.from(outputFrom);
        json.put("output-from", run.output.first());
        json.put("output", output);
        return json;
    }
}
