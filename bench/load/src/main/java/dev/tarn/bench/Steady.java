package dev.tarn.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// A fixed number of mixed requests a second, as from many engines at once.
///
/// An open loop: request number i is due at i / rate whether the ones before have been answered or
/// not, and its latency counts from when it was due. A server that stalls is not asked less, and
/// who waits behind it is counted.
///
/// Of a hundred requests 55 load a table of 100 snapshots, 15 ask whether it changed, 10 whether it
/// exists, 5 list 64 tables, 5 ask for the configuration and 10 commit a property.
final class Steady {
    private static final int WORKERS = 48;
    private static final int TABLES = 64;
    private static final int SNAPSHOTS = 100;
    private static final String GZIP = "Accept-Encoding: gzip\r\n";

    /// One minute, or what there is of it.
    ///
    /// @param nanos latencies of the requests that went well, sorted
    /// @param cpuShare of one processor, of the server; NaN if unknown
    /// @param residentBytes of the server at the end; -1 if unknown
    record Minute(
            String target,
            int number,
            double seconds,
            long[] nanos,
            long conflicts,
            long serverErrors,
            long otherErrors,
            double cpuShare,
            long residentBytes) {
        double millis(double share) {
            return nanos.length == 0
                    ? Double.NaN
                    : nanos[(int) Math.min(nanos.length - 1, nanos.length * share)] / 1e6;
        }
    }

    private final Catalog catalog;
    private final double rate;
    private final double minutes;
    private final AtomicLong next = new AtomicLong();

    private byte[] config;
    private byte[] list;
    private final byte[][] loads = new byte[TABLES][];
    private final byte[][] unchanged = new byte[TABLES][];
    private final byte[][] exists = new byte[TABLES][];
    private final String[] paths = new String[TABLES];
    private final String[] ids = new String[TABLES];

    Steady(Catalog catalog, Options options) {
        this.catalog = catalog;
        this.rate = options.steady;
        this.minutes = options.minutes;
    }

    List<Minute> run() throws IOException, InterruptedException {
        prepare();
        warmUp();
        List<Minute> all = new ArrayList<>();
        double left = minutes * 60;
        long begin = System.nanoTime();
        next.set(0);
        for (int number = 1; left > 0; number++) {
            double seconds = Math.min(60, left);
            all.add(minute(number, seconds, begin));
            left -= seconds;
        }
        return all;
    }

    private void prepare() throws IOException {
        String namespace = catalog.tables("steady", TABLES, SNAPSHOTS);
        config = catalog.request("GET", catalog.configPath(), "", null);
        list =
                catalog.request(
                        "GET", catalog.path("namespaces/" + namespace + "/tables"), GZIP, null);
        try (Connection connection = new Connection(catalog.target().address())) {
            for (int i = 0; i < TABLES; i++) {
                paths[i] = catalog.tablePath(namespace, "t" + i);
                ids[i] =
                        catalog.load(namespace, "t" + i)
                                .path("metadata")
                                .path("table-uuid")
                                .asText();
                loads[i] = catalog.request("GET", paths[i], GZIP, null);
                exists[i] = catalog.request("HEAD", paths[i], "", null);
                connection.send(loads[i]);
                String etag = connection.etag();
                unchanged[i] =
                        etag == null
                                ? loads[i]
                                : catalog.request(
                                        "GET",
                                        paths[i],
                                        GZIP + "If-None-Match: " + etag + "\r\n",
                                        null);
            }
        }
    }

    /// Ten seconds that are not counted: a JVM that has just started compiles.
    private void warmUp() throws IOException, InterruptedException {
        minute(0, 10, System.nanoTime());
    }

    private Minute minute(int number, double seconds, long begin)
            throws IOException, InterruptedException {
        Target target = catalog.target();
        long cpu = Processes.cpuMicros(target.processes());
        long first = next.get();
        long last = first + Math.round(rate * seconds);
        long from = System.nanoTime();
        long[][] latencies = new long[WORKERS][];
        AtomicLong conflicts = new AtomicLong();
        AtomicLong serverErrors = new AtomicLong();
        AtomicLong otherErrors = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int w = 0; w < WORKERS; w++) {
            int worker = w;
            threads.add(
                    new Thread(
                            () -> {
                                long[] mine = new long[4096];
                                int good = 0;
                                try (Connection connection = new Connection(target.address())) {
                                    for (long i = take(last); i >= 0; i = take(last)) {
                                        long due = begin + (long) (i / rate * 1e9);
                                        waitUntil(due);
                                        int status = send(connection, i);
                                        long nanos = System.nanoTime() - due;
                                        if (status >= 200 && status < 400) {
                                            if (good == mine.length) {
                                                mine = Arrays.copyOf(mine, good * 2);
                                            }
                                            mine[good++] = nanos;
                                        } else if (status == 409) {
                                            conflicts.incrementAndGet();
                                        } else if (status >= 500) {
                                            serverErrors.incrementAndGet();
                                        } else {
                                            otherErrors.incrementAndGet();
                                        }
                                    }
                                } catch (IOException e) {
                                    otherErrors.incrementAndGet();
                                }
                                latencies[worker] = Arrays.copyOf(mine, good);
                            },
                            "steady-" + w));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        double took = (System.nanoTime() - from) / 1e9;
        long cpuAfter = Processes.cpuMicros(target.processes());
        return new Minute(
                target.name(),
                number,
                took,
                Arrays.stream(latencies).flatMapToLong(Arrays::stream).sorted().toArray(),
                conflicts.get(),
                serverErrors.get(),
                otherErrors.get(),
                cpu < 0 ? Double.NaN : (cpuAfter - cpu) / 1e6 / took,
                Processes.residentBytes(target.processes()));
    }

    /// The number of the next request, -1 if there is none before `last`.
    private long take(long last) {
        long taken = next.getAndUpdate(i -> i < last ? i + 1 : i);
        return taken < last ? taken : -1;
    }

    private static void waitUntil(long due) {
        // Ends: time goes on.
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private int send(Connection connection, long number) {
        int table = (int) (mixed(number) % TABLES);
        int kind = (int) (mixed(~number) % 100);
        try {
            if (kind < 55) {
                return connection.send(loads[table]);
            } else if (kind < 70) {
                return connection.send(unchanged[table]);
            } else if (kind < 80) {
                return connection.send(exists[table]);
            } else if (kind < 85) {
                return connection.send(list);
            } else if (kind < 90) {
                return connection.send(config);
            }
            return connection.send(
                    catalog.request(
                            "POST",
                            paths[table],
                            GZIP,
                            Workload.commit(ids[table], "steady", Long.toString(number))));
        } catch (IOException e) {
            return 0;
        }
    }

    private static long mixed(long number) {
        long mixed = (number + 1) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 29)) * 0xBF58476D1CE4E5B9L;
        return (mixed ^ (mixed >>> 32)) & Long.MAX_VALUE;
    }
}
