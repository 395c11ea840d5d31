package dev.tarn.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// Some seconds of one kind of request from some connections, and what came of it.
final class Load {
    /// A worker that only fails stops; so does one that has asked this often.
    private static final int ERRORS_MAX = 200;

    private static final int REQUESTS_MAX = 2_000_000;

    /// One worker's next request, sent and judged.
    interface Step {
        /// Sends request number `count` of worker `worker`; the status, 0 if the answer was wrong.
        int send(Connection connection, int worker, int count) throws IOException;
    }

    /// @param nanos latencies of the requests that went well
    /// @param cpuMicros of the server, -1 if unknown
    record Result(
            long[] nanos,
            double seconds,
            long cpuMicros,
            long conflicts,
            long serverErrors,
            long otherErrors) {
        long requests() {
            return nanos.length + conflicts + serverErrors + otherErrors;
        }

        double perSecond() {
            return nanos.length / seconds;
        }

        double cpuPerRequest() {
            return cpuMicros < 0 || requests() == 0 ? Double.NaN : (double) cpuMicros / requests();
        }

        /// Latency that this share of the requests kept below, in milliseconds.
        double millis(double share) {
            if (nanos.length == 0) {
                return Double.NaN;
            }
            return nanos[(int) Math.min(nanos.length - 1, nanos.length * share)] / 1e6;
        }

        Result plus(Result other) {
            long[] all = Arrays.copyOf(nanos, nanos.length + other.nanos.length);
            System.arraycopy(other.nanos, 0, all, nanos.length, other.nanos.length);
            Arrays.sort(all);
            return new Result(
                    all,
                    seconds + other.seconds,
                    cpuMicros < 0 ? -1 : cpuMicros + other.cpuMicros,
                    conflicts + other.conflicts,
                    serverErrors + other.serverErrors,
                    otherErrors + other.otherErrors);
        }
    }

    private Load() {}

    /// @param counts how many requests each worker has sent before; moved on
    static Result run(Target target, Step step, int[] counts, double seconds, int requestsMax)
            throws IOException, InterruptedException {
        int workers = counts.length;
        List<Thread> threads = new ArrayList<>();
        long[][] latencies = new long[workers][];
        AtomicLong conflicts = new AtomicLong();
        AtomicLong serverErrors = new AtomicLong();
        AtomicLong otherErrors = new AtomicLong();
        long cpu = Processes.cpuMicros(target.processes());
        long begin = System.nanoTime();
        long end = begin + (long) (seconds * 1e9);
        int most = Math.min(REQUESTS_MAX, requestsMax) / workers + 1;
        for (int w = 0; w < workers; w++) {
            int worker = w;
            Thread thread =
                    new Thread(
                            () -> {
                                long[] mine = new long[4096];
                                int good = 0;
                                int bad = 0;
                                try (Connection connection = new Connection(target.address())) {
                                    for (int i = 0; i < most && bad < ERRORS_MAX; i++) {
                                        long before = System.nanoTime();
                                        if (before >= end) {
                                            break;
                                        }
                                        int status = send(step, connection, worker, counts);
                                        long after = System.nanoTime();
                                        if (status >= 200 && status < 400) {
                                            if (good == mine.length) {
                                                mine = Arrays.copyOf(mine, good * 2);
                                            }
                                            mine[good++] = after - before;
                                            continue;
                                        }
                                        bad++;
                                        (status == 409
                                                        ? conflicts
                                                        : status >= 500
                                                                ? serverErrors
                                                                : otherErrors)
                                                .incrementAndGet();
                                    }
                                } catch (IOException e) {
                                    otherErrors.incrementAndGet();
                                }
                                latencies[worker] = Arrays.copyOf(mine, good);
                            },
                            "load-" + w);
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        double took = (System.nanoTime() - begin) / 1e9;
        long cpuAfter = Processes.cpuMicros(target.processes());
        long[] all = Arrays.stream(latencies).flatMapToLong(Arrays::stream).sorted().toArray();
        return new Result(
                all,
                took,
                cpu < 0 ? -1 : cpuAfter - cpu,
                conflicts.get(),
                serverErrors.get(),
                otherErrors.get());
    }

    private static int send(Step step, Connection connection, int worker, int[] counts) {
        try {
            return step.send(connection, worker, counts[worker]++);
        } catch (IOException e) {
            return 0;
        }
    }
}
