package dev.tarn.pipeline.source;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.row.Rejections;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/// A source with `tables_configs` that others append to: one for each of its tables, all of one
/// kind, read in turn.
///
/// The mark of a partition is kept under the number of its table and its own name. Which tables
/// there are, and in which order, is part of what a run goes on from: with others it begins anew.
public final class SeveralLogs implements LogSource {
    private static final Batch NOTHING = new Batch(new Schema(), 1);

    private final Block block;
    private final List<LogSource> sources;

    /// @param sources of one table each
    public SeveralLogs(Block block, List<LogSource> sources) {
        this.block = block;
        this.sources = List.copyOf(sources);
    }

    @Override
    public Block block() {
        return block;
    }

    @Override
    public List<Columns> tables() {
        List<Columns> tables = new ArrayList<>();
        sources.forEach(source -> tables.addAll(source.tables()));
        return tables;
    }

    @Override
    public LogReader open(Request request) throws IOException {
        List<LogReader> readers = new ArrayList<>();
        try {
            for (int i = 0; i < sources.size(); i++) {
                readers.add(sources.get(i).open(request.of(i, own(request.stored(), i))));
            }
        } catch (IOException | RuntimeException e) {
            readers.forEach(LogReader::close);
            throw e;
        }
        return new Reader(readers);
    }

    private static String prefix(int table) {
        return (table + 1) + "/";
    }

    private static Map<String, Mark> own(Map<String, Mark> marks, int table) {
        Map<String, Mark> own = new HashMap<>();
        String prefix = prefix(table);
        marks.forEach((name, mark) -> {
            if (name.startsWith(prefix)) {
                own.put(name.substring(prefix.length()), mark);
            }
        });
        return own;
    }

    private static final class Reader implements LogReader {
        private final List<LogReader> readers;
        private final boolean[] ended;
        private int turn;

        Reader(List<LogReader> readers) {
            this.readers = readers;
            this.ended = new boolean[readers.size()];
        }

        @Override
        public @Nullable Batch next(int rowsMax, boolean patient, Rejections rejections)
                throws IOException {
            boolean open = false;
            for (int i = 0; i < ended.length; i++) {
                turn = (turn + 1) % ended.length;
                if (ended[turn]) {
                    continue;
                }
                // Who waits for rows of one table waits but once for all.
                Batch batch = readers.get(turn).next(rowsMax, patient && !open, rejections);
                ended[turn] = batch == null;
                open |= batch != null;
                if (batch != null && batch.size() > 0) {
                    return batch.ofTable(turn);
                }
            }
            return open ? NOTHING : null;
        }

        @Override
        public Map<String, Mark> marks() {
            Map<String, Mark> all = new HashMap<>();
            for (int i = 0; i < readers.size(); i++) {
                String prefix = prefix(i);
                readers.get(i).marks().forEach((name, mark) -> all.put(prefix + name, mark));
            }
            return all;
        }

        @Override
        public String place(String partition, Mark mark) {
            int slash = partition.indexOf('/');
            int table = Integer.parseInt(partition.substring(0, slash)) - 1;
            return readers.get(table).place(partition.substring(slash + 1), mark);
        }

        @Override
        public void verify() throws IOException {
            for (LogReader reader : readers) {
                reader.verify();
            }
        }

        @Override
        public void committed(Map<String, Mark> marks) {
            for (int i = 0; i < readers.size(); i++) {
                readers.get(i).committed(own(marks, i));
            }
        }

        @Override
        public boolean settled() {
            return readers.stream().allMatch(LogReader::settled);
        }

        @Override
        public boolean hidden() {
            return readers.stream().anyMatch(LogReader::hidden);
        }

        @Override
        public String firstRows() {
            return readers.stream()
                    .map(LogReader::firstRows)
                    .filter(rows -> !rows.isEmpty())
                    .findFirst()
                    .orElse("");
        }

        @Override
        public long bytesRead() {
            return readers.stream().mapToLong(LogReader::bytesRead).sum();
        }

        @Override
        public Lag lag() {
            return readers.stream().map(LogReader::lag).reduce(Lag.UNKNOWN, Lag::plus);
        }

        @Override
        public List<String> notes() {
            return readers.stream().flatMap(reader -> reader.notes().stream()).toList();
        }

        @Override
        public void close() {
            readers.forEach(LogReader::close);
        }
    }
}
