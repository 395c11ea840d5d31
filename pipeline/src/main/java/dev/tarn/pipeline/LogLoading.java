package dev.tarn.pipeline;

import dev.tarn.pipeline.Plan.Flow;
import dev.tarn.pipeline.Writing.Way;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.source.Lag;
import dev.tarn.pipeline.source.LogReader;
import dev.tarn.pipeline.source.LogSource;
import dev.tarn.pipeline.source.Mark;
import dev.tarn.pipeline.source.SourceChangedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/// Loads sources that others append to: several at a time, in turn, to what is their end now or
/// until the run is cancelled.
final class LogLoading {
    private static final long TELL_NANOS = 1_000_000_000L;

    /// So often may one run read the first rows anew.
    private static final int ANEW_MAX = 5;

    /// A source that is being read, and how far it is known to be in the tables.
    private static final class Open {
        private final Way way;
        private final LogReader reader;
        private Map<String, Mark> stored;
        private boolean ended;
        private boolean discarded;

        private Open(Way way, LogReader reader, Map<String, Mark> stored) {
            this.way = way;
            this.reader = reader;
            this.stored = stored;
        }
    }

    private final Writing writing;
    private final Ledger ledger;
    private final Counters counters;
    private final BooleanSupplier cancelled;
    private final List<Open> open = new ArrayList<>();
    private long bytesOfOthers;
    private long toldNanos = System.nanoTime() - TELL_NANOS;

    LogLoading(Writing writing, Ledger ledger, Counters counters, BooleanSupplier cancelled) {
        this.writing = writing;
        this.ledger = ledger;
        this.counters = counters;
        this.cancelled = cancelled;
    }

    /// @param endless whether to go on with what comes in
    void load(List<Flow> flows, boolean endless) {
        bytesOfOthers = counters.bytesHere;
        try {
            for (Flow flow : flows) {
                open(flow, endless);
            }
            // Where the reading begins is stored before anything is read: a run that is killed
            // early begins at the same place again, wherever the log ends by then.
            if (settled()) {
                commitWhatMoved();
            }
            read();
            commitWhatMoved();
            tell();
        } finally {
            counters.notes.addAll(counters.readers);
            counters.readers = List.of();
            open.forEach(o -> o.reader.close());
            open.clear();
        }
    }

    private void open(Flow flow, boolean endless) {
        Way way = writing.way(flow);
        Map<String, Mark> stored = ledger.marks().of(way.key());
        counters.message = "opening " + flow.label();
        try {
            var request =
                    new LogSource.Request(
                            stored,
                            way.required(),
                            writing.renames(),
                            endless,
                            writing.mayHide(flow));
            LogReader reader = ((LogSource) flow.source()).open(request);
            if (reader.hidden() && !writing.stayHidden(way)) {
                reader.close();
                noteAnew(way);
                reader = ((LogSource) flow.source()).open(request.anew());
            }
            open.add(new Open(way, reader, stored));
        } catch (IOException e) {
            throw failure(way, e);
        }
    }

    /// Where others write all the time a run would begin anew for ever.
    private void noteAnew(Way way) {
        if (++counters.timesAnew > ANEW_MAX) {
            throw new PipelineException(
                    "%s: its first rows were read anew %s times, because somebody else writes into their tables each time before all are there"
                            .formatted(way.flow().label(), ANEW_MAX));
        }
        counters.notes.add(
                "The first rows that were read are not in the tables any more as they were left,"
                        + " all are read anew");
    }

    private void read() {
        boolean patient = false;
        // Ends: each reader ends, or the run is cancelled.
        while (!cancelled.getAsBoolean() && !open.stream().allMatch(o -> o.ended)) {
            boolean due = writing.isDue();
            if (due && settled()) {
                commitWhatMoved();
                writing.requireKeys();
                due = false;
            }
            boolean came = false;
            for (Open o : open) {
                // When a commit is due, those that are half way through a transaction go on alone.
                came |= !o.ended && !(due && o.reader.settled()) && read(o, patient);
            }
            // Nobody waits while another has rows.
            patient = !came;
            if (System.nanoTime() - toldNanos >= TELL_NANOS) {
                tell();
            }
        }
        if (!settled()) {
            // Cancelled in a transaction of the source: the next run reads it from its beginning.
            writing.discard();
            open.forEach(o -> o.discarded = true);
        }
    }

    private boolean settled() {
        return open.stream().allMatch(o -> o.reader.settled());
    }

    /// Whether there were rows.
    private boolean read(Open o, boolean patient) {
        try {
            long began = System.nanoTime();
            Batch batch =
                    o.reader.next(
                            writing.batchRows(), patient, r -> writing.reject(o.way.flow(), r));
            if (batch == null) {
                o.ended = true;
            } else if (batch.empties()) {
                writing.empty(o.way, batch.table());
                return true;
            } else if (batch.size() > 0) {
                counters.hasRead(began);
                writing.write(o.way, batch);
                return true;
            }
            return false;
        } catch (SourceChangedException e) {
            throw changed(e);
        } catch (IOException e) {
            throw failure(o.way, e);
        }
    }

    /// What came before the change is committed as it was then. Where the change lies in the middle
    /// of a transaction with rows, or comes to light late, it is read again with the columns of
    /// now.
    private ChangedException changed(SourceChangedException e) {
        if (settled() && !e.isLate()) {
            writing.save(tx -> ledger.renaming().save(tx, e.renames()));
            commitWhatMoved(!e.renames().isEmpty());
        } else {
            writing.discard();
            writing.save(tx -> ledger.renaming().save(tx, e.renames()));
            writing.commit(false);
        }
        return new ChangedException(String.valueOf(e.getMessage()));
    }

    private void commitWhatMoved() {
        commitWhatMoved(false);
    }

    /// @param always even if nothing has
    private void commitWhatMoved(boolean always) {
        boolean moved = always;
        for (Open o : open) {
            for (Map.Entry<String, Mark> mark : o.reader.marks().entrySet()) {
                if (!o.discarded && !mark.getValue().equals(o.stored.get(mark.getKey()))) {
                    moved = true;
                    String place = o.reader.place(mark.getKey(), mark.getValue());
                    writing.save(mark.getKey(), mark.getValue(), o.way.key(), place);
                }
            }
        }
        if (!moved) {
            writing.rest();
            return;
        }
        for (Open o : open) {
            try {
                o.reader.verify();
            } catch (IOException e) {
                throw failure(o.way, e);
            }
        }
        open.forEach(o -> writing.hide(o.way, o.reader.hidden()));
        writing.commit(false);
        for (Open o : open) {
            o.stored = o.reader.marks();
            o.reader.committed(o.stored);
        }
    }

    private void tell() {
        toldNanos = System.nanoTime();
        Lag lag = Lag.UNKNOWN;
        long bytes = bytesOfOthers;
        List<String> notes = new ArrayList<>();
        for (Open o : open) {
            lag = lag.plus(o.reader.lag());
            bytes += o.reader.bytesRead();
            notes.addAll(o.reader.notes());
        }
        counters.bytesHere = bytes;
        counters.readers = List.copyOf(notes);
        counters.lag = lag;
        counters.message = "reading" + told(lag);
    }

    private String told(Lag lag) {
        boolean hidden = open.stream().anyMatch(o -> o.reader.hidden());
        for (Open o : open) {
            if (!o.reader.firstRows().isEmpty()) {
                return " " + o.reader.firstRows();
            }
        }
        return behind(lag) + (hidden ? "; readers see the rows when this is read" : "");
    }

    private static String behind(Lag lag) {
        if (lag.records() >= 0) {
            return ", %,d messages behind".formatted(lag.records());
        }
        return lag.bytes() < 0 ? "" : ", %,d bytes of the log behind".formatted(lag.bytes());
    }

    private static PipelineException failure(Way way, IOException e) {
        return new PipelineException("%s: %s".formatted(way.flow().label(), e.getMessage()), e);
    }
}
