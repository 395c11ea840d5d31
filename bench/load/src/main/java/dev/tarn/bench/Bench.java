package dev.tarn.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The program behind `bench/run`.
final class Bench {
    private static final int BYTES_PER_SNAPSHOT = 900;

    /// A JVM that has just started compiles what all operations share: the first warms up longer.
    private static final int FIRST_WARMUP = 4;

    private final Options options;
    private final Report report = new Report();
    private boolean warm;

    private Bench(Options options) {
        this.options = options;
    }

    public static void main(String[] words) throws IOException, InterruptedException {
        Options options;
        if (Stream.of(words).anyMatch(word -> word.equals("--help") || word.equals("-h"))) {
            System.out.println(Options.USAGE);
            return;
        }
        try {
            options = Options.parse(words);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n\n" + Options.USAGE);
            System.exit(2);
            return;
        }
        Path folder =
                options.folder == null
                        ? Files.createTempDirectory("tarn-bench")
                        : Files.createTempDirectory(options.folder, "tarn-bench");
        boolean done = false;
        try {
            new Bench(options).run(folder);
            done = true;
        } finally {
            if (options.keep || !done) {
                System.err.println("Data and logs of the servers: " + folder);
            } else {
                delete(folder);
            }
        }
    }

    private void run(Path folder) throws IOException, InterruptedException {
        Map<String, Object> about = about();
        List<Target> targets = new ArrayList<>();
        try (Children children = new Children(folder)) {
            start(children, targets);
            String run = Long.toString(System.currentTimeMillis(), 36);
            List<Catalog> catalogs = new ArrayList<>();
            for (Target target : targets) {
                catalogs.add(new Catalog(target, run));
            }
            System.out.println("%s%n".formatted(about));
            if (options.steady > 0) {
                for (Catalog catalog : catalogs) {
                    report.steady(new Steady(catalog, options).run());
                }
                return;
            }
            report.head();
            for (Workload workload : Workload.all(options.connections, options.full)) {
                if (wanted(workload)) {
                    measure(workload, catalogs);
                }
            }
        } finally {
            about.put("loadAverageAfter", loadAverage());
            report.write(options.out, about);
        }
        System.out.println(
                "%nLoad average %s before, %s after; JSON in %s"
                        .formatted(
                                about.get("loadAverage"),
                                about.get("loadAverageAfter"),
                                options.out));
    }

    private void start(Children children, List<Target> targets)
            throws IOException, InterruptedException {
        Servers servers = new Servers(options.root, children, options.heap);
        for (String store : options.stores) {
            targets.add(servers.tarn(store));
        }
        if (options.url != null) {
            targets.add(
                    new Target(
                            options.url,
                            URI.create(options.url),
                            options.warehouse,
                            options.token,
                            List.of()));
        }
        for (String peer : options.peers) {
            targets.add(servers.peer(peer));
        }
    }

    private boolean wanted(Workload workload) {
        return (options.only.isEmpty()
                        || options.only.stream().anyMatch(workload.name()::startsWith))
                && (options.snapshots.isEmpty()
                        || workload.snapshots() == 0
                        || options.snapshots.contains(workload.snapshots()));
    }

    /// Warms all targets up, then loads them in turns, so that what else the machine does meets
    /// all.
    private void measure(Workload workload, List<Catalog> catalogs)
            throws IOException, InterruptedException {
        List<Catalog> able = new ArrayList<>();
        List<Workload.Prepared> prepared = new ArrayList<>();
        for (Catalog catalog : catalogs) {
            Workload.Prepared one;
            try {
                one = workload.preparation().prepare(catalog);
            } catch (IOException e) {
                System.err.println("%s: %s".formatted(workload.name(), e.getMessage()));
                one = null;
            }
            if (one == null) {
                report.notSupported(workload, catalog.target());
            } else {
                able.add(catalog);
                prepared.add(one);
            }
        }
        int most =
                workload.writes()
                        ? (int)
                                Math.max(
                                        100,
                                        options.writtenMax
                                                / options.rounds
                                                / (16_384L
                                                        + (long) workload.snapshots()
                                                                * BYTES_PER_SNAPSHOT))
                        : Integer.MAX_VALUE;
        Load.Result[] results = new Load.Result[able.size()];
        int[][] counts = new int[able.size()][workload.connections()];
        for (int round = 0; round <= options.rounds; round++) {
            double warmup = options.warmup * (warm ? 1 : FIRST_WARMUP);
            double seconds = round == 0 ? warmup : options.seconds / options.rounds;
            for (int i = 0; i < able.size(); i++) {
                Load.Result result =
                        Load.run(
                                able.get(i).target(),
                                prepared.get(i).step(),
                                counts[i],
                                seconds,
                                most);
                if (round > 0) {
                    results[i] = results[i] == null ? result : results[i].plus(result);
                }
            }
        }
        warm |= !able.isEmpty();
        for (int i = 0; i < able.size(); i++) {
            report.row(
                    workload,
                    able.get(i).target(),
                    i,
                    results[i],
                    prepared.get(i).check().problems());
        }
    }

    private Map<String, Object> about() throws IOException {
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("at", Instant.now().toString());
        about.put("processors", Runtime.getRuntime().availableProcessors());
        about.put("java", Runtime.version().toString());
        about.put("heap", options.heap);
        about.put("seconds", options.seconds);
        about.put("rounds", options.rounds);
        about.put("loadAverage", loadAverage());
        return about;
    }

    private static String loadAverage() throws IOException {
        Path file = Path.of("/proc/loadavg");
        return Files.exists(file) ? Files.readString(file).split(" ")[0] : "?";
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
