package dev.tarn.catalog.idempotency;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.iceberg.exceptions.ServiceUnavailableException;

/// Lets one request at a time run with a key; the same request sent meanwhile waits for the first.
final class Turns {
    private final ConcurrentMap<IdempotencyKey, Turn> turns = new ConcurrentHashMap<>();
    private final Duration waitMax;

    Turns(Duration waitMax) {
        this.waitMax = waitMax;
    }

    /// @throws ServiceUnavailableException if the first takes too long. Not 429: a client that
    ///   gives up must know that its change may have been made
    Turn take(IdempotencyKey key) {
        Turn turn =
                turns.compute(
                        key,
                        (k, known) -> {
                            Turn mine = known == null ? new Turn(k) : known;
                            mine.holders++;
                            return mine;
                        });
        try {
            if (turn.lock.tryLock(waitMax.toMillis(), TimeUnit.MILLISECONDS)) {
                return turn;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        leave(turn);
        throw new ServiceUnavailableException(
                "A request with the same Idempotency-Key is still under way: %s", key.text());
    }

    private void leave(Turn turn) {
        turns.compute(
                turn.key,
                (k, known) -> {
                    turn.holders--;
                    return turn.holders == 0 ? null : turn;
                });
    }

    /// The right to run; given back by closing. The map guards the count.
    final class Turn implements AutoCloseable {
        private final IdempotencyKey key;
        private final ReentrantLock lock = new ReentrantLock();
        private int holders;

        private Turn(IdempotencyKey key) {
            this.key = key;
        }

        @Override
        public void close() {
            lock.unlock();
            leave(this);
        }
    }
}
