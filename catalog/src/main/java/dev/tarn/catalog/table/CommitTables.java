package dev.tarn.catalog.table;

import dev.tarn.catalog.Locations;
import dev.tarn.catalog.Names;
import dev.tarn.catalog.relation.Kind;
import dev.tarn.catalog.relation.Relation;
import dev.tarn.catalog.relation.Relations;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.store.Database;
import dev.tarn.store.OutcomeUnknownException;
import dev.tarn.store.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.jspecify.annotations.Nullable;

/// Commits changes to tables: check the requirements, apply the updates, write the files, swap the
/// pointers. One table or many: all of them change in one transaction, or none.
///
/// Commits of this process queue up by table, see [Lanes]. Only the swap can lose a race, to
/// another process. The loser starts again from the tables as they are now, because its
/// requirements may still hold there; and as one process may be quicker than another every time, it
/// holds the tables' rows while it does so after a few defeats.
final class CommitTables {
    static final Consumer<Transaction> NO_ROWS = tx -> {};

    private static final int ATTEMPTS_MAX = 16;
    private static final int RACES_MAX = 3;
    private static final int IN_LANE_MAX = 256;
    private static final Duration LANE_WAIT_MAX = Duration.ofSeconds(30);

    private final Lanes lanes = new Lanes(IN_LANE_MAX, LANE_WAIT_MAX);
    private final Database database;
    private final Relations relations;
    private final MetadataFiles files;
    private final Locations locations;

    CommitTables(Database database, Relations relations, MetadataFiles files, Locations locations) {
        this.database = database;
        this.relations = relations;
        this.files = files;
        this.locations = locations;
    }

    /// Returns the tables after the commit, by name in the order of the changes.
    ///
    /// @param alongside rows of the caller, in the same transaction; may run again after a lost
    ///   race
    /// @throws dev.tarn.catalog.BusyException if too many commit to a table at once; nothing was
    ///   done
    SequencedMap<TableIdentifier, TableVersion> commit(
            Warehouse warehouse, List<TableChange> changes, Consumer<Transaction> alongside) {
        changes.forEach(change -> check(warehouse, change));
        return lanes.in(
                warehouse,
                changes.stream().map(TableChange::name).toList(),
                () -> commitInLanes(warehouse, changes, alongside));
    }

    private SequencedMap<TableIdentifier, TableVersion> commitInLanes(
            Warehouse warehouse, List<TableChange> changes, Consumer<Transaction> alongside) {
        for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
            List<Step> written = new ArrayList<>();
            List<Step> steps =
                    attempt > RACES_MAX
                            ? List.of()
                            : prepare(changes, readRows(warehouse, changes));
            try {
                if (steps.isEmpty()) {
                    swapHolding(warehouse, changes, written, alongside);
                } else {
                    write(steps, written);
                    swap(warehouse, written, alongside);
                }
            } catch (OutcomeUnknownException e) {
                confirm(warehouse, written, e);
            } catch (LostRaceException e) {
                deleteLosers(written);
                continue;
            } catch (RuntimeException e) {
                // Anything else is thrown before COMMIT or instead of it: nothing took effect.
                deleteLosers(written);
                throw e;
            }
            deleteOutdated(warehouse, written);
            return results(written);
        }
        throw new CommitFailedException(
                "Cannot commit to %s: lost %s races",
                changes.stream().map(TableChange::name).distinct().toList(), ATTEMPTS_MAX);
    }

    private void check(Warehouse warehouse, TableChange change) {
        change.checkLocations(warehouse, locations);
        if (change.creates()) {
            Names.check(change.name());
        }
    }

    private void write(List<Step> steps, List<Step> written) {
        for (Step step : steps) {
            // Written before the pointer moves: a crash in between leaves garbage, never a hole.
            written.add(step.write(files));
        }
    }

    private List<Step> prepare(
            List<TableChange> changes, SequencedMap<TableIdentifier, Optional<Relation>> rows) {
        SequencedMap<TableIdentifier, Step> steps = new LinkedHashMap<>();
        for (TableChange change : changes) {
            Step step = steps.get(change.name());
            if (step == null) {
                Relation row = rows.getOrDefault(change.name(), Optional.empty()).orElse(null);
                step = Step.unchanged(change.name(), row, draft(row));
            }
            steps.put(change.name(), step.then(change));
        }
        return List.copyOf(steps.sequencedValues());
    }

    private Draft draft(@Nullable Relation row) {
        if (row == null) {
            return Draft.ofNew();
        }
        TableVersion base = files.read(row.metadataLocation());
        return Draft.of(base, () -> files.whole(base));
    }

    private SequencedMap<TableIdentifier, Optional<Relation>> readRows(
            Warehouse warehouse, List<TableChange> changes) {
        SequencedMap<TableIdentifier, Optional<Relation>> rows = new LinkedHashMap<>();
        if (changes.size() == 1) {
            TableIdentifier name = changes.getFirst().name();
            rows.put(name, relations.find(warehouse, name));
            return rows;
        }
        return database.read(tx -> {
            for (TableChange change : changes) {
                rows.computeIfAbsent(
                        change.name(), name -> Relation.find(tx, warehouse, Kind.TABLE, name));
            }
            return rows;
        });
    }

    /// All of an attempt in one transaction that holds the rows: nobody can come first.
    private void swapHolding(
            Warehouse warehouse,
            List<TableChange> changes,
            List<Step> written,
            Consumer<Transaction> alongside) {
        List<TableIdentifier> names =
                changes.stream()
                        .map(TableChange::name)
                        .distinct()
                        .sorted(Comparator.comparing(TableIdentifier::toString))
                        .toList();
        database.<Boolean>write(tx -> {
            // Of a time before, which the database gave up.
            deleteLosers(written);
            written.clear();
            SequencedMap<TableIdentifier, Optional<Relation>> rows = new LinkedHashMap<>();
            for (TableIdentifier name : names) {
                Optional<Relation> row = Relation.find(tx, warehouse, Kind.TABLE, name);
                if (database.remote()) {
                    // The one writer of an embedded database holds all of it.
                    row.ifPresent(found -> found.hold(tx));
                }
                rows.put(
                        name, row.isEmpty() ? row : Relation.find(tx, warehouse, Kind.TABLE, name));
            }
            write(prepare(changes, rows), written);
            swap(tx, warehouse, written, alongside);
            return true;
        });
    }

    private void swap(Warehouse warehouse, List<Step> steps, Consumer<Transaction> alongside) {
        if (steps.stream().anyMatch(Step::changes) || !alongside.equals(NO_ROWS)) {
            database.<Boolean>write(tx -> {
                swap(tx, warehouse, steps, alongside);
                return true;
            });
        }
    }

    private void swap(
            Transaction tx,
            Warehouse warehouse,
            List<Step> steps,
            Consumer<Transaction> alongside) {
        // Always in the same order, so that two commits to the same tables cannot lock each other.
        List<Step> ordered =
                steps.stream()
                        .sorted(Comparator.comparing(step -> step.name().toString()))
                        .toList();
        // A table that was only required to be so has to be so still: its pointer moves to where
        // it is.
        for (Step step : ordered) {
            move(tx, warehouse, step);
        }
        alongside.accept(tx);
        for (Step step : steps.stream().filter(Step::changes).toList()) {
            String verb = step.row() == null ? "create" : "commit";
            relations.record(
                    tx,
                    verb,
                    warehouse,
                    step.name(),
                    TableDetails.of(step.base(), step.after(), step.draft().next().changes()));
        }
    }

    private void move(Transaction tx, Warehouse warehouse, Step step) {
        Relation row = step.row();
        if (row == null) {
            relations.insert(
                    tx,
                    warehouse,
                    step.name(),
                    step.after().recent().uuid(),
                    step.writtenLocation(),
                    step.after().recent().location());
        } else if (!row.swap(tx, step.writtenLocation())) {
            throw new LostRaceException();
        } else if (step.moves()) {
            TableMetadata after = step.after().recent();
            row.describe(tx, after.uuid(), after.location());
        }
    }

    /// The swap may have taken effect. One pointer that is ours, or that moved on from ours, proves
    /// that all did; anything else proves nothing, because the transaction may still be on its way.
    private void confirm(Warehouse warehouse, List<Step> written, OutcomeUnknownException unknown) {
        try {
            for (Step step : written) {
                if (step.changes() && isCurrent(warehouse, step)) {
                    return;
                }
            }
        } catch (RuntimeException e) {
            unknown.addSuppressed(e);
        }
        throw new CommitStateUnknownException(unknown);
    }

    private boolean isCurrent(Warehouse warehouse, Step step) {
        Optional<Relation> now = relations.find(warehouse, step.name());
        if (now.isEmpty()) {
            return false;
        }
        String ours = step.writtenLocation();
        return now.get().metadataLocation().equals(ours)
                || files.read(now.get().metadataLocation()).recent().previousFiles().stream()
                        .anyMatch(entry -> entry.file().equals(ours));
    }

    private void deleteLosers(List<Step> written) {
        files.forget(written.stream().filter(Step::changes).map(Step::writtenLocation).toList());
    }

    /// The commit stands whatever happens here: an exception would make its client believe that it
    /// did not, and delete the files that the table now names.
    private void deleteOutdated(Warehouse warehouse, List<Step> written) {
        for (Step step : written) {
            TableVersion base = step.base();
            if (step.changes() && base != null) {
                files.supersede(base);
                files.forget(
                        MetadataFiles.outdated(base, step.after()).stream()
                                .filter(file -> locations.isOurs(warehouse, file))
                                .toList());
            }
        }
    }

    private static SequencedMap<TableIdentifier, TableVersion> results(List<Step> written) {
        SequencedMap<TableIdentifier, TableVersion> results = new LinkedHashMap<>();
        written.forEach(step -> results.put(step.name(), step.after()));
        return results;
    }

    /// One table on its way to its next version.
    ///
    /// @param row null if it does not exist yet
    /// @param written null until its file is
    private record Step(
            TableIdentifier name,
            @Nullable Relation row,
            Draft draft,
            @Nullable TableVersion written) {

        static Step unchanged(TableIdentifier name, @Nullable Relation row, Draft draft) {
            return new Step(name, row, draft, null);
        }

        Step then(TableChange change) {
            return new Step(name, row, draft.then(change), null);
        }

        @Nullable TableVersion base() {
            return draft.base();
        }

        boolean changes() {
            return draft.isChanged();
        }

        /// Whether what the row repeats of the metadata is another now.
        boolean moves() {
            TableVersion base = base();
            return base != null
                    && (!base.recent().location().equals(after().recent().location())
                            || !base.recent().uuid().equals(after().recent().uuid()));
        }

        Step write(MetadataFiles files) {
            return changes() ? new Step(name, row, draft, files.write(draft)) : this;
        }

        TableVersion after() {
            TableVersion after = written != null ? written : draft.base();
            if (after == null) {
                throw new IllegalStateException("No file was written for " + name);
            }
            return after;
        }

        String writtenLocation() {
            return after().requireLocation();
        }
    }

    /// Rolls the transaction back; another commit moved a pointer first.
    private static final class LostRaceException extends RuntimeException {
        LostRaceException() {
            super("Another commit came first", null, false, false);
        }
    }
}
