package dev.tarn.pipeline.source.jdbc;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.source.LogReader;
import dev.tarn.pipeline.source.SourceChangedException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/// Reads a database: first all rows, where there was nothing before, then its log.
///
/// ```
/// beginAnew -> all rows, in parts -> rowsEnded -> log
/// ```
///
/// @param <R> how all rows are read
/// @param <L> how the log is read
public abstract class ChangeReader<R extends ChangeReader.FirstRows, L extends ChangeReader.Changes>
        implements LogReader {
    /// How far the log moves without rows of ours before that is stored, in bytes.
    protected static final long IDLE_BYTES = 16L << 20;

    private static final long PATIENCE_NANOS = 100_000_000L;
    private static final long PAUSE_NANOS = 2_000_000L;
    private static final Batch NOTHING = new Batch(new Schema(), 1);

    /// All rows of the tables, in one state of the database.
    public interface FirstRows extends AutoCloseable {
        /// Up to `rowsMax` more rows of a table, maybe none, null at the end.
        ///
        /// @throws SourceChangedException if a table is another than when the state was taken
        @Nullable Batch next(int rowsMax, Rejections rejections) throws SQLException, IOException;

        /// Whether it can be gone on with behind what was given.
        boolean isBetween();

        /// Whether anything lies before that place.
        boolean hasProgress();

        /// What is being read, for people.
        String place();

        long bytes();

        @Override
        void close() throws SQLException;
    }

    /// The log, whose rows go into batches of the tables.
    public interface Changes {
        /// Reads what is here, about `rowsMax` rows; returns whether there was anything.
        ///
        /// @throws SourceChangedException if a table has other columns from here on
        boolean read(int rowsMax, Rejections rejections) throws SQLException, IOException;

        /// Tables that have no rows any more, behind what was read: it ends there.
        List<? extends Filling> takeEmptied();

        boolean inTransaction();

        /// Whether rows of a transaction were read that has not ended.
        boolean isInRows();

        /// Bytes so far.
        long read();
    }

    /// A table whose batch is being filled.
    public interface Filling {
        /// The rows so far, null if there are none.
        @Nullable Batch takeOrNull();

        /// Says that the table has no rows any more.
        Batch emptied();
    }

    private final String server;
    private final boolean inParts;
    private final List<? extends Filling> tables;
    private final Deque<Batch> queue = new ArrayDeque<>();

    /// What the reader of a summary should know.
    protected final List<String> notes = new ArrayList<>();

    private long rowBytes;
    private @Nullable R rows;
    private @Nullable L log;
    private @Nullable SourceChangedException changed;

    /// @param server what messages call it
    /// @param inParts whether all rows may be left before their end
    protected ChangeReader(String server, boolean inParts, List<? extends Filling> tables) {
        this.server = server;
        this.inParts = inParts;
        this.tables = List.copyOf(tables);
    }

    /// Takes a state of the database, to [#read] its rows or to [#follow] the log from there on.
    protected abstract void beginAnew() throws SQLException, IOException;

    /// All rows were read: the log follows.
    protected abstract void rowsEnded() throws SQLException, IOException;

    /// Whether the log was read to where it is to end.
    protected abstract boolean hasEnded(L from) throws SQLException, IOException;

    /// There was nothing in the log.
    protected void waiting() throws SQLException {}

    /// Whether the log has brought all rows to one state.
    protected abstract boolean isWhole(L from);

    /// All rows come next.
    protected final void read(R first) {
        rows = first;
    }

    /// The log comes next.
    protected final void follow(L from) {
        log = from;
    }

    /// Null if they are not being read.
    protected final @Nullable R rowsOrNull() {
        return rows;
    }

    /// Null if it is not being read yet.
    protected final @Nullable L logOrNull() {
        return log;
    }

    @Override
    public final @Nullable Batch next(int rowsMax, boolean patient, Rejections rejections)
            throws IOException {
        try {
            Batch queued = queue.poll();
            if (queued != null) {
                return queued;
            }
            if (changed != null) {
                throw changed;
            }
            if (rows == null && log == null) {
                beginAnew();
            }
            if (rows != null) {
                return next(rows, rowsMax, rejections);
            }
            return log == null ? null : read(log, rowsMax, patient, rejections);
        } catch (SQLException e) {
            throw new IOException("%s: %s".formatted(server, Sql.reason(e)), e);
        }
    }

    private Batch next(R from, int rowsMax, Rejections rejections)
            throws SQLException, IOException {
        Batch batch = from.next(rowsMax, rejections);
        if (batch != null) {
            return batch;
        }
        rowBytes = from.bytes();
        from.close();
        rows = null;
        rowsEnded();
        return NOTHING;
    }

    private @Nullable Batch read(L from, int rowsMax, boolean patient, Rejections rejections)
            throws SQLException, IOException {
        long begin = System.nanoTime();
        while (!readOrStop(from, rowsMax, rejections)) { // ends: it waits a moment at most
            if (hasEnded(from)) {
                return null;
            }
            if (patient) {
                waiting();
            }
            if (!patient || System.nanoTime() - begin > PATIENCE_NANOS) {
                break;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        for (Filling table : tables) {
            Batch filled = table.takeOrNull();
            if (filled != null) {
                queue.add(filled);
            }
        }
        from.takeEmptied().forEach(table -> queue.add(table.emptied()));
        Batch first = queue.poll();
        return first == null ? NOTHING : first;
    }

    /// What was read before a change is handed on first.
    private boolean readOrStop(L from, int rowsMax, Rejections rejections)
            throws SQLException, IOException {
        try {
            return from.read(rowsMax, rejections);
        } catch (SourceChangedException e) {
            changed = e;
            return true;
        }
    }

    @Override
    public boolean settled() {
        boolean between = log == null || (changed == null ? !log.inTransaction() : !log.isInRows());
        boolean amidPart = rows != null && (!inParts || !rows.isBetween());
        return !amidPart && queue.isEmpty() && between;
    }

    @Override
    public final boolean hidden() {
        if (rows != null) {
            return inParts && rows.hasProgress();
        }
        return log != null && !isWhole(log);
    }

    /// Says that what was hidden is of no use any more.
    protected final void noteAnew() {
        notes.add(
                "All rows of all tables are read anew: "
                        + (inParts
                                ? "the columns of a table changed before all were read"
                                : "the job does not upsert them any more"));
    }

    @Override
    public final long bytesRead() {
        return (rows != null ? rows.bytes() : rowBytes) + (log == null ? 0 : log.read());
    }

    @Override
    public final String firstRows() {
        return rows == null ? "" : rows.place();
    }

    @Override
    public final List<String> notes() {
        return List.copyOf(notes);
    }

    /// Nothing depends on how a connection ends.
    protected static void close(@Nullable Connection connection) {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            return;
        }
    }
}
