package dev.tarn.pipeline.source.postgres;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.source.Lag;
import dev.tarn.pipeline.source.LogReader;
import dev.tarn.pipeline.source.LogSource;
import dev.tarn.pipeline.source.Mark;
import dev.tarn.pipeline.source.Renames;
import dev.tarn.pipeline.source.SourceChangedException;
import dev.tarn.pipeline.source.jdbc.Sql;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;
import org.postgresql.replication.ReplicationSlotInfo;

/// First all rows, then the log, as rows in batches.
final class PgReader implements LogReader {
    /// The only partition.
    static final String LOG = "log";

    /// What a mark says before the snapshot is in the tables.
    private static final long NOT_BEGUN = 0;

    /// The second line of a mark while there is more to go on from than a place in the log; what
    /// was read is [#hidden].
    private static final String ROWS = "rows ";

    private static final String CATCHING_UP = "catching up";

    /// How far the log moves without rows of ours before that is stored.
    private static final long IDLE_BYTES = 16L << 20;

    private static final long PATIENCE_NANOS = 100_000_000L;
    private static final long PAUSE_NANOS = 2_000_000L;

    private static final Batch NOTHING = new Batch(new Schema(), 1);

    private final PgOptions options;
    private final List<PgTable> tables;
    private final boolean endless;
    private final boolean inParts;
    private final Connection sql;
    private final Connection replication;
    private final PgSlot slot;
    private final String identity;
    private final String layout;
    private final Renames renames;
    private final List<String> notes = new ArrayList<>();
    private final Deque<Batch> queue = new ArrayDeque<>();

    private long marked;
    private long end = -1;

    /// Where the log has brought all rows to one state; those of one state are there at once.
    private long whole;

    private boolean isCatchingUp;
    private long snapshotBytes;
    private boolean begun;
    private @Nullable PgSnapshot snapshot;
    private @Nullable PGReplicationStream stream;
    private @Nullable PgLog log;
    private @Nullable SourceChangedException changed;

    private PgReader(
            PgOptions options,
            List<PgTable> tables,
            LogSource.Request request,
            Connection sql,
            Connection replication)
            throws SQLException {
        this.options = options;
        this.tables = List.copyOf(tables);
        this.renames = request.renames();
        this.endless = request.endless();
        this.inParts = request.inParts();
        this.sql = sql;
        this.replication = replication;
        this.slot = new PgSlot(options, sql, replication);
        this.identity = slot.identity();
        this.layout = PgLayout.of(tables);
    }

    static PgReader open(PgOptions options, List<PgTable> tables, LogSource.Request request)
            throws SQLException, IOException {
        Connection sql = null;
        Connection replication = null;
        try {
            sql = options.connect();
            replication = options.connectForReplication();
            var reader = new PgReader(options, tables, request, sql, replication);
            reader.begin(request.stored().get(LOG));
            return reader;
        } catch (SQLException | IOException | RuntimeException e) {
            close(sql);
            close(replication);
            throw e;
        }
    }

    private void begin(@Nullable Mark stored) throws SQLException, IOException {
        String[] before = stored == null ? new String[0] : stored.identity().split("\n", 3);
        if (before.length > 0 && !before[0].equals(identity)) {
            throw new IOException(
                    "The job went on from another server, slot or set of tables: it was %s, it is %s. Run it with --again to begin with all rows"
                            .formatted(before[0], identity));
        }
        if (stored == null && slot.existed()) {
            notes.add(
                    "All rows of all tables are read anew; what was deleted at the source since the"
                            + " last run stays, unless data_save_mode is DROP_DATA");
        }
        slot.publish();
        if (stored != null && stored.next() != NOT_BEGUN) {
            goOn(
                    stored.next(),
                    before.length > 1 ? before[1] : "",
                    before.length == 3 ? before[2] : "");
        }
    }

    /// @param way what was read besides the log
    /// @param from the columns at that place
    private void goOn(long lsn, String way, String from) throws SQLException, IOException {
        boolean hides = !way.isEmpty();
        boolean amidRows = way.startsWith(ROWS);
        if ((hides && !inParts) || (amidRows && !from.equals(layout))) {
            notes.add(
                    "All rows of all tables are read anew: "
                            + (inParts
                                    ? "the columns of a table changed before all were read"
                                    : "the job does not upsert them any more"));
            return;
        }
        slot.requireLog(lsn);
        isCatchingUp = hides;
        if (amidRows) {
            begun = true;
            marked = lsn;
            snapshot =
                    new PgSnapshot(
                            sql,
                            tables,
                            null,
                            true,
                            PgParts.Progress.of(way.substring(ROWS.length())));
        } else {
            follow(lsn, from);
        }
    }

    /// Makes the slot, and from that moment looks at the tables.
    private void beginSnapshot() throws SQLException {
        ReplicationSlotInfo made = slot.create();
        marked = made.getConsistentPoint().asLong();
        begun = true;
        if (options.initial()) {
            snapshot =
                    new PgSnapshot(
                            sql, tables, String.valueOf(made.getSnapshotName()), inParts, null);
        } else {
            follow(marked, layout);
        }
    }

    /// @param from the columns at that place
    private void follow(long lsn, String from) throws SQLException {
        begun = true;
        marked = lsn;
        PGReplicationStream started = slot.start(lsn);
        stream = started;
        log =
                new PgLog(
                        started,
                        new PgRelations(sql, tables, PgLayout.parsed(from), renames, notes),
                        lsn);
        if (isCatchingUp || !endless) {
            long now = slot.endOfAll();
            whole = isCatchingUp ? now : 0;
            end = endless ? -1 : now;
        }
    }

    @Override
    public @Nullable Batch next(int rowsMax, boolean patient, Rejections rejections)
            throws IOException {
        try {
            Batch queued = queue.poll();
            if (queued != null) {
                return queued;
            }
            if (changed != null) {
                throw changed;
            }
            if (!begun) {
                beginSnapshot();
            }
            if (snapshot != null) {
                Batch rows = snapshot.next(rowsMax, rejections);
                if (rows != null) {
                    return rows;
                }
                snapshotBytes = snapshot.bytes();
                snapshot.close();
                snapshot = null;
                follow(marked, layout);
                return NOTHING;
            }
            return log == null ? null : read(log, rowsMax, patient, rejections);
        } catch (SQLException e) {
            throw new IOException("PostgreSQL: " + Sql.reason(e), e);
        }
    }

    private @Nullable Batch read(PgLog from, int rowsMax, boolean patient, Rejections rejections)
            throws SQLException, IOException {
        long begin = System.nanoTime();
        while (!readOrStop(from, rowsMax, rejections)) { // ends: it waits a moment at most
            if (hasEnded(from)) {
                return null;
            }
            if ((end >= 0 || hidden()) && patient && stream != null) {
                // Asks the server how far it has looked.
                stream.forceUpdateStatus();
            }
            if (!patient || System.nanoTime() - begin > PATIENCE_NANOS) {
                break;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        for (PgTable table : tables) {
            Batch rows = table.takeOrNull();
            if (rows != null) {
                queue.add(rows);
            }
        }
        Batch first = queue.poll();
        return first == null ? NOTHING : first;
    }

    /// What was read before a change is handed on first.
    private boolean readOrStop(PgLog from, int rowsMax, Rejections rejections)
            throws SQLException, IOException {
        try {
            return from.read(rowsMax, rejections);
        } catch (SourceChangedException e) {
            changed = e;
            return true;
        }
    }

    private boolean hasEnded(PgLog from) {
        return end >= 0 && !from.inTransaction() && Long.compareUnsigned(from.position(), end) >= 0;
    }

    @Override
    public boolean settled() {
        boolean between = log == null || (changed == null ? !log.inTransaction() : !log.isInRows());
        boolean amidPart = snapshot != null && (!inParts || !snapshot.isBetween());
        return !amidPart && queue.isEmpty() && between;
    }

    @Override
    public boolean hidden() {
        if (snapshot != null) {
            return inParts && snapshot.progressOrNull() != null;
        }
        return log != null && Long.compareUnsigned(log.position(), whole) < 0;
    }

    @Override
    public Map<String, Mark> marks() {
        if (snapshot != null && hidden()) {
            return Map.of(LOG, mark(marked, ROWS + snapshot.progressOrNull()));
        }
        if (!begun || snapshot != null) {
            return Map.of(LOG, mark(NOT_BEGUN, ""));
        }
        if (log != null) {
            long position = log.position();
            if (log.takeFresh() || end >= 0 || position - marked >= IDLE_BYTES) {
                marked = position;
            }
        }
        return Map.of(LOG, mark(marked, hidden() ? CATCHING_UP : ""));
    }

    private Mark mark(long next, String way) {
        return new Mark(next, identity + "\n" + way + "\n" + layout);
    }

    @Override
    public String place(String partition, Mark mark) {
        if (mark.next() == NOT_BEGUN) {
            return "no row yet";
        }
        boolean amidRows = mark.identity().split("\n", 3)[1].startsWith(ROWS);
        return amidRows && snapshot != null
                ? snapshot.place()
                : LogSequenceNumber.valueOf(mark.next()).asString();
    }

    @Override
    public void verify() {
        // The server lets nobody else read from the slot while this reader does.
    }

    @Override
    public void committed(Map<String, Mark> marks) {
        Mark mark = marks.get(LOG);
        if (stream == null || mark == null || mark.next() == NOT_BEGUN) {
            return;
        }
        LogSequenceNumber lsn = LogSequenceNumber.valueOf(mark.next());
        stream.setFlushedLSN(lsn);
        stream.setAppliedLSN(lsn);
        try {
            stream.forceUpdateStatus();
        } catch (SQLException e) {
            // The next read meets the same trouble and tells; what is committed stays so.
            notes.add("The slot was not told of the progress: " + Sql.reason(e));
        }
    }

    @Override
    public long bytesRead() {
        return (snapshot != null ? snapshot.bytes() : snapshotBytes)
                + (log == null ? 0 : log.read());
    }

    @Override
    public Lag lag() {
        if (log == null) {
            return Lag.UNKNOWN;
        }
        try {
            long bytes = Math.max(0, slot.end() - log.position());
            long millis =
                    bytes == 0 || log.committedMillis() == 0
                            ? 0
                            : Math.max(0, System.currentTimeMillis() - log.committedMillis());
            return new Lag(-1, bytes, millis);
        } catch (SQLException e) {
            return Lag.UNKNOWN;
        }
    }

    @Override
    public String firstRows() {
        return snapshot == null ? "" : snapshot.place();
    }

    @Override
    public List<String> notes() {
        return List.copyOf(notes);
    }

    @Override
    public void close() {
        close(replication);
        close(sql);
    }

    private static void close(@Nullable Connection connection) {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            // Nothing depends on how it ends.
            return;
        }
    }
}
