package dev.tarn.app;

import dev.tarn.app.api.DropRoutes;
import dev.tarn.app.api.KeptRoutes;
import dev.tarn.app.api.PipelineRoutes;
import dev.tarn.app.api.PlatformRoutes;
import dev.tarn.app.api.ProtectionRoutes;
import dev.tarn.app.api.WarehouseRoutes;
import dev.tarn.app.config.Config;
import dev.tarn.app.config.Secret;
import dev.tarn.app.event.EventRoutes;
import dev.tarn.app.health.Check;
import dev.tarn.app.health.Health;
import dev.tarn.app.http.HttpServer;
import dev.tarn.app.http.HttpSettings;
import dev.tarn.app.http.Route;
import dev.tarn.app.http.Routes;
import dev.tarn.app.http.rest.IcebergRest;
import dev.tarn.app.http.rest.Idempotency;
import dev.tarn.app.instance.DataFolder;
import dev.tarn.app.metrics.Metrics;
import dev.tarn.app.metrics.PipelineMetrics;
import dev.tarn.app.webhook.WebhookDelivery;
import dev.tarn.app.webhook.WebhookRoutes;
import dev.tarn.app.webhook.WebhookSettings;
import dev.tarn.app.webhook.Webhooks;
import dev.tarn.catalog.Catalog;
import dev.tarn.catalog.CatalogSettings;
import dev.tarn.engine.trino.Trino;
import dev.tarn.engine.trino.TrinoSettings;
import dev.tarn.engine.trino.TrinoStatus;
import dev.tarn.pipeline.PipelineRun;
import dev.tarn.pipeline.Pipelines;
import dev.tarn.pipeline.Progress;
import dev.tarn.pipeline.keep.Keeper;
import dev.tarn.storage.local.FolderStore;
import dev.tarn.storage.s3.S3Endpoint;
import dev.tarn.storage.s3.S3Keys;
import dev.tarn.store.Database;
import dev.tarn.store.Databases;
import dev.tarn.store.LeasedTask;
import dev.tarn.store.Leases;
import dev.tarn.store.PostgresSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The program: every part is made here, once, from the bottom up, and closed in reverse.
///
///     rows  ─┐
///     bytes ─┴▶ catalog ─▶ pipelines ─▶ HTTP ─▶ SQL
public final class Assembly implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Assembly.class);

    /// Room for the compressed answers of a few hundred tables with a thousand snapshots each.
    private static final long ANSWER_CACHE_BYTES = 32 << 20;

    private static final Duration WATCHER_WRITE_MAX = Duration.ofSeconds(10);
    private static final Duration LEASE_DURATION = Duration.ofSeconds(15);
    private static final Duration TRIM_PAUSE = Duration.ofMinutes(10);

    /// What is open, the last opened first.
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    private final Config config;
    private final DataFolder folder;
    private final String version;
    private final Instant started;

    private final Metrics metrics;
    private final Database database;
    private final Leases leases;
    private final Bytes bytes;
    private final Catalog catalog;
    private final HttpServer server;
    private final @Nullable Trino trino;

    /// Starts everything, and waits for nothing that starts on its own time, as Trino does.
    ///
    /// @param trinoJars null where SQL is off
    @SuppressWarnings("this-escape")
    public Assembly(
            Config config,
            DataFolder folder,
            @Nullable Path trinoJars,
            String version,
            InstantSource clock) {
        this.config = config;
        this.folder = folder;
        this.version = version;
        this.started = clock.instant();
        metrics = opened(new Metrics());
        try {
            database = opened(openDatabase());
            leases = openLeases(clock);
            bytes = openBytes(clock);
            catalog =
                    opened(
                            new Catalog(
                                    database,
                                    bytes.store(),
                                    new CatalogSettings(config.warehouse(), bytes.root())
                                            .withDropRetention(config.catalog().dropRetention()),
                                    clock));

            List<Route> routes = new ArrayList<>();
            routes.addAll(
                    new IcebergRest(
                                    catalog,
                                    bytes.forClients(clock),
                                    metrics,
                                    ANSWER_CACHE_BYTES,
                                    clock)
                            .routes());
            routes.addAll(
                    new Health(
                                    List.of(
                                            Check.database(database),
                                            Check.storage(bytes.store(), bytes.root())),
                                    metrics)
                            .routes());
            routes.addAll(new PlatformRoutes(this).routes());
            routes.addAll(new DropRoutes(catalog, clock).routes());
            routes.addAll(new ProtectionRoutes(catalog).routes());
            routes.addAll(
                    new WarehouseRoutes(
                                    catalog.warehouses(),
                                    bytes.warehouses(),
                                    new Idempotency(catalog.idempotencyKeys()))
                            .routes());
            EventRoutes events = new EventRoutes(catalog.events(), WATCHER_WRITE_MAX);
            routes.addAll(events.routes());
            Webhooks webhooks = new Webhooks(database, clock);
            routes.addAll(new WebhookRoutes(webhooks, catalog.events()).routes());
            Pipelines pipelines =
                    new Pipelines(catalog, database, clock, this::ownAddresses, System.getenv());
            open.push(() -> stop(pipelines));
            routes.addAll(new PipelineRoutes(pipelines, clock).routes());
            Keeper keeper = opened(new Keeper(pipelines, database, leases, clock));
            routes.addAll(new KeptRoutes(keeper, pipelines).routes());
            metrics.beforeReading(new PipelineMetrics(pipelines, metrics.registry())::refresh);
            server =
                    opened(
                            new HttpServer(
                                    HttpSettings.at(config.host(), config.catalog().port()),
                                    new Routes(routes),
                                    metrics));
            server.start();
            opened(events);
            opened(trimEvents(clock));
            opened(
                    new WebhookDelivery(
                            webhooks, catalog.events(), leases, WebhookSettings.STANDARD, clock));
            catalog.drops().start();
            keeper.start();

            trino = trinoJars == null ? null : opened(Trino.start(trinoSettings(trinoJars), clock));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        LOG.info("started address={} data={} version={}", address(), folder.path(), version);
    }

    private LeasedTask trimEvents(InstantSource clock) {
        return LeasedTask.start(
                leases,
                "events trim",
                LEASE_DURATION,
                TRIM_PAUSE,
                lease -> {
                    Instant before = clock.instant().minus(config.events().retention());
                    int trimmed = catalog.events().trim(before);
                    LOG.debug("events trimmed={}", trimmed);
                });
    }

    private <T extends AutoCloseable> T opened(T part) {
        open.push(part);
        return part;
    }

    private Database openDatabase() {
        Config.Postgresql postgresql = config.store().postgresql();
        return postgresql == null
                ? Databases.sqlite(folder.store().resolve("tarn.db"), config.store().fsync())
                : Databases.postgres(
                        new PostgresSettings(
                                postgresql.jdbcUrl(),
                                postgresql.user(),
                                postgresql.password().value(),
                                config.store().connections()));
    }

    private Leases openLeases(InstantSource clock) {
        String replica = UUID.randomUUID().toString();
        return config.store().postgresql() == null
                ? Leases.ofOnlyProcess(database, clock, replica)
                : Leases.ofReplica(database, clock, replica);
    }

    private Bytes openBytes(InstantSource clock) {
        return switch (config.storage().kind()) {
            case BUILTIN -> openBuiltin(clock);
            case S3 ->
                    closedLater(
                            Bytes.another(
                                    config.storage().s3(), config.storage().keyLifetime(), clock));
            case LOCAL -> closedLater(Bytes.ofFolder(config.storage(), config.warehouse()));
        };
    }

    /// Names a job may call this server by.
    private Set<String> ownAddresses() {
        int port = server.port();
        return Set.of("http://localhost:" + port, "http://127.0.0.1:" + port);
    }

    /// Runs under way commit what they have read and end; the next start of the job goes on there.
    private static void stop(Pipelines pipelines) throws InterruptedException {
        List<PipelineRun> running = pipelines.running();
        running.forEach(PipelineRun::cancel);
        for (PipelineRun run : running) {
            Progress end = run.await();
            LOG.info("pipeline={} stopped rows={}", run.pipeline(), end.rowsCommitted());
        }
    }

    private Bytes closedLater(Bytes bytes) {
        opened(bytes.store());
        opened(bytes.vendor());
        return bytes;
    }

    private Bytes openBuiltin(InstantSource clock) {
        FolderStore store =
                opened(
                        FolderStore.open(
                                config.storage().folder(), config.storage().fsync(), clock));
        store.createBucket(config.warehouse());
        S3Keys keys = S3Keys.loadOrCreate(folder.keys().resolve("s3"));
        S3Endpoint endpoint =
                opened(
                        S3Endpoint.start(
                                config.host(),
                                config.storage().port(),
                                store,
                                keys,
                                InstantSource.system(),
                                metrics::storage));
        return Bytes.builtin(store, endpoint, keys, config, clock);
    }

    private TrinoSettings trinoSettings(Path jars) {
        return new TrinoSettings(
                Path.of(System.getProperty("java.home")),
                jars,
                folder.trino(),
                folder.logs().resolve("trino.log"),
                config.sql().port(),
                Math.toIntExact(config.sql().heap() >> 20),
                true,
                URI.create(address()),
                config.warehouse(),
                bytes.forTrino());
    }

    /// Where the catalog and `/api` answer.
    public String address() {
        return "http://%s:%d".formatted(server.host(), server.port());
    }

    public String version() {
        return version;
    }

    public Path data() {
        return folder.path();
    }

    public Connection connection() {
        Bytes.S3Access s3 = bytes.s3();
        return s3 == null
                ? new Connection(address(), config.warehouse(), "", "", false, "", new Secret(""))
                : new Connection(
                        address(),
                        config.warehouse(),
                        s3.endpoint() == null ? "" : s3.endpoint().toString(),
                        s3.region(),
                        s3.pathStyle(),
                        s3.accessKey(),
                        s3.secretKey());
    }

    /// The parts as they are now.
    public List<Part> parts() {
        return List.of(catalogPart(), storagePart(), sqlPart());
    }

    private Part catalogPart() {
        String rows = config.store().postgresql() == null ? "SQLite" : "PostgreSQL";
        return own(
                "catalog",
                address(),
                "Iceberg REST, warehouse %s, rows in %s".formatted(config.warehouse(), rows));
    }

    private Part storagePart() {
        URI endpoint = bytes.s3() == null ? null : bytes.s3().endpoint();
        return switch (config.storage().kind()) {
            case BUILTIN ->
                    own(
                            "storage",
                            String.valueOf(endpoint),
                            "S3, keys in " + folder.keys().resolve("s3"));
            case S3 -> own("storage", String.valueOf(endpoint), "S3 of others, " + bytes.root());
            case LOCAL -> own("storage", bytes.root().toString(), "plain files");
        };
    }

    /// A part that runs in this process.
    private Part own(String name, String address, String message) {
        return new Part(
                name,
                Part.State.RUNNING,
                address,
                ProcessHandle.current().pid(),
                0,
                started,
                message);
    }

    private Part sqlPart() {
        TrinoStatus status = trino == null ? TrinoStatus.disabled(started) : trino.status();
        Part.State state =
                switch (status.state()) {
                    case STARTING -> Part.State.STARTING;
                    case RUNNING -> Part.State.RUNNING;
                    case RESTARTING -> Part.State.RESTARTING;
                    case STOPPED -> Part.State.STOPPED;
                    case DISABLED -> Part.State.OFF;
                };
        URI uri = status.uri();
        return new Part(
                "sql",
                state,
                uri == null ? null : uri.toString(),
                status.pid(),
                status.restarts(),
                status.since(),
                status.message());
    }

    /// Closes what is open, the last opened first. What cannot be closed does not keep the rest
    /// open.
    @Override
    public void close() {
        while (!open.isEmpty()) {
            AutoCloseable part = open.pop();
            try {
                part.close();
            } catch (Exception e) {
                LOG.error("close part={} not possible", part.getClass().getSimpleName(), e);
            }
        }
    }
}
