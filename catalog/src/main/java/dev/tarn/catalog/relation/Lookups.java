package dev.tarn.catalog.relation;

import dev.tarn.catalog.relation.Relation.Place;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.store.Database;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

/// Looks names up for all who ask at the same time, with one statement.
///
/// Who comes while a statement is under way waits for the next one. A statement begins after all
/// who share it have asked: whatever was committed, and told to anybody, before somebody asks is
/// seen, also if another process committed it. There is no thread of its own and nothing is kept.
final class Lookups {
    private static final int TOGETHER_MAX = 32;

    private final Database database;
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Lookup> waiting = new ConcurrentLinkedQueue<>();

    Lookups(Database database) {
        this.database = database;
    }

    /// Whatever has this name, table or view.
    Optional<Relation> find(Warehouse warehouse, TableIdentifier name) {
        var lookup = new Lookup(new Place(warehouse, name));
        waiting.add(lookup);
        lock.lock();
        try {
            // Ends: each round takes at least one lookup, and ours was added before.
            while (!lookup.done) {
                runGroup();
            }
        } finally {
            lock.unlock();
        }
        return lookup.result();
    }

    private void runGroup() {
        List<Lookup> group = new ArrayList<>();
        for (Lookup next = waiting.poll(); next != null; next = waiting.poll()) {
            group.add(next);
            if (group.size() == TOGETHER_MAX) {
                break;
            }
        }
        try {
            run(group);
        } catch (RuntimeException e) {
            // It may be the fault of one: the others are not to suffer for it.
            group.forEach(lookup -> runAlone(lookup, group.size() == 1 ? e : null));
        } catch (Error e) {
            group.forEach(lookup -> lookup.failure = new IllegalStateException(e));
            throw e;
        } finally {
            group.forEach(lookup -> lookup.done = true);
        }
    }

    private void runAlone(Lookup lookup, @Nullable RuntimeException known) {
        if (known != null) {
            lookup.failure = known;
            return;
        }
        try {
            run(List.of(lookup));
        } catch (RuntimeException e) {
            lookup.failure = e;
        }
    }

    private void run(List<Lookup> group) {
        List<Place> places = padded(group.stream().map(lookup -> lookup.place).distinct().toList());
        Map<Place, Relation> found = database.readOne(tx -> Relation.findAll(tx, places));
        group.forEach(lookup -> lookup.found = found.get(lookup.place));
    }

    /// Repeats the last place up to a power of two, so that there are few statements to prepare.
    private static List<Place> padded(List<Place> places) {
        int size = Integer.highestOneBit(2 * places.size() - 1);
        List<Place> padded = new ArrayList<>(places);
        padded.addAll(Collections.nCopies(size - places.size(), places.getLast()));
        return padded;
    }

    /// What one caller asks; the lock guards the answer.
    private static final class Lookup {
        private final Place place;
        private boolean done;
        private @Nullable Relation found;
        private @Nullable RuntimeException failure;

        Lookup(Place place) {
            this.place = place;
        }

        Optional<Relation> result() {
            if (failure != null) {
                throw failure;
            }
            return Optional.ofNullable(found);
        }
    }
}
