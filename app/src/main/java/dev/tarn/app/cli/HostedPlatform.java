package dev.tarn.app.cli;

import dev.tarn.app.Assembly;
import dev.tarn.app.Part;
import dev.tarn.app.config.Config;
import dev.tarn.app.config.Configuration;
import dev.tarn.app.instance.DataFolder;
import dev.tarn.app.instance.Instance;
import dev.tarn.app.instance.Lock;
import dev.tarn.app.instance.Ports;
import dev.tarn.app.logging.Logging;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The whole of Tarn in this process, from the lock on its data folder to the instance file that
/// others find it by.
final class HostedPlatform implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostedPlatform.class);

    private final DataFolder folder;
    private final Lock lock;
    private final Logging logging;
    private final Assembly assembly;

    private HostedPlatform(DataFolder folder, Lock lock, Logging logging, Assembly assembly) {
        this.folder = folder;
        this.lock = lock;
        this.logging = logging;
        this.assembly = assembly;
    }

    /// Starts everything but waits for nothing that starts on its own time, as SQL does. What was
    /// started is stopped again if a later step does not succeed.
    ///
    /// @param trinoJars null where SQL is off
    static HostedPlatform start(Configuration configuration, @Nullable Path trinoJars) {
        Config config = configuration.config();
        DataFolder folder = prepare(config.data());
        Lock lock = takeLock(folder);
        Logging logging = null;
        try {
            requireFreePorts(config);
            logging = Logging.toFile(folder.logs(), config.log());
            configuration
                    .settings()
                    .forEach(setting ->
                            LOG.info(
                                    "config {}={} from={}",
                                    setting.key(),
                                    setting.value(),
                                    setting.origin()));
            Assembly assembly =
                    new Assembly(
                            config, folder, trinoJars, Version.number(), InstantSource.system());
            HostedPlatform platform = new HostedPlatform(folder, lock, logging, assembly);
            platform.announce();
            return platform;
        } catch (RuntimeException e) {
            LOG.error("start not possible reason={}", e.getMessage(), e);
            if (logging != null) {
                logging.close();
            }
            close(lock);
            throw e instanceof CommandException
                    ? e
                    : new CommandException(reason(e) + "; see " + folder.log(), e);
        }
    }

    private static String reason(RuntimeException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    static DataFolder prepare(Path path) {
        try {
            return DataFolder.create(path);
        } catch (IOException e) {
            throw new CommandException(
                    "The data folder %s cannot be made: %s; name another with --data DIR"
                            .formatted(path, describe(e)),
                    e);
        }
    }

    private static Lock takeLock(DataFolder folder) {
        try {
            Optional<Lock> lock = Lock.take(folder);
            if (lock.isPresent()) {
                return lock.get();
            }
            String where =
                    Instance.findRunning(folder)
                            .map(running -> " at " + running.address())
                            .orElse("");
            throw new CommandException(
                    "Tarn runs on %s already: process %s%s; stop it with 'tarn down' or use another folder with --data DIR"
                            .formatted(folder.path(), Lock.holder(folder), where));
        } catch (IOException e) {
            throw new CommandException(
                    "The data folder %s cannot be locked: %s".formatted(folder.path(), describe(e)),
                    e);
        }
    }

    private static void requireFreePorts(Config config) {
        List<String> taken = new ArrayList<>();
        check(taken, config.host(), config.catalog().port(), "the catalog", "--port");
        if (config.storage().kind() == Config.StorageKind.BUILTIN) {
            check(taken, config.host(), config.storage().port(), "storage", "--storage-port");
        }
        if (config.sql().enabled()) {
            check(taken, config.host(), config.sql().port(), "SQL", "--sql-port");
        }
        if (!taken.isEmpty()) {
            throw new CommandException(
                    String.join("\n", taken) + "\nOr take any free ports with --ports auto");
        }
    }

    private static void check(
            List<String> taken, String host, int port, String part, String option) {
        if (port != 0 && !Ports.isFree(host, port)) {
            taken.add(
                    "Port %d, wanted for %s, is taken by %s; choose another with %s N"
                            .formatted(port, part, Ports.describeOwner(port), option));
        }
    }

    private void announce() {
        try {
            Instance.ofThisProcess(address()).write(folder);
        } catch (IOException e) {
            assembly.close();
            throw new CommandException(
                    "%s cannot be written: %s".formatted(folder.path(), describe(e)), e);
        }
    }

    DataFolder folder() {
        return folder;
    }

    String address() {
        return assembly.address();
    }

    List<Part> parts() {
        return assembly.parts();
    }

    Optional<Part> part(String name) {
        return parts().stream().filter(part -> part.name().equals(name)).findFirst();
    }

    /// Waits until SQL runs, or surely will not.
    Part awaitSql(Duration deadline, StopSignal stop) {
        Await.until(deadline, Duration.ofMillis(100), () -> stop.received() || settled(sql()));
        return sql();
    }

    Part sql() {
        return part("sql").orElseThrow();
    }

    private static boolean settled(Part part) {
        return switch (part.state()) {
            case STARTING, RESTARTING -> false;
            case RUNNING, STOPPED, OFF -> true;
        };
    }

    /// Stops everything in the reverse order of its start.
    @Override
    public void close() {
        assembly.close();
        try {
            Instance.remove(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("%s cannot be tidied".formatted(folder.path()), e);
        } finally {
            LOG.info("stopped");
            logging.close();
            close(lock);
        }
    }

    private static void close(Lock lock) {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException("The lock cannot be released", e);
        }
    }

    private static String describe(IOException e) {
        return switch (e) {
            case java.nio.file.AccessDeniedException denied ->
                    "no right to write to " + denied.getFile();
            case java.nio.file.NotDirectoryException file -> file.getFile() + " is not a folder";
            default -> e.getClass().getSimpleName() + " " + e.getMessage();
        };
    }
}
