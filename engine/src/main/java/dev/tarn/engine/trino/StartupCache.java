package dev.tarn.engine.trino;

import dev.tarn.engine.statement.ServerUnreachableException;
import dev.tarn.engine.statement.StatementException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The AOT cache that halves Trino's start: made once per set of jars and JDK, found again by a
/// name that holds both.
///
/// The JVM writes it while it exits, which takes half a minute. So that nobody waits for that, a
/// second Trino does it aside, at the lowest priority, with a small heap and a port of its own; it
/// reads the catalog once and ends. If Tarn stops first, that child is killed and what it wrote is
/// removed: the next run begins anew.
final class StartupCache {
    private static final Logger LOG = LoggerFactory.getLogger(StartupCache.class);

    private static final int HEAP_MEGABYTES = 512;
    private static final Duration READY_DEADLINE = Duration.ofMinutes(3);
    private static final Duration WRITE_DEADLINE = Duration.ofMinutes(5);
    private static final String SUFFIX = ".aot";

    /// What a usual first query touches; none of it changes anything.
    private static final List<String> REHEARSAL =
            List.of(
                    "SELECT count(*) FROM system.runtime.nodes",
                    "SHOW SCHEMAS FROM " + TrinoSettings.CATALOG,
                    "SELECT table_schema, count(*) FROM %s.information_schema.tables GROUP BY 1 ORDER BY 2"
                            .formatted(TrinoSettings.CATALOG));

    private final TrinoSettings settings;
    private final Path file;

    StartupCache(TrinoSettings settings) {
        this.settings = settings;
        this.file = settings.home().resolve("startup-" + key(settings) + SUFFIX);
    }

    boolean exists() {
        return Files.exists(file);
    }

    /// The JVM option that uses the cache; a cache the JVM does not accept is ignored by it.
    List<String> options() {
        return exists() ? List.of("-XX:AOTCache=" + file) : List.of();
    }

    /// Makes the cache, unless the latch is counted down before it is done.
    void make(CountDownLatch stop) {
        Path rehearsalHome = settings.home().resolve("rehearsal");
        Path written = rehearsalHome.resolve("cache" + SUFFIX);
        int port = Ports.free();
        new Configuration(settings, port).writeTo(rehearsalHome);
        removeOthers();
        delete(written);
        long start = System.nanoTime();
        var log = new ChildLog(settings.log().resolveSibling("trino-rehearsal.log"));
        Child child =
                Child.start(
                        settings,
                        rehearsalHome,
                        HEAP_MEGABYTES,
                        lowPriority(),
                        List.of("-XX:AOTCacheOutput=" + written),
                        log);
        try {
            URI uri = Ports.uri(port);
            if (!Readiness.await(uri, child, READY_DEADLINE, stop)) {
                LOG.info(
                        "startup cache not made stopped={} tail={}",
                        stop.getCount() == 0,
                        child.logTail());
                return;
            }
            rehearse(uri);
            child.terminate();
            if (!awaitExit(child, stop) || !Files.exists(written)) {
                LOG.info(
                        "startup cache not made stopped={} tail={}",
                        stop.getCount() == 0,
                        child.logTail());
                return;
            }
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
            LOG.info(
                    "startup cache made file={} bytes={} seconds={}",
                    file,
                    Files.size(file),
                    Duration.ofNanos(System.nanoTime() - start).toSeconds());
        } catch (IOException cause) {
            throw new UncheckedIOException("Startup cache cannot be put in place: " + file, cause);
        } catch (ServerUnreachableException died) {
            LOG.info(
                    "startup cache not made reason={} tail={}", died.getMessage(), child.logTail());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            child.kill();
            delete(written);
        }
    }

    /// A statement that the catalog refuses has still loaded most of what a good one needs.
    private static void rehearse(URI uri) {
        for (String sql : REHEARSAL) {
            try {
                Readiness.run(uri, List.of(sql));
            } catch (StatementException refused) {
                LOG.info("rehearsal went without sql={} reason={}", sql, refused.getMessage());
            }
        }
    }

    private static boolean awaitExit(Child child, CountDownLatch stop) throws InterruptedException {
        long deadline = System.nanoTime() + WRITE_DEADLINE.toNanos();
        while (System.nanoTime() < deadline && stop.getCount() > 0) {
            if (child.awaitExit(Duration.ofMillis(250))) {
                return true;
            }
        }
        return false;
    }

    private static List<String> lowPriority() {
        Path nice = Path.of("/usr/bin/nice");
        return Files.isExecutable(nice) ? List.of(nice.toString(), "-n", "19") : List.of();
    }

    /// Caches of other jars or JDKs are 150 MB each and of no use to anyone.
    private void removeOthers() {
        try (Stream<Path> entries = Files.list(settings.home())) {
            entries.filter(entry -> entry.toString().endsWith(SUFFIX))
                    .filter(entry -> !entry.equals(file))
                    .forEach(StartupCache::delete);
        } catch (IOException cause) {
            throw new UncheckedIOException("Folder cannot be read: " + settings.home(), cause);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException cause) {
            throw new UncheckedIOException("Startup cache cannot be deleted: " + file, cause);
        }
    }

    /// The JVM itself checks the same: its own build, and each jar's path, size and time.
    private static String key(TrinoSettings settings) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            Path release = settings.javaHome().resolve("release");
            digest.update(Files.readAllBytes(release));
            digest.update(settings.javaHome().toString().getBytes(StandardCharsets.UTF_8));
            for (Path jar : Jars.of(settings.lib()).files()) {
                String line =
                        "%s %s %s%n"
                                .formatted(
                                        jar,
                                        Files.size(jar),
                                        Files.getLastModifiedTime(jar).toMillis());
                digest.update(line.getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (IOException cause) {
            throw new UncheckedIOException(
                    "Jars of Trino cannot be read: " + settings.lib(), cause);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
