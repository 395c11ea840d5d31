package dev.tarn.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// CPU time and memory of processes and all that descend from them, from `/proc`.
final class Processes {
    /// What the kernel counts in, on every Linux of today.
    private static final long TICKS_PER_SECOND = 100;

    private Processes() {}

    /// User and system time in microseconds, that of children which have ended included; -1 where
    /// there is no `/proc` or no process to look at.
    static long cpuMicros(List<Long> roots) throws IOException {
        if (unknown(roots)) {
            return -1;
        }
        long ticks = 0;
        for (long pid : withDescendants(roots)) {
            ticks += ticks(pid);
        }
        return ticks * 1_000_000 / TICKS_PER_SECOND;
    }

    /// Memory of the first process and all that descend from it that is in RAM; -1 where it cannot
    /// be seen.
    static long residentBytes(List<Long> roots) throws IOException {
        if (unknown(roots)) {
            return -1;
        }
        long kibibytes = 0;
        for (long pid : withDescendants(roots.subList(0, 1))) {
            try {
                for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
                    if (line.startsWith("VmRSS:")) {
                        kibibytes += Long.parseLong(line.replaceAll("\\D", ""));
                    }
                }
            } catch (NoSuchFileException ended) {
                continue;
            }
        }
        return kibibytes << 10;
    }

    private static boolean unknown(List<Long> roots) {
        return roots.isEmpty() || !Files.isDirectory(Path.of("/proc/self"));
    }

    private static Set<Long> withDescendants(List<Long> roots) {
        Set<Long> all = new HashSet<>(roots);
        for (long root : roots) {
            ProcessHandle.of(root)
                    .ifPresent(p -> p.descendants().forEach(child -> all.add(child.pid())));
        }
        return all;
    }

    private static long ticks(long pid) throws IOException {
        String stat;
        try {
            stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        } catch (NoSuchFileException e) {
            // Ended between two looks; its time is in its parent's account of children.
            return 0;
        }
        // The name may hold anything; the fields after it begin with the third.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long ticks = 0;
        for (int field = 14; field <= 17; field++) {
            ticks += Long.parseLong(fields[field - 3]);
        }
        return ticks;
    }
}
