package dev.tarn.app.cli;

import dev.tarn.app.config.Config;
import dev.tarn.app.config.ConfigException;
import dev.tarn.app.instance.DataFolder;
import dev.tarn.app.instance.Instance;
import dev.tarn.app.instance.Ports;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "doctor",
        description =
                "Look for what is wrong on this machine, and tell the mend. Exit code 1 if"
                        + " something is.")
final class DoctorCommand implements Callable<Integer> {
    private static final long DISK_BYTES_MIN = 2L << 30;
    private static final long MEMORY_BYTES_MIN = 2L << 30;
    private static final Duration CLOCK_STEP_MAX = Duration.ofMinutes(1);

    private final Surroundings surroundings;

    @Mixin private SettingsOptions settings;

    DoctorCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    private enum Verdict {
        OK,
        WARN,
        WRONG
    }

    /// @param mend what to do, null if nothing
    private record Finding(Verdict verdict, String subject, String found, @Nullable String mend) {}

    private static Finding ok(String subject, String found) {
        return new Finding(Verdict.OK, subject, found, null);
    }

    private static Finding warn(String subject, String found, String mend) {
        return new Finding(Verdict.WARN, subject, found, mend);
    }

    private static Finding wrong(String subject, String found, String mend) {
        return new Finding(Verdict.WRONG, subject, found, mend);
    }

    @Override
    public Integer call() {
        List<Finding> findings = new ArrayList<>();
        findings.add(jdk());
        findings.add(maven());
        findings.add(memory());
        try {
            Config config = settings.load(surroundings, List.of()).config();
            findings.add(ok("configuration", "no errors"));
            findings.addAll(installation(config));
        } catch (ConfigException e) {
            for (String problem : e.problems()) {
                findings.add(
                        wrong(
                                "configuration",
                                problem,
                                "correct it; docs/reference/config.md lists all keys"));
            }
        }
        print(findings);
        return findings.stream().anyMatch(finding -> finding.verdict == Verdict.WRONG) ? 1 : 0;
    }

    private List<Finding> installation(Config config) {
        List<Finding> findings = new ArrayList<>();
        DataFolder folder = new DataFolder(config.data());
        findings.add(rights(folder));
        findings.add(disk(folder));
        Optional<Instance> running = Instance.findRunning(folder);
        findings.add(instance(folder, running));
        if (running.isEmpty()) {
            findings.add(port(config.host(), config.catalog().port(), "catalog", "--port"));
            if (config.storage().kind() == Config.StorageKind.BUILTIN) {
                findings.add(
                        port(config.host(), config.storage().port(), "storage", "--storage-port"));
            }
            if (config.sql().enabled()) {
                findings.add(port(config.host(), config.sql().port(), "sql", "--sql-port"));
            }
        }
        findings.add(clock(folder));
        return findings;
    }

    private void print(List<Finding> findings) {
        Table table = new Table(List.of());
        for (Finding finding : findings) {
            String mark =
                    switch (finding.verdict) {
                        case OK -> "ok";
                        case WARN -> "warn";
                        case WRONG -> "WRONG";
                    };
            table.row(mark, finding.subject, finding.found);
        }
        table.print(surroundings.out(), "");
        List<Finding> mends = findings.stream().filter(finding -> finding.mend != null).toList();
        if (mends.isEmpty()) {
            surroundings.out().println("\nNothing is wrong");
            return;
        }
        surroundings.out().println("\nTo mend:");
        mends.forEach(finding ->
                surroundings.out().println("  %s: %s".formatted(finding.subject, finding.mend)));
    }

    private static Finding jdk() {
        Runtime.Version version = Runtime.version();
        String found = "%s in %s".formatted(version, System.getProperty("java.home"));
        return version.feature() == 25
                ? ok("JDK", found)
                : wrong("JDK", found, "install a JDK 25, or set TARN_JAVA_HOME to its folder");
    }

    private Finding maven() {
        String path = surroundings.environment().getOrDefault("PATH", "");
        for (String folder : path.split(":")) {
            Path file = Path.of(folder.isEmpty() ? "." : folder, "mvn");
            if (Files.isExecutable(file)) {
                return ok("Maven", file.toString());
            }
        }
        return warn(
                "Maven",
                "not on the PATH",
                "install the package maven; until then ./mvnw fetches its own");
    }

    private static Finding memory() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
                if (line.startsWith("MemAvailable:")) {
                    long bytes = Long.parseLong(line.replaceAll("\\D", "")) << 10;
                    return bytes >= MEMORY_BYTES_MIN
                            ? ok("memory", gigabytes(bytes) + " available")
                            : warn(
                                    "memory",
                                    gigabytes(bytes) + " available",
                                    "Trino takes up to 1.5 GB; close something, lower sql.heap or"
                                            + " use 'tarn up --no-sql'");
                }
            }
        } catch (IOException e) {
            return ok("memory", "not told by this system");
        }
        return ok("memory", "not told by this system");
    }

    private static Finding rights(DataFolder folder) {
        Path path = folder.path();
        try {
            if (!Files.exists(path)) {
                Path parent = existingParent(path);
                return Files.isWritable(parent)
                        ? ok("data folder", path + ", made at the first start")
                        : wrong(
                                "data folder",
                                "%s cannot be made in %s".formatted(path, parent),
                                "name another with --data DIR");
            }
            if (!Files.isDirectory(path)) {
                return wrong(
                        "data folder",
                        path + " is a file",
                        "remove it or name another with --data DIR");
            }
            if (!Files.isWritable(path)) {
                return wrong(
                        "data folder",
                        "%s belongs to %s".formatted(path, Files.getOwner(path)),
                        "run as that user, or name another with --data DIR");
            }
            String rights = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
            return rights.equals("rwx------")
                    ? ok("data folder", path.toString())
                    : warn(
                            "data folder",
                            "%s has rights %s".formatted(path, rights),
                            "chmod 700 %s (the next start does it)".formatted(path));
        } catch (IOException e) {
            return wrong(
                    "data folder",
                    "%s: %s".formatted(path, e.getMessage()),
                    "name another with --data DIR");
        } catch (UnsupportedOperationException e) {
            return ok("data folder", path + ", on a system without POSIX rights");
        }
    }

    private static Finding disk(DataFolder folder) {
        try {
            FileStore disk = Files.getFileStore(existingParent(folder.path()));
            long bytes = disk.getUsableSpace();
            return bytes >= DISK_BYTES_MIN
                    ? ok("disk", gigabytes(bytes) + " free")
                    : wrong(
                            "disk",
                            "%s free on %s".formatted(gigabytes(bytes), disk),
                            "make room, or name a folder on another disk with --data DIR");
        } catch (IOException e) {
            return wrong(
                    "disk",
                    e.getMessage() == null ? "cannot be read" : e.getMessage(),
                    "name another folder with --data DIR");
        }
    }

    private static Finding instance(DataFolder folder, Optional<Instance> running) {
        if (running.isPresent()) {
            return running(running.get());
        }
        return Files.exists(folder.path().resolve("instance.json"))
                ? warn(
                        "instance",
                        "the last one was killed",
                        "nothing to do: 'tarn up' takes over what it left")
                : ok("instance", "none runs");
    }

    private static Finding running(Instance instance) {
        String found = "process %d at %s".formatted(instance.pid(), instance.address());
        try {
            new Client(java.net.URI.create(instance.address())).get("/health/ready");
            return ok("instance", found + ", ready");
        } catch (Client.RefusedException | CommandException e) {
            return wrong(
                    "instance",
                    "%s is not ready: %s".formatted(found, e.getMessage()),
                    "see the log, or 'tarn down --force' and 'tarn up' again");
        }
    }

    private static Finding port(String host, int port, String part, String option) {
        if (port == 0) {
            return ok("port", "any free one for " + part);
        }
        String subject = "port " + port;
        if (Ports.isFree(host, port)) {
            return ok(subject, "free for " + part);
        }
        return wrong(
                subject,
                "taken by " + Ports.describeOwner(port),
                "stop that, or start with %s N or --ports auto".formatted(option));
    }

    /// Signatures and snapshots carry times; a clock that was set back shows in files from the
    /// future.
    private static Finding clock(DataFolder folder) {
        try {
            Path log = folder.log();
            Instant now = Instant.now();
            if (Files.exists(log)
                    && Files.getLastModifiedTime(log)
                            .toInstant()
                            .isAfter(now.plus(CLOCK_STEP_MAX))) {
                return wrong(
                        "clock",
                        "%s, but the log was written later".formatted(now),
                        "set the clock; snapshots and signatures carry its time");
            }
            return ok("clock", now.truncatedTo(java.time.temporal.ChronoUnit.SECONDS).toString());
        } catch (IOException e) {
            return warn(
                    "clock",
                    "cannot be compared: " + e.getMessage(),
                    "make the data folder readable");
        }
    }

    private static Path existingParent(Path path) {
        Path at = path;
        while (!Files.exists(at) && at.getParent() != null) {
            at = at.getParent();
        }
        return at;
    }

    private static String gigabytes(long bytes) {
        return "%.1f GB".formatted(bytes / 1e9);
    }
}
