package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.storage.ObjectStore;
import dev.tarn.store.Database;
import dev.tarn.store.Migration;
import dev.tarn.store.Transaction;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// Kills a runner again and again, each time with new rows waiting for it, and looks after each
/// kill whether the tables are what the source is.
///
/// Half of the kills come from outside, at a random moment; the others are the runner's own, at a
/// named point: before or after a file is begun, before or after a transaction of the catalog.
final class KillLoop {
    private static final int EXIT_STATUS = 137;

    /// Where the runner ends itself.
    enum Point {
        BEFORE_UPLOAD,
        AFTER_UPLOAD,
        BEFORE_COMMIT,
        AFTER_COMMIT
    }

    /// What is loaded.
    interface Subject {
        /// Something happens at the source.
        void change(int round, Random random) throws Exception;

        /// @param mode of the job, STREAMING or BATCH
        String job(String mode);

        /// The tables must be what the source is.
        void compare(World world, int round) throws Exception;
    }

    private final Path folder;
    private final Subject subject;
    private final Random random;
    private final Map<Point, Integer> ownKills = new EnumMap<>(Point.class);
    private int kills;

    KillLoop(Path folder, Subject subject, long seed) {
        this.folder = folder;
        this.subject = subject;
        this.random = new Random(seed);
    }

    /// Until so many runners were killed.
    void run(int killsMin) throws Exception {
        int rounds = 0;
        while (kills < killsMin) {
            rounds++;
            assertThat(rounds).as("rounds for %s kills", kills).isLessThan(3 * killsMin + 20);
            subject.change(rounds, random);
            Process runner = start(random.nextBoolean() ? null : point(), 1 + random.nextInt(8));
            awaitStart(runner);
            subject.change(rounds, random);
            if (runner.waitFor(random.nextInt(1_200), TimeUnit.MILLISECONDS)) {
                assertThat(runner.exitValue())
                        .as("runner of round %s", rounds)
                        .isEqualTo(EXIT_STATUS);
            }
            runner.destroyForcibly().waitFor();
            kills++;
            try (var world = new World(folder)) {
                assertThat(world.run(subject.job("BATCH")).message())
                        .as("round %s", rounds)
                        .isEqualTo("finished");
                subject.compare(world, rounds);
            }
        }
    }

    private Point point() {
        Point point = Point.values()[random.nextInt(Point.values().length)];
        ownKills.merge(point, 1, Integer::sum);
        return point;
    }

    /// How often each point was chosen.
    Map<Point, Integer> ownKills() {
        return ownKills;
    }

    private Process start(Point point, int count) throws IOException {
        Path job = Files.writeString(folder.resolve("killed.conf"), subject.job("STREAMING"));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xshare:auto",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KillLoop.class.getName(),
                        folder.toString(),
                        job.toString(),
                        point == null ? "none" : point.name(),
                        Integer.toString(count))
                .redirectError(folder.resolve("killed.err").toFile())
                .start();
    }

    private static void awaitStart(Process runner) throws IOException {
        var out =
                new BufferedReader(
                        new InputStreamReader(runner.getInputStream(), StandardCharsets.UTF_8));
        out.readLine();
    }

    /// The runner that is killed.
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        Point point = arguments[2].equals("none") ? null : Point.valueOf(arguments[2]);
        var halting = new Halting(point, Integer.parseInt(arguments[3]));
        try (var world = new World(folder, halting::rows, halting::bytes)) {
            PipelineRun run =
                    world.pipelines.start(
                            world.job(Files.readString(Path.of(arguments[1]))),
                            Map.of(),
                            RunOptions.DEFAULT,
                            _ -> {});
            System.out.println("started");
            System.err.println(run.await().message());
        }
    }

    /// Ends the process at the n-th call of a kind, without a word to anybody.
    private static final class Halting {
        private final Point point;
        private int left;

        Halting(Point point, int n) {
            this.point = point;
            this.left = n;
        }

        private synchronized void at(Point here) {
            if (here == point && --left == 0) {
                Runtime.getRuntime().halt(EXIT_STATUS);
            }
        }

        Database rows(Database inner) {
            return new Database() {
                @Override
                public <T> T read(Function<Transaction, T> work) {
                    return inner.read(work);
                }

                @Override
                public <T> T write(Function<Transaction, T> work) {
                    at(Point.BEFORE_COMMIT);
                    T result = inner.write(work);
                    at(Point.AFTER_COMMIT);
                    return result;
                }

                @Override
                public void migrate(String component, List<Migration> migrations) {
                    inner.migrate(component, migrations);
                }

                @Override
                public boolean reachable() {
                    return inner.reachable();
                }

                @Override
                public void close() {
                    inner.close();
                }
            };
        }

        ObjectStore bytes(ObjectStore inner) {
            return new WatchedStore(
                    inner, _ -> at(Point.BEFORE_UPLOAD), _ -> at(Point.AFTER_UPLOAD));
        }
    }
}
