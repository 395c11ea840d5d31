package dev.tarn.app.cli;

import dev.tarn.pipeline.cluster.Cluster;
import dev.tarn.pipeline.cluster.ClusterException;
import dev.tarn.pipeline.cluster.ClusterJob;
import dev.tarn.pipeline.cluster.ClusterStatus;
import dev.tarn.pipeline.job.JobException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Job files on a SeaTunnel cluster. No Tarn has to run for them.
final class ClusterCommands {
    private static final int UNREACHABLE = 3;

    private ClusterCommands() {}

    /// Which cluster.
    static final class ClusterOption {
        @Option(
                names = "--cluster",
                paramLabel = "URL",
                required = true,
                description =
                        "The REST API of a SeaTunnel cluster: http://HOST:8080 (2.3.9 and newer) or"
                                + " http://HOST:5801 (2.3.8).")
        private String address = "";

        private Cluster connect() {
            URI uri = uriOrNull();
            if (uri == null
                    || uri.getHost() == null
                    || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                throw new CommandException(
                        "--cluster: expected a URL such as http://127.0.0.1:5801, found "
                                + address);
            }
            return asked(() -> Cluster.connect(uri));
        }

        private @Nullable URI uriOrNull() {
            try {
                return new URI(address);
            } catch (URISyntaxException e) {
                return null;
            }
        }
    }

    /// The number of a job.
    private static String number(String what, String word) {
        if (!word.matches("\\d{1,18}|[1-8]\\d{18}")) {
            throw new CommandException(
                    "%s: expected the number that 'tarn pipeline submit' told, found %s"
                            .formatted(what, word));
        }
        return word;
    }

    private static <T> T asked(Supplier<T> question) {
        try {
            return question.get();
        } catch (ClusterException e) {
            throw new CommandException(
                    e.isUnreachable() ? UNREACHABLE : 1, String.valueOf(e.getMessage()), e);
        }
    }

    private static String line(ClusterStatus job) {
        return "%s: %s, job %s"
                .formatted(job.name(), job.state().toLowerCase(Locale.ROOT), job.id());
    }

    @Command(
            name = "submit",
            description = "Run a job file on a SeaTunnel cluster and show how far it is.",
            footer = {
                "",
                "Variables are replaced here, from -i and the environment. Ctrl-C leaves the job"
                        + " running.",
                "Exit codes: 0 finished or left running, 1 refused or broken, 3 no cluster answers."
            })
    static final class SubmitCommand implements Callable<Integer> {
        private static final Duration LOOK = Duration.ofSeconds(1);

        private final Surroundings surroundings;

        @Mixin private ClusterOption cluster;

        @Mixin private JobOptions job;

        @Option(
                names = "--restore",
                paramLabel = "JOB",
                description = "Go on from the last savepoint of this job, whose id it keeps.")
        private @Nullable String restore;

        @Option(names = "--detach", description = "Do not wait for its end.")
        private boolean detach;

        SubmitCommand(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public Integer call() {
            String from = restore == null ? null : number("--restore", restore);
            ClusterJob prepared = prepared();
            Cluster target = cluster.connect();
            String id = asked(() -> target.submit(prepared, from));
            surroundings
                    .out()
                    .println(
                            "%s: submitted to SeaTunnel %s, job %s"
                                    .formatted(prepared.name(), target.version(), id));
            surroundings.out().flush();
            return detach ? leave(id) : follow(target, id);
        }

        private ClusterJob prepared() {
            try {
                return ClusterJob.of(
                        job.source(surroundings), job.variables(), surroundings.environment());
            } catch (JobException e) {
                throw new CommandException(String.valueOf(e.getMessage()), e);
            }
        }

        private int leave(String id) {
            surroundings
                    .out()
                    .println(
                            "It goes on there; 'tarn pipeline stop --cluster %s %s' stops it"
                                    .formatted(cluster.address, id));
            return 0;
        }

        /// On a terminal a line that moves, elsewhere one each time something changed.
        private int follow(Cluster target, String id) {
            StopSignal stop = StopSignal.listen();
            var moving = new ProgressLine(surroundings);
            String told = "";
            // Ends with the job, or at Ctrl-C.
            while (true) {
                ClusterStatus status = asked(() -> target.status(id));
                String now =
                        "%s  %,d rows read, %,d written, %,.0f rows/s"
                                .formatted(
                                        line(status),
                                        status.rowsRead(),
                                        status.rowsWritten(),
                                        status.rowsPerSecond());
                if (status.hasEnded()) {
                    moving.clear();
                    surroundings.out().println(now);
                    if (!status.isGood() && !status.message().isEmpty()) {
                        surroundings.err().println("tarn: " + status.message());
                    }
                    return status.isGood() ? 0 : 1;
                }
                moving.show(now);
                if (!surroundings.terminal() && !now.equals(told)) {
                    surroundings.out().println(now);
                    surroundings.out().flush();
                }
                told = now;
                if (stop.await(LOOK)) {
                    moving.clear();
                    return leave(id);
                }
            }
        }
    }

    @Command(
            name = "stop",
            description = "Stop a job on a SeaTunnel cluster, with a savepoint.",
            footer = {
                "",
                "'tarn pipeline submit --restore JOB FILE' goes on from the savepoint.",
                "Exit codes: 0 stopped, 1 it cannot be, 3 no cluster answers."
            })
    static final class StopCommand implements Callable<Integer> {
        private static final Duration WAIT_MAX = Duration.ofMinutes(2);
        private static final Duration LOOK = Duration.ofMillis(200);

        private final Surroundings surroundings;

        @Mixin private ClusterOption cluster;

        @Parameters(paramLabel = "JOB", description = "The id that 'pipeline submit' told.")
        private String job = "";

        @Option(
                names = "--without-savepoint",
                description = "Cancel it; what it read since its last checkpoint is given up.")
        private boolean withoutSavepoint;

        StopCommand(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public Integer call() {
            String id = number("JOB", job);
            Cluster target = cluster.connect();
            asked(() -> {
                target.stop(id, !withoutSavepoint);
                return id;
            });
            StopSignal stop = StopSignal.listen();
            Instant until = Instant.now().plus(WAIT_MAX);
            ClusterStatus status = asked(() -> target.status(id));
            while (!status.hasEnded() && Instant.now().isBefore(until) && !stop.await(LOOK)) {
                status = asked(() -> target.status(id));
            }
            surroundings.out().println(line(status));
            boolean stopped =
                    status.state().equals(withoutSavepoint ? "CANCELED" : "SAVEPOINT_DONE");
            return stopped ? 0 : 1;
        }
    }
}
