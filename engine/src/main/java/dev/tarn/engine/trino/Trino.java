package dev.tarn.engine.trino;

import dev.tarn.engine.trino.TrinoStatus.State;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps one Trino running until it is closed.
///
/// A child that dies is started again after a pause that doubles up to a bound; one that stayed up
/// for a while begins with the first pause again. After [#FAILURES_MAX] short lives in a row it
/// stays down and the status says why.
public final class Trino implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Trino.class);

    private static final int FAILURES_MAX = 6;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(30);
    private static final Duration LONG_LIFE = Duration.ofMinutes(1);
    private static final Duration READY_DEADLINE = Duration.ofMinutes(3);
    private static final Duration TERMINATE_DEADLINE = Duration.ofSeconds(10);
    private static final Duration KILL_DEADLINE = Duration.ofSeconds(5);

    /// After the first start a person works; the machine is theirs for this long before the cache
    /// is made.
    private static final Duration CACHE_AFTER = Duration.ofMinutes(1);

    private final TrinoSettings settings;
    private final InstantSource clock;
    private final int port;
    private final StartupCache cache;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread supervisor;
    private final Thread cacheMaker;

    private TrinoStatus status;

    private Trino(TrinoSettings settings, InstantSource clock, int port) {
        this.settings = settings;
        this.clock = clock;
        this.port = port;
        this.cache = new StartupCache(settings);
        this.status =
                new TrinoStatus(
                        State.STARTING, null, 0, Ports.uri(port), clock.instant(), null, List.of());
        this.supervisor = Thread.ofVirtual().name("trino-supervisor").unstarted(this::supervise);
        this.cacheMaker = Thread.ofVirtual().name("trino-cache").unstarted(this::makeCache);
    }

    /// Starts a Trino and returns at once; [#awaitRunning] waits for it.
    ///
    /// @throws PortTakenException if another program listens on its port
    public static Trino start(TrinoSettings settings, InstantSource clock) {
        int port = settings.port() == 0 ? Ports.free() : settings.port();
        Ports.requireFree(port);
        new Configuration(settings, port).writeTo(settings.home());
        var trino = new Trino(settings, clock, port);
        trino.supervisor.start();
        if (settings.startupCache() && !trino.cache.exists()) {
            trino.cacheMaker.start();
        }
        return trino;
    }

    public URI uri() {
        return Ports.uri(port);
    }

    public TrinoStatus status() {
        lock.lock();
        try {
            return status;
        } finally {
            lock.unlock();
        }
    }

    /// Waits until statements are answered; gives the status then, which is another one than
    /// RUNNING if the deadline passed or Trino stays down.
    public TrinoStatus awaitRunning(Duration deadline) throws InterruptedException {
        return await(
                found -> found.state() == State.RUNNING || found.state() == State.STOPPED,
                deadline);
    }

    TrinoStatus await(Predicate<TrinoStatus> wanted, Duration deadline)
            throws InterruptedException {
        long left = deadline.toNanos();
        lock.lock();
        try {
            while (!wanted.test(status) && left > 0) {
                left = changed.awaitNanos(left);
            }
            return status;
        } finally {
            lock.unlock();
        }
    }

    /// Stops the child and returns when it is gone.
    @Override
    public void close() {
        stop.countDown();
        joinUninterruptibly(supervisor);
        joinUninterruptibly(cacheMaker);
    }

    private void supervise() {
        Duration pause = FIRST_PAUSE;
        int failures = 0;
        try {
            while (stop.getCount() > 0) {
                long start = System.nanoTime();
                Death death = live();
                if (stop.getCount() == 0) {
                    break;
                }
                boolean longLife =
                        System.nanoTime() - start > LONG_LIFE.toNanos() && death.wasReady();
                failures = longLife ? 1 : failures + 1;
                pause = longLife ? FIRST_PAUSE : pause;
                LOG.warn("trino died reason={} failures={}", death.reason(), failures);
                if (failures >= FAILURES_MAX) {
                    String message =
                            "Trino ended %s times in a row and stays down, last: %s; see %s"
                                    .formatted(failures, death.reason(), settings.log());
                    LOG.error("trino stays down reason={}", death.reason());
                    become(State.STOPPED, null, status().restarts(), message, death.logTail());
                    return;
                }
                become(
                        State.RESTARTING,
                        null,
                        status().restarts() + 1,
                        "Trino ended: " + death.reason(),
                        death.logTail());
                stop.await(pause.toMillis(), TimeUnit.MILLISECONDS);
                pause = min(pause.multipliedBy(2), PAUSE_MAX);
            }
            become(State.STOPPED, null, status().restarts(), null, List.of());
        } catch (UncheckedIOException | IllegalArgumentException cannotStart) {
            // No JVM, no jars, no space: another try would end the same way.
            LOG.error("trino cannot be started reason={}", cannotStart.getMessage());
            become(State.STOPPED, null, status().restarts(), cannotStart.getMessage(), List.of());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private record Death(String reason, boolean wasReady, List<String> logTail) {}

    /// One child from its start to its end.
    private Death live() throws InterruptedException {
        try {
            Ports.requireFree(port);
        } catch (PortTakenException taken) {
            return new Death(String.valueOf(taken.getMessage()), false, List.of());
        }
        boolean cached = cache.exists();
        long start = System.nanoTime();
        Child child =
                Child.start(
                        settings,
                        settings.home(),
                        settings.heapMegabytes(),
                        List.of(),
                        cache.options(),
                        new ChildLog(settings.log()));
        try {
            TrinoStatus before = status();
            become(
                    before.restarts() == 0 ? State.STARTING : State.RESTARTING,
                    child.pid(),
                    before.restarts(),
                    before.message(),
                    before.logTail());
            boolean ready = Readiness.await(uri(), child, READY_DEADLINE, stop);
            if (ready) {
                LOG.info(
                        "trino ready uri={} pid={} seconds={} cache={}",
                        uri(),
                        child.pid(),
                        Duration.ofNanos(System.nanoTime() - start).toMillis() / 1000.0,
                        cached);
                become(
                        State.RUNNING,
                        child.pid(),
                        before.restarts(),
                        before.message(),
                        before.logTail());
                while (!child.awaitExit(Duration.ofMillis(500)) && stop.getCount() > 0) {
                    // Ends with the child or with Tarn.
                }
            } else if (child.isAlive() && stop.getCount() > 0) {
                return new Death(
                        "not ready after " + READY_DEADLINE.toSeconds() + " s",
                        false,
                        child.logTail());
            }
            if (stop.getCount() == 0) {
                return new Death("stopped", ready, List.of());
            }
            return new Death(describe(child.exitCode()), ready, child.logTail());
        } finally {
            end(child);
        }
    }

    private static void end(Child child) throws InterruptedException {
        if (child.isAlive()) {
            child.terminate();
            if (!child.awaitExit(TERMINATE_DEADLINE)) {
                child.kill();
                child.awaitExit(KILL_DEADLINE);
            }
        }
    }

    private static String describe(int code) {
        return code > 128 ? "signal " + (code - 128) : "exit code " + code;
    }

    private void makeCache() {
        try {
            TrinoStatus ready = awaitRunning(READY_DEADLINE);
            if (ready.state() == State.RUNNING
                    && !stop.await(CACHE_AFTER.toMillis(), TimeUnit.MILLISECONDS)) {
                cache.make(stop);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void become(
            State state,
            @Nullable Long pid,
            int restarts,
            @Nullable String message,
            List<String> tail) {
        lock.lock();
        try {
            status = new TrinoStatus(state, pid, restarts, uri(), clock.instant(), message, tail);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    private static void joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
