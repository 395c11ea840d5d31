package dev.tarn.app.webhook;

import dev.tarn.app.event.CloudEvents;
import dev.tarn.app.event.EventQuery;
import dev.tarn.app.http.Json;
import dev.tarn.app.webhook.Webhook.Attempt;
import dev.tarn.app.webhook.WebhookSender.Outcome;
import dev.tarn.catalog.event.Event;
import dev.tarn.catalog.event.EventFilter;
import dev.tarn.catalog.event.EventPage;
import dev.tarn.catalog.event.EventWatch;
import dev.tarn.catalog.event.Events;
import dev.tarn.catalog.event.EventsGoneException;
import dev.tarn.store.Lease;
import dev.tarn.store.LeaseLostException;
import dev.tarn.store.LeasedTask;
import dev.tarn.store.Leases;
import dev.tarn.store.OutcomeUnknownException;
import dev.tarn.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells webhooks of events, on the one replica that holds the lease.
///
/// Each hook has a thread of its own and waits for its own receiver alone. Its events go out one
/// after the other, and its cursor moves in a transaction of its own after each: whatever ends the
/// process or moves the lease, at most the one event that was on its way is told twice.
public final class WebhookDelivery implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WebhookDelivery.class);

    private static final String LEASE = "webhooks";
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration PAUSE = Duration.ofMillis(100);

    /// How far a filter may pass over events before the cursor is written down.
    private static final Duration CURSOR_OLD_MAX = Duration.ofSeconds(30);

    private static final int PAGE = 50;

    private final Webhooks webhooks;
    private final Events events;
    private final EventWatch watch;
    private final CloudEvents cloudEvents;
    private final WebhookSettings settings;
    private final InstantSource clock;
    private final WebhookSender sender;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final LeasedTask task;

    public WebhookDelivery(
            Webhooks webhooks,
            Events events,
            Leases leases,
            WebhookSettings settings,
            InstantSource clock) {
        this.webhooks = webhooks;
        this.events = events;
        this.watch = new EventWatch(events);
        this.cloudEvents = new CloudEvents(events.installation());
        this.settings = settings;
        this.clock = clock;
        this.sender = new WebhookSender(settings.answerMax(), clock);
        this.task = LeasedTask.start(leases, LEASE, settings.leaseDuration(), PAUSE, this::run);
    }

    /// Keeps a thread for each hook until the lease is lost.
    private void run(Lease lease) {
        Map<String, Thread> threads = new HashMap<>();
        try {
            while (lease.isHeld()) {
                threads.values().removeIf(thread -> !thread.isAlive());
                for (String id : webhooks.active()) {
                    threads.computeIfAbsent(
                            id,
                            any ->
                                    Thread.ofVirtual()
                                            .name("webhook " + id)
                                            .start(() -> deliver(id, lease)));
                }
                webhooks.changes().tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS);
            }
            for (Thread thread : threads.values()) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void deliver(String id, Lease lease) {
        var progress = new Progress();
        // Ends when the hook is paused or deleted, or the lease is lost.
        while (lease.isHeld()) {
            try {
                Optional<Webhook> hook = webhooks.find(id);
                if (hook.isEmpty() || hook.get().pausedReason() != null) {
                    return;
                }
                progress.follow(hook.get());
                step(hook.get(), lease, progress);
            } catch (LeaseLostException e) {
                return;
            } catch (StoreException | OutcomeUnknownException e) {
                LOG.warn("webhook={} waits for the database", id, e);
                pause(lease, settings.backoffFirst());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /// How far a filter has looked, ahead of what is written down.
    private final class Progress {
        private long version = -1;
        private long looked;
        private Instant written = clock.instant();

        void follow(Webhook hook) {
            if (hook.version() != version) {
                version = hook.version();
                looked = hook.cursor();
            }
            looked = Math.max(looked, hook.cursor());
        }
    }

    private void step(Webhook hook, Lease lease, Progress progress) throws InterruptedException {
        EventPage page;
        try {
            page = events.after(progress.looked, filter(hook), PAGE);
        } catch (EventsGoneException e) {
            giveUp(hook, lease, String.valueOf(e.getMessage()));
            return;
        }
        for (Event event : page.events()) {
            if (!lease.isHeld() || !tell(hook, event, lease)) {
                return;
            }
            progress.looked = event.cursor();
            progress.written = clock.instant();
        }
        progress.looked = page.next();
        if (page.more()) {
            return;
        }
        boolean old = clock.instant().isAfter(progress.written.plus(CURSOR_OLD_MAX));
        if (old && progress.looked > hook.cursor()) {
            webhooks.advance(lease, hook, progress.looked, 0, null);
            progress.written = clock.instant();
        }
        watch.await(progress.looked, LOOK);
    }

    private static EventFilter filter(Webhook hook) {
        Webhook.Filter filter = hook.filter();
        return EventQuery.filter(
                filter.warehouse(), filter.namespace(), filter.table(), filter.types());
    }

    /// Makes one attempt. True if the next event may follow.
    private boolean tell(Webhook hook, Event event, Lease lease) throws InterruptedException {
        byte[] body = Json.write(cloudEvents.json(event));
        Outcome outcome = sender.send(hook, event.cursor(), body);
        Instant now = clock.instant();
        return switch (outcome) {
            case Outcome.Delivered(int status) ->
                    webhooks.advance(
                            lease, hook, event.cursor(), 1, new Attempt(now, status, null));
            case Outcome.Failed failed -> {
                if (lease.isHeld()) {
                    fail(hook, lease, failed, new Attempt(now, failed.status(), failed.reason()));
                }
                yield false;
            }
        };
    }

    private void fail(Webhook hook, Lease lease, Outcome.Failed failed, Attempt attempt) {
        Webhook now = webhooks.find(hook.id()).orElse(hook);
        int failures = now.failures() + 1;
        String pausedReason = pausedReason(failed, failures);
        webhooks.failed(lease, hook, attempt, pausedReason);
        if (pausedReason != null) {
            LOG.warn("webhook={} paused reason={}", hook.id(), pausedReason);
            return;
        }
        Duration backoff = settings.backoff(failures);
        Duration asked = failed.retryAfter();
        if (asked != null && asked.compareTo(backoff) > 0) {
            backoff = asked.compareTo(settings.backoffMax()) < 0 ? asked : settings.backoffMax();
        }
        // Many hooks that failed together do not come back together.
        awaitChange(hook, lease, backoff.multipliedBy(random(50, 100)).dividedBy(100));
    }

    private @Nullable String pausedReason(Outcome.Failed failed, int failures) {
        if (failed.isFinal()) {
            return "Receiver wants no more events: " + failed.reason();
        }
        return failures >= settings.attemptsMax()
                ? "Gave up after %s attempts: %s".formatted(failures, failed.reason())
                : null;
    }

    private void giveUp(Webhook hook, Lease lease, String reason) {
        LOG.warn("webhook={} paused reason={}", hook.id(), reason);
        webhooks.failed(lease, hook, new Attempt(clock.instant(), null, reason), reason);
    }

    private static int random(int least, int most) {
        return ThreadLocalRandom.current().nextInt(least, most + 1);
    }

    /// Waits until the time is over, unless somebody changes the hook first.
    private void awaitChange(Webhook hook, Lease lease, Duration most) {
        long end = System.nanoTime() + most.toNanos();
        // Ends when the time is over.
        for (long left = most.toNanos(); left > 0; left = end - System.nanoTime()) {
            Duration slice = Duration.ofNanos(Math.min(left, LOOK.toNanos()));
            if (!pause(lease, slice)
                    || webhooks.find(hook.id())
                            .filter(now -> now.version() == hook.version())
                            .isEmpty()) {
                return;
            }
        }
    }

    /// Whether there is still something to do afterwards.
    private boolean pause(Lease lease, Duration duration) {
        try {
            return !closing.await(duration.toNanos(), TimeUnit.NANOSECONDS) && lease.isHeld();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// Lets attempts under way end, or cuts them off after the time an answer may take.
    @Override
    public void close() {
        closing.countDown();
        watch.close();
        webhooks.changes().release();
        task.close();
        sender.close();
    }
}
