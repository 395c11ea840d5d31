package dev.tarn.pipeline.source.postgres;

import dev.tarn.pipeline.source.Lag;
import dev.tarn.pipeline.source.LogSource;
import dev.tarn.pipeline.source.Mark;
import dev.tarn.pipeline.source.Renames;
import dev.tarn.pipeline.source.jdbc.ChangeReader;
import dev.tarn.pipeline.source.jdbc.Sql;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;
import org.postgresql.replication.ReplicationSlotInfo;

/// First all rows, then the log, as rows in batches.
final class PgReader extends ChangeReader<PgSnapshot, PgLog> {
    /// The only partition.
    static final String LOG = "log";

    /// What a mark says before the snapshot is in the tables.
    private static final long NOT_BEGUN = 0;

    /// The second line of a mark while there is more to go on from than a place in the log; what
    /// was read is [#hidden].
    private static final String ROWS = "rows ";

    private static final String CATCHING_UP = "catching up";

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

    private long marked;
    private long end = -1;

    /// Where the log has brought all rows to one state; those of one state are there at once.
    private long whole;

    private boolean isCatchingUp;
    private @Nullable PGReplicationStream stream;

    private PgReader(
            PgOptions options,
            List<PgTable> tables,
            LogSource.Request request,
            Connection sql,
            Connection replication)
            throws SQLException {
        super("PostgreSQL", request.inParts(), tables);
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
            noteAnew();
            return;
        }
        slot.requireLog(lsn);
        isCatchingUp = hides;
        if (amidRows) {
            marked = lsn;
            var progress = PgParts.Progress.of(way.substring(ROWS.length()));
            read(new PgSnapshot(options, sql, tables, null, progress));
        } else {
            follow(lsn, from);
        }
    }

    /// Makes the slot, and from that moment looks at the tables.
    @Override
    protected void beginAnew() throws SQLException {
        ReplicationSlotInfo made = slot.create();
        marked = made.getConsistentPoint().asLong();
        if (options.initial()) {
            String state = String.valueOf(made.getSnapshotName());
            read(new PgSnapshot(options, sql, tables, state, null));
        } else {
            rowsEnded();
        }
    }

    @Override
    protected void rowsEnded() throws SQLException {
        follow(marked, layout);
    }

    /// @param from the columns at that place
    private void follow(long lsn, String from) throws SQLException {
        marked = lsn;
        PGReplicationStream started = slot.start(lsn);
        stream = started;
        var relations = new PgRelations(sql, tables, PgLayout.parsed(from), renames, notes);
        follow(new PgLog(started, relations, lsn));
        if (isCatchingUp || !endless) {
            long now = slot.endOfAll();
            whole = isCatchingUp ? now : 0;
            end = endless ? -1 : now;
        }
    }

    /// Asks the server how far it has looked.
    @Override
    protected void waiting() throws SQLException {
        if ((end >= 0 || hidden()) && stream != null) {
            stream.forceUpdateStatus();
        }
    }

    @Override
    protected boolean hasEnded(PgLog from) {
        return end >= 0 && !from.inTransaction() && Long.compareUnsigned(from.position(), end) >= 0;
    }

    @Override
    protected boolean isWhole(PgLog from) {
        return Long.compareUnsigned(from.position(), whole) >= 0;
    }

    @Override
    public Map<String, Mark> marks() {
        PgSnapshot rows = rowsOrNull();
        PgLog log = logOrNull();
        if (rows != null && hidden()) {
            return Map.of(LOG, mark(marked, ROWS + rows.progressOrNull()));
        }
        if (rows != null || log == null) {
            return Map.of(LOG, mark(NOT_BEGUN, ""));
        }
        long position = log.position();
        if (log.takeFresh() || end >= 0 || position - marked >= IDLE_BYTES) {
            marked = position;
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
        return amidRows && !firstRows().isEmpty()
                ? firstRows()
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
    public Lag lag() {
        PgLog log = logOrNull();
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
    public void close() {
        PgSnapshot rows = rowsOrNull();
        if (rows != null) {
            rows.closeOthers();
        }
        close(replication);
        close(sql);
    }
}
