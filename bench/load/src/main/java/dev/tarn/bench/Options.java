package dev.tarn.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What was asked for on the command line.
final class Options {
    static final String USAGE =
            """
            bench/run [options]: load REST catalogs and measure what a request costs them.

              --store sqlite|sqlite-unsynced|postgres|postgres-s3
                                        Tarn on SQLite and its own storage, the same without fsync, on
                                        PostgreSQL, on PostgreSQL and MinIO; may be repeated; the default is
                                        sqlite
              --peer iceberg-fixture|iceberg-fixture-s3|nessie
                                        Iceberg's own REST server on SQLite and files, on PostgreSQL and MinIO,
                                        Nessie on RocksDB and MinIO; beside Tarn, may be repeated
              --url URL                 a REST catalog that runs already (without /v1); no Tarn unless --store
              --warehouse W             the warehouse to ask it for
              --token T                 its bearer token; better in the environment, BENCH_TOKEN
              --no-tarn                 peers only
              --only A,B                operations whose name begins so, such as load,commit-64
              --snapshots N,M           those histories only
              --seconds S               measured for each operation and target (10)
              --rounds R                turns these are split into, targets taking turns (3)
              --warmup S                seconds before the first turn (2)
              --connections N           of each load (16)
              --steady R                instead of all this: R requests a second, mixed, in an open loop
              --minutes M               of --steady (10)
              --full                    also 9,000 snapshots, 10,000 tables, 100,000 namespaces
              --heap SIZE               of each server started (512m)
              --folder DIR              where the servers keep their data (the temporary folder)
              --files GB                what one operation may write, were all of it plain text (4)
              --out FILE                where the JSON goes (bench/load/target/results.json)
              --keep                    leave the servers' folder, with their logs, in place\
            """;

    Path root = Path.of(".");
    final List<String> stores = new ArrayList<>();
    final List<String> peers = new ArrayList<>();
    String url;
    String warehouse;
    String token = System.getenv("BENCH_TOKEN");
    List<String> only = List.of();
    List<Integer> snapshots = List.of();
    double seconds = 10;
    int rounds = 3;
    double warmup = 2;
    int connections = 16;
    double steady;
    double minutes = 10;
    boolean full;
    boolean keep;
    Path folder;

    /// In bytes. A write leaves a file behind, most often.
    long writtenMax = 4L << 30;

    String heap = "512m";
    Path out;

    private boolean tarn = true;

    /// Throws IllegalArgumentException with what is wrong.
    static Options parse(String[] words) {
        Options options = new Options();
        for (int i = 0; i < words.length; i++) {
            String word = words[i];
            String value = null;
            int equals = word.indexOf('=');
            if (equals > 0) {
                value = word.substring(equals + 1);
                word = word.substring(0, equals);
            } else if (!List.of("--full", "--keep", "--no-tarn").contains(word)) {
                if (i + 1 == words.length) {
                    throw new IllegalArgumentException("not an option, or without value: " + word);
                }
                value = words[++i];
            }
            options.set(word, value);
        }
        if (options.tarn && options.stores.isEmpty() && options.url == null) {
            options.stores.add("sqlite");
        }
        if (options.out == null) {
            options.out = options.root.resolve("bench/load/target/results.json");
        }
        if (options.stores.isEmpty() && options.peers.isEmpty() && options.url == null) {
            throw new IllegalArgumentException("nothing to measure");
        }
        return options;
    }

    private void set(String option, String value) {
        switch (option) {
            case "--root" -> root = Path.of(value);
            case "--store" -> stores.add(oneOf(option, value, Servers.STORES));
            case "--peer" -> peers.add(oneOf(option, value, Servers.PEERS));
            case "--url" -> {
                if (!value.startsWith("http://")) {
                    throw new IllegalArgumentException("--url: expected http://…, found " + value);
                }
                url = value;
            }
            case "--warehouse" -> warehouse = value;
            case "--token" -> token = value;
            case "--no-tarn" -> tarn = false;
            case "--only" -> only = List.of(value.split(","));
            case "--snapshots" ->
                    snapshots = List.of(value.split(",")).stream().map(Integer::valueOf).toList();
            case "--seconds" -> seconds = within(option, value, 0.1, 600);
            case "--rounds" -> rounds = (int) within(option, value, 1, 100);
            case "--warmup" -> warmup = within(option, value, 0, 600);
            case "--connections" -> connections = (int) within(option, value, 1, 256);
            case "--steady" -> steady = within(option, value, 1, 100_000);
            case "--minutes" -> minutes = within(option, value, 0.1, 24 * 60);
            case "--full" -> full = true;
            case "--keep" -> keep = true;
            case "--folder" -> folder = Path.of(value);
            case "--files" -> writtenMax = (long) within(option, value, 1, 1_000) << 30;
            case "--heap" -> heap = value;
            case "--out" -> out = Path.of(value);
            default -> throw new IllegalArgumentException("not an option: " + option);
        }
    }

    private static String oneOf(String option, String value, String... values) {
        if (!List.of(values).contains(value)) {
            throw new IllegalArgumentException(
                    "%s: expected %s, found %s"
                            .formatted(option, String.join(" or ", values), value));
        }
        return value;
    }

    private static double within(String option, String value, double least, double most) {
        double number = Double.parseDouble(value);
        if (!(number >= least && number <= most)) {
            throw new IllegalArgumentException(
                    "%s: expected %s to %s, found %s".formatted(option, least, most, value));
        }
        return number;
    }
}
