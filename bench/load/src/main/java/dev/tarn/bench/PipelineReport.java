package dev.tarn.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A line for each run of a pipeline, and what a peer takes for the same.
final class PipelineReport {
    private static final String OWN = "Tarn";

    private final long rows;

    /// Null where Tarn is measured alone.
    private final String peer;

    /// CPU of a row in the rounds that count, by source and engine.
    private final Map<String, List<Double>> own = new LinkedHashMap<>();

    private final Map<String, List<Double>> others = new LinkedHashMap<>();

    /// @param peer how it is called; null if there is none
    PipelineReport(long rows, String peer) {
        this.rows = rows;
        this.peer = peer;
        System.out.println(
                """
                | source | rows | round | seconds | rows/s | CPU µs/row | memory MiB |
                |---|--:|--:|--:|--:|--:|--:|\
                """);
    }

    /// What is measured: from its making to the end.
    final class Run {
        private final List<Long> processes;
        private final long cpu;
        private final long begin = System.nanoTime();

        private Run(List<Long> processes) throws IOException {
            this.processes = processes;
            this.cpu = Processes.cpuMicros(processes);
        }

        /// @param round 0 compiles, and does not count
        void end(String source, boolean ours, int round) throws IOException {
            double seconds = (System.nanoTime() - begin) / 1e9;
            long micros = Processes.cpuMicros(processes) - cpu;
            if (round > 0) {
                (ours ? own : others)
                        .computeIfAbsent(source, s -> new ArrayList<>())
                        .add((double) micros / rows);
            }
            System.out.println(
                    String.format(
                            Locale.ROOT,
                            "| %s | %,d | %s | %.2f | %,.0f | %.2f | %d |",
                            peer == null ? source : source + ", " + (ours ? OWN : peer),
                            rows,
                            round == 0 ? "warm-up" : Integer.toString(round),
                            seconds,
                            rows / seconds,
                            (double) micros / rows,
                            Processes.residentBytes(processes) >> 20));
        }
    }

    Run begin(List<Long> processes) throws IOException {
        return new Run(processes);
    }

    void printRatios() {
        System.out.println(
                "%n| source | Tarn µs/row | %s µs/row | ratio |%n|---|--:|--:|--:|"
                        .formatted(peer));
        own.forEach((source, mine) -> {
            double other = median(others.get(source));
            System.out.println(
                    String.format(
                            Locale.ROOT,
                            "| %s | %.2f | %.2f | %.1f |",
                            source,
                            median(mine),
                            other,
                            other / median(mine)));
        });
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
