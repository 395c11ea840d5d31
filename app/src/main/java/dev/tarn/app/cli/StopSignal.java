package dev.tarn.app.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jline.utils.Signals;

/// The wish of the user, or of the system, that this process ends: Ctrl-C, SIGTERM, a closed
/// terminal.
///
/// The main thread waits for it and closes what it opened, in order. A second Ctrl-C, unless it is
/// the first one's echo, ends the process at once; children notice that their parent is gone.
final class StopSignal {
    private static final int KILLED = 130;

    /// Impatient fingers, and terminals and their launchers that both pass a signal on.
    private static final Duration ECHO_MAX = Duration.ofSeconds(1);

    private final CountDownLatch latch = new CountDownLatch(1);
    private long receivedNanos;

    private StopSignal() {}

    static StopSignal listen() {
        StopSignal signal = new StopSignal();
        for (String name : new String[] {"INT", "TERM", "HUP"}) {
            Signals.register(name, signal::receive);
        }
        return signal;
    }

    private synchronized void receive() {
        if (!received()) {
            receivedNanos = System.nanoTime();
            latch.countDown();
        } else if (System.nanoTime() - receivedNanos > ECHO_MAX.toNanos()) {
            Runtime.getRuntime().halt(KILLED);
        }
    }

    boolean received() {
        return latch.getCount() == 0;
    }

    /// Whether it came in time.
    boolean await(Duration deadline) {
        try {
            return latch.await(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException("Nobody interrupts the main thread", e);
        }
    }

    void await() {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("Nobody interrupts the main thread", e);
        }
    }
}
