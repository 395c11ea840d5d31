package dev.tarn.pipeline.source.mysql;

import com.github.shyiko.mysql.binlog.BinaryLogClient;
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
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// First all rows, then the log, as rows in batches.
final class MyReader extends ChangeReader<MySnapshot, MyLog> {
    /// The only partition.
    static final String LOG_PARTITION = "log";

    /// The number of a mark before the snapshot is in the tables, and after.
    private static final long NOT_BEGUN = 0;

    private static final long BEGUN = 1;

    /// What the second line of a mark says behind the transactions, while there is more to go on
    /// from and what was read is [#hidden]: how far all rows were read, or which transactions it
    /// takes.
    private static final String ROWS = "rows";

    private static final String CATCHING_UP = "until";

    private final MyOptions options;
    private final List<MyTable> tables;
    private final boolean endless;
    private final boolean inParts;
    private final boolean mariaDb;
    private final Connection sql;
    private final Connection rows;
    private final String named;
    private final Renames renames;

    private Mark mark;
    private long markedBytes;
    private @Nullable Gtids planned;

    /// Where the log is read from when all rows are.
    private @Nullable Gtids beginning;

    /// With these transactions the rows are of one state; null if they are at once.
    private @Nullable Gtids whole;

    private @Nullable LogFeed feed;
    private @Nullable Layouts layouts;

    private MyReader(
            MyOptions options,
            List<MyTable> tables,
            LogSource.Request request,
            boolean mariaDb,
            Connection sql,
            Connection rows) {
        super("MySQL", request.inParts(), tables);
        this.options = options;
        this.tables = List.copyOf(tables);
        this.renames = request.renames();
        this.endless = request.endless();
        this.inParts = request.inParts();
        this.mariaDb = mariaDb;
        this.sql = sql;
        this.rows = rows;
        this.named =
                (mariaDb ? "MariaDB " : "MySQL ")
                        + tables.stream().map(table -> table.name().toString()).sorted().toList();
        this.mark = new Mark(NOT_BEGUN, named);
    }

    static MyReader open(MyOptions options, List<MyTable> tables, LogSource.Request request)
            throws SQLException, IOException {
        Connection sql = null;
        Connection rows = null;
        try {
            sql = options.connect();
            rows = options.connect();
            boolean mariaDb = MySqlSource.isMariaDb(sql);
            var reader = new MyReader(options, tables, request, mariaDb, sql, rows);
            reader.begin(request.stored().get(LOG_PARTITION));
            return reader;
        } catch (SQLException | IOException | RuntimeException e) {
            close(sql);
            close(rows);
            throw e;
        }
    }

    private void begin(@Nullable Mark stored) throws SQLException, IOException {
        if (stored == null) {
            return;
        }
        String[] parts = stored.identity().split("\n", 3);
        if (!parts[0].equals(named)) {
            throw new IOException(
                    "The job went on from another kind of server or set of tables: it was %s, it is %s. Run it with --again to begin with all rows"
                            .formatted(parts[0], named));
        }
        if (stored.next() != NOT_BEGUN && parts.length == 3) {
            // Transactions, and what was read besides.
            String[] way = parts[1].split(" ", 3);
            goOn(Gtids.of(way[0], mariaDb), way, parts[2]);
        }
    }

    private void goOn(Gtids from, String[] way, String layout) throws SQLException, IOException {
        boolean hides = way.length > 1;
        boolean amidRows = hides && way[1].equals(ROWS);
        if ((hides && !inParts) || (amidRows && !layout.equals(layoutNow()))) {
            noteAnew();
            return;
        }
        requireLog(from);
        if (amidRows) {
            readRows(MyProgress.of(way[2]));
            beginning = from;
        } else {
            whole = hides ? Gtids.of(way[2], mariaDb) : null;
            follow(from, layout);
        }
    }

    private String layoutNow() {
        return new Layouts(sql, options.narrow(), tables, null, renames, notes).toString();
    }

    /// What was read must be among what the server has, and what was not read must still be in its
    /// log. MariaDB looks at both by itself when the log is asked for.
    private void requireLog(Gtids from) throws SQLException, IOException {
        if (mariaDb) {
            return;
        }
        if (!Gtids.of(executed(), false).containsAll(from)) {
            throw new IOException(
                    "The server does not have the transactions %s, which were read: it is another one, or was set back. Run the job with --again to begin with all rows"
                            .formatted(from));
        }
        String purged =
                Sql.text(sql, "SELECT CONCAT(@@global.gtid_purged, '')").replaceAll("\\s", "");
        if (!from.containsAll(Gtids.of(purged, false))) {
            throw new IOException(
                    "The server has dropped log that was not read: read are %s, dropped are %s. Run the job with --again to begin with all rows"
                            .formatted(from, purged));
        }
    }

    private String executed() throws SQLException {
        return Sql.text(
                        sql,
                        mariaDb
                                ? "SELECT CONCAT(@@global.gtid_binlog_pos, '')"
                                : "SELECT CONCAT(@@global.gtid_executed, '')")
                .replaceAll("\\s", "");
    }

    @Override
    protected void beginAnew() throws SQLException {
        if (options.initial()) {
            readRows(null);
        } else {
            follow(Gtids.of(executed(), mariaDb), null);
        }
    }

    private void readRows(@Nullable MyProgress from) throws SQLException {
        MyState state = MyState.take(rows, sql, tables, mariaDb, inParts);
        beginning = state.from();
        whole = state.whole();
        read(new MySnapshot(rows, tables, inParts, from));
    }

    @Override
    protected void rowsEnded() throws SQLException {
        follow(Objects.requireNonNull(beginning), null);
    }

    private void follow(Gtids from, @Nullable String layout) throws SQLException {
        BinaryLogClient client = options.logClient();
        if (mariaDb && from.toString().isEmpty()) {
            // Of a server without a transaction: its log from the beginning.
            client.setBinlogFilename("");
            client.setBinlogPosition(4);
        } else {
            client.setGtidSet(from.toString());
        }
        var shapes = new Layouts(sql, options.narrow(), tables, layout, renames, notes);
        var opened = new LogFeed(client);
        layouts = shapes;
        feed = opened;
        follow(new MyLog(opened, shapes, from, mariaDb));
        planned = Gtids.of(executed(), mariaDb);
        mark = markOf(from, shapes);
        opened.start();
    }

    private Mark markOf(Gtids done, Layouts shapes) {
        return markOf(
                done, hidden() ? " %s %s".formatted(CATCHING_UP, whole) : "", shapes.toString());
    }

    private Mark markOf(Gtids done, String way, String layout) {
        return new Mark(BEGUN, named + "\n" + done + way + "\n" + layout);
    }

    @Override
    protected boolean hasEnded(MyLog from) {
        return !endless && hasReadWhatWasThere(from);
    }

    @Override
    protected boolean isWhole(MyLog from) {
        return whole == null || from.hasRead(whole);
    }

    @Override
    public boolean settled() {
        return super.settled() && !isInDoubt();
    }

    /// What the tables were when the run began is told by the log up to where it was then.
    private boolean isInDoubt() {
        MyLog log = logOrNull();
        boolean mayBeTold = areSuspect() || (layouts != null && layouts.areInDoubt());
        return log != null && mayBeTold && !hasReadWhatWasThere(log);
    }

    private boolean areSuspect() {
        return tables.stream()
                .anyMatch(table -> renames.suspects().contains(table.name().toString()));
    }

    private boolean hasReadWhatWasThere(MyLog from) {
        return !from.inTransaction() && planned != null && from.hasRead(planned);
    }

    @Override
    public Map<String, Mark> marks() {
        MySnapshot first = rowsOrNull();
        MyLog log = logOrNull();
        if (first != null && beginning != null && hidden()) {
            String way = " %s %s".formatted(ROWS, first.progressOrNull());
            mark = markOf(beginning, way, layoutNow());
        }
        if (log != null && layouts != null && settled()) {
            boolean shows = mark.identity().contains(" " + CATCHING_UP + " ") && !hidden();
            boolean moved = log.takeFresh() || !endless || shows;
            if (moved || log.read() - markedBytes >= IDLE_BYTES) {
                markedBytes = log.read();
                mark = markOf(log.done(), layouts);
            }
        }
        return Map.of(LOG_PARTITION, mark);
    }

    @Override
    public String place(String partition, Mark of) {
        String[] parts = of.identity().split("\n", 3);
        if (of.next() == NOT_BEGUN || parts.length < 3) {
            return "no row yet";
        }
        String[] way = parts[1].split(" ", 3);
        boolean amidRows = way.length > 1 && way[1].equals(ROWS);
        return amidRows && !firstRows().isEmpty() ? firstRows() : way[0];
    }

    @Override
    public void verify() {
        // The log is the server's; who else reads it changes nothing.
    }

    @Override
    public void committed(Map<String, Mark> marks) {
        // The server keeps its log for as long as it is told to, whoever reads it.
    }

    @Override
    public Lag lag() {
        MyLog log = logOrNull();
        if (log == null || log.millis() == 0) {
            return Lag.UNKNOWN;
        }
        try {
            boolean all = log.hasRead(Gtids.of(executed(), mariaDb));
            return new Lag(
                    -1, -1, all ? 0 : Math.max(0, System.currentTimeMillis() - log.millis()));
        } catch (SQLException e) {
            return Lag.UNKNOWN;
        }
    }

    @Override
    public void close() {
        if (feed != null) {
            feed.close();
        }
        close(rows);
        close(sql);
    }
}
