package dev.tarn.pipeline;

import dev.tarn.pipeline.Plan.Flow;
import dev.tarn.pipeline.Writing.Way;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.source.Position;
import dev.tarn.pipeline.source.Split;
import dev.tarn.pipeline.source.SplitReader;
import dev.tarn.pipeline.source.SplitSource;
import dev.tarn.pipeline.source.files.FileSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// Loads a source that has an end, one split after the other.
@SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes; the others only look.
final class SplitLoading {
    private final Writing writing;
    private final Ledger ledger;
    private final InstantSource clock;
    private final Counters counters;
    private final BooleanSupplier cancelled;

    SplitLoading(
            Writing writing,
            Ledger ledger,
            InstantSource clock,
            Counters counters,
            BooleanSupplier cancelled) {
        this.writing = writing;
        this.ledger = ledger;
        this.clock = clock;
        this.counters = counters;
        this.cancelled = cancelled;
    }

    void count(SplitSource source) {
        if (source.remembersSplits()) {
            List<Split> splits = source.splits();
            counters.filesTotal += splits.size();
            counters.bytesTotal += splits.stream().mapToLong(Split::bytes).sum();
        }
    }

    void load(Flow flow, SplitSource source) throws IOException {
        Way way = writing.way(flow);
        for (Split split : source.splits()) {
            if (cancelled.getAsBoolean()) {
                return;
            }
            load(way, source, split);
        }
    }

    private void load(Way way, SplitSource source, Split split) throws IOException {
        boolean file = source.remembersSplits();
        try {
            String fingerprint = "";
            Optional<Ledger.Loaded> loaded =
                    file ? ledger.loaded(way.key(), split.name()) : Optional.empty();
            if (loaded.isPresent()) {
                fingerprint = unlessUnchanged(source, split, loaded.get());
                if (fingerprint.isEmpty()) {
                    counters.filesSkipped++;
                    counters.bytesTotal -= split.bytes();
                    return;
                }
                counters.notes.add(
                        "%s changed since it was loaded; it was loaded again, and its earlier %s rows stay"
                                .formatted(split.name(), loaded.get().rows()));
            } else {
                fingerprint = source.fingerprint(split);
            }
            Position from = Position.START;
            Optional<Ledger.Read> read = ledger.position(way.key(), split.name());
            if (read.isPresent()) {
                if (read.get().fingerprint().equals(fingerprint)) {
                    if (read.get().done()) {
                        return;
                    }
                    from = read.get().position();
                } else {
                    counters.notes.add(
                            "%s changed after %s of its rows were loaded; it was loaded from its start, and they stay"
                                    .formatted(split.name(), read.get().position().rows()));
                }
            }
            counters.message = "loading " + split.name();
            try (SplitReader reader = source.open(split, from, way.required())) {
                read(way, source, split, fingerprint, reader);
            }
            counters.bytesBehind += split.bytes();
            counters.bytesHere = 0;
        } catch (IOException e) {
            throw new PipelineException(
                    "%s: cannot be read, %s".formatted(split.name(), FileSource.reason(e)), e);
        } catch (UncheckedIOException e) {
            throw new PipelineException(
                    "%s: cannot be read, %s".formatted(split.name(), e.getMessage()), e);
        }
    }

    /// The file's new fingerprint, or nothing if it is the one that was loaded.
    private static String unlessUnchanged(SplitSource source, Split split, Ledger.Loaded loaded)
            throws IOException {
        if (split.modified() > 0
                && loaded.size() == split.bytes()
                && loaded.modified() == split.modified()) {
            return "";
        }
        String fingerprint = source.fingerprint(split);
        return fingerprint.equals(loaded.fingerprint()) ? "" : fingerprint;
    }

    private void read(
            Way way, SplitSource source, Split split, String fingerprint, SplitReader reader)
            throws IOException {
        // Ends: each round reads on in a split that has an end.
        while (true) {
            long began = System.nanoTime();
            Batch batch = reader.next(writing.batchRows(), r -> writing.reject(way.flow(), r));
            counters.hasRead(began);
            if (batch == null) {
                break;
            }
            writing.write(way, batch);
            counters.bytesHere = reader.bytesRead();
            if (cancelled.getAsBoolean() && !reader.settled()) {
                // What cannot be gone on with is read again from its beginning.
                writing.discard();
                return;
            }
            if (reader.settled() && (writing.isDue() || cancelled.getAsBoolean())) {
                var read = new Ledger.Read(reader.position(), fingerprint, false);
                writing.save(tx -> ledger.savePosition(tx, way.key(), split.name(), read));
                writing.commit(false);
                if (cancelled.getAsBoolean()) {
                    return;
                }
                writing.requireKeys();
            }
        }
        String change = source.changeOrNull(split);
        if (change != null) {
            throw new PipelineException("%s: %s".formatted(split.name(), change));
        }
        long now = clock.millis();
        Position end = reader.position();
        if (source.remembersSplits()) {
            counters.filesDone++;
            writing.save(
                    tx -> ledger.saveLoaded(tx, way.key(), split, fingerprint, end.rows(), now));
        } else {
            var read = new Ledger.Read(end, fingerprint, true);
            writing.save(tx -> ledger.savePosition(tx, way.key(), split.name(), read));
            if (writing.isDue()) {
                writing.commit(false);
                writing.requireKeys();
            }
        }
    }
}
