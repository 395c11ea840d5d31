package dev.tarn.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The table of results, a line as soon as it is known, and the same as JSON.
final class Report {
    private final List<Map<String, Object>> rows = new ArrayList<>();
    private Load.Result first;

    void head() {
        System.out.println(
                """
                | operation | snapshots | connections | target | requests/s | p50 ms | p95 ms | p99 ms \
                | CPU µs/request | errors: 409, 5xx, other | against the first: rate, CPU |
                |---|--:|--:|---|--:|--:|--:|--:|--:|---|---|\
                """);
    }

    /// @param position of the target among those of this workload; all are compared with the first
    void row(
            Workload workload,
            Target target,
            int position,
            Load.Result result,
            List<String> problems) {
        if (position == 0) {
            first = result;
        }
        double cpu = result.cpuPerRequest();
        System.out.println(
                String.format(
                        Locale.ROOT,
                        "| %s | %s | %d | %s | %,.0f | %.2f | %.2f | %.2f | %s | %s | %s |",
                        workload.name(),
                        workload.snapshots() == 0 ? "" : workload.snapshots(),
                        workload.connections(),
                        target.name(),
                        result.perSecond(),
                        result.millis(0.50),
                        result.millis(0.95),
                        result.millis(0.99),
                        Double.isNaN(cpu) ? "?" : String.format(Locale.ROOT, "%.0f", cpu),
                        errors(result, problems),
                        position == 0 ? "" : against(result)));
        for (String problem : problems) {
            System.err.println("%s, %s: %s".formatted(target.name(), workload.name(), problem));
        }
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("operation", workload.name());
        row.put("snapshots", workload.snapshots());
        row.put("connections", workload.connections());
        row.put("target", target.name());
        row.put("seconds", result.seconds());
        row.put("requests", result.requests());
        row.put("requestsPerSecond", result.perSecond());
        row.put("p50Millis", number(result.millis(0.50)));
        row.put("p95Millis", number(result.millis(0.95)));
        row.put("p99Millis", number(result.millis(0.99)));
        row.put("cpuMicrosPerRequest", number(cpu));
        row.put("conflicts", result.conflicts());
        row.put("serverErrors", result.serverErrors());
        row.put("otherErrors", result.otherErrors());
        row.put("problems", problems);
        rows.add(row);
    }

    /// The minutes of a steady load, and all of them together.
    void steady(List<Steady.Minute> minutes) {
        System.out.println(
                """
                | target | minute | requests/s | p50 ms | p95 ms | p99 ms | p99.9 ms | most ms \
                | errors: 409, 5xx, other | CPU, of one processor | memory MiB |
                |---|--:|--:|--:|--:|--:|--:|--:|---|--:|--:|\
                """);
        minutes.forEach(minute -> steady(Integer.toString(minute.number()), minute));
        Steady.Minute last = minutes.getLast();
        double seconds = minutes.stream().mapToDouble(Steady.Minute::seconds).sum();
        steady(
                "all",
                new Steady.Minute(
                        last.target(),
                        0,
                        seconds,
                        minutes.stream()
                                .flatMapToLong(minute -> Arrays.stream(minute.nanos()))
                                .sorted()
                                .toArray(),
                        minutes.stream().mapToLong(Steady.Minute::conflicts).sum(),
                        minutes.stream().mapToLong(Steady.Minute::serverErrors).sum(),
                        minutes.stream().mapToLong(Steady.Minute::otherErrors).sum(),
                        minutes.stream().mapToDouble(m -> m.cpuShare() * m.seconds()).sum()
                                / seconds,
                        last.residentBytes()));
    }

    private void steady(String number, Steady.Minute minute) {
        System.out.println(
                String.format(
                        Locale.ROOT,
                        "| %s | %s | %,.0f | %.2f | %.2f | %.2f | %.2f | %.1f | %d, %d, %d | %.2f |"
                                + " %s |",
                        minute.target(),
                        number,
                        minute.nanos().length / minute.seconds(),
                        minute.millis(0.50),
                        minute.millis(0.95),
                        minute.millis(0.99),
                        minute.millis(0.999),
                        minute.millis(1),
                        minute.conflicts(),
                        minute.serverErrors(),
                        minute.otherErrors(),
                        minute.cpuShare(),
                        minute.residentBytes() < 0 ? "?" : minute.residentBytes() >> 20));
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("operation", "steady");
        row.put("target", minute.target());
        row.put("minute", number);
        row.put("requestsPerSecond", minute.nanos().length / minute.seconds());
        row.put("p50Millis", number(minute.millis(0.50)));
        row.put("p95Millis", number(minute.millis(0.95)));
        row.put("p99Millis", number(minute.millis(0.99)));
        row.put("p999Millis", number(minute.millis(0.999)));
        row.put("maxMillis", number(minute.millis(1)));
        row.put("conflicts", minute.conflicts());
        row.put("serverErrors", minute.serverErrors());
        row.put("otherErrors", minute.otherErrors());
        row.put("cpuShare", number(minute.cpuShare()));
        row.put("residentBytes", minute.residentBytes());
        rows.add(row);
    }

    void notSupported(Workload workload, Target target) {
        System.out.println(
                "| %s | %d | %d | %s | not answered |||||||"
                        .formatted(
                                workload.name(),
                                workload.snapshots(),
                                workload.connections(),
                                target.name()));
    }

    void write(Path file, Map<String, Object> about) throws IOException {
        Map<String, Object> all = new LinkedHashMap<>(about);
        all.put("results", rows);
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(
                file,
                new ObjectMapper()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .writeValueAsBytes(all));
    }

    private String against(Load.Result result) {
        return String.format(
                Locale.ROOT,
                "%.2f×, %.2f×",
                result.perSecond() / first.perSecond(),
                result.cpuPerRequest() / first.cpuPerRequest());
    }

    private static String errors(Load.Result result, List<String> problems) {
        String counts =
                result.conflicts() + result.serverErrors() + result.otherErrors() == 0
                        ? "0"
                        : "%d, %d, %d"
                                .formatted(
                                        result.conflicts(),
                                        result.serverErrors(),
                                        result.otherErrors());
        return problems.isEmpty() ? counts : counts + "; **LOST UPDATES**";
    }

    /// JSON has no word for what is not a number.
    private static Double number(double value) {
        return Double.isNaN(value) ? null : value;
    }
}
