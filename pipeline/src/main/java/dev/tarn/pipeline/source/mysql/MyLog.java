package dev.tarn.pipeline.source.mysql;

import com.github.shyiko.mysql.binlog.event.DeleteRowsEventData;
import com.github.shyiko.mysql.binlog.event.Event;
import com.github.shyiko.mysql.binlog.event.EventHeaderV4;
import com.github.shyiko.mysql.binlog.event.EventType;
import com.github.shyiko.mysql.binlog.event.GtidEventData;
import com.github.shyiko.mysql.binlog.event.GtidTaggedEventData;
import com.github.shyiko.mysql.binlog.event.MariadbGtidEventData;
import com.github.shyiko.mysql.binlog.event.QueryEventData;
import com.github.shyiko.mysql.binlog.event.TransactionPayloadEventData;
import com.github.shyiko.mysql.binlog.event.UpdateRowsEventData;
import com.github.shyiko.mysql.binlog.event.WriteRowsEventData;
import com.github.shyiko.mysql.binlog.event.XAPrepareEventData;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.row.RowKind;
import dev.tarn.pipeline.source.jdbc.ChangeReader;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The events of the binary log as rows.
///
/// ```
/// GTID  BEGIN  (TABLE_MAP+ ROWS+)*  XID       a transaction; MariaDB leaves BEGIN out
/// GTID  QUERY                                 a statement that is one by itself
/// ```
///
/// What XA transactions did is read when they are decided ([Undecided]).
final class MyLog implements ChangeReader.Changes {
    /// So many, of tables that are not read too, are enough for one call.
    private static final int EVENTS = 2_000;

    private static final Set<EventType> HELD_BACK =
            EnumSet.of(
                    EventType.TABLE_MAP,
                    EventType.WRITE_ROWS,
                    EventType.EXT_WRITE_ROWS,
                    EventType.UPDATE_ROWS,
                    EventType.EXT_UPDATE_ROWS,
                    EventType.DELETE_ROWS,
                    EventType.EXT_DELETE_ROWS,
                    EventType.PARTIAL_UPDATE_ROWS_EVENT);

    /// `Gtid_log_event::FL_PREPARED_XA` of MariaDB's sources.
    private static final int MARIADB_PREPARED_XA = 64;

    private final LogFeed feed;
    private final Layouts layouts;
    private final Gtids done;
    private final boolean mariaDb;
    private final MyRows rows;
    private final Undecided undecided = new Undecided();

    /// Of a compressed transaction, or of one that was decided, before the feed's next.
    private final Deque<Event> unpacked = new ArrayDeque<>();

    /// The transaction that did what one which is being read decides.
    private @Nullable String decided;

    private final List<MyTable> emptied = new ArrayList<>();

    private @Nullable String gtid;
    private boolean begun;
    private boolean hasEmptied;
    private boolean fresh;
    private long millis;
    private long read;

    /// @param done the transactions behind which the log is read
    MyLog(LogFeed feed, Layouts layouts, Gtids done, boolean mariaDb) {
        this.feed = feed;
        this.layouts = layouts;
        this.rows = new MyRows(layouts);
        this.done = done;
        this.mariaDb = mariaDb;
    }

    /// The transactions that were read, whole.
    Gtids done() {
        return done;
    }

    /// Whether all of these were read, be it that some are not decided.
    boolean hasRead(Gtids transactions) {
        if (undecided.isEmpty()) {
            return done.containsAll(transactions);
        }
        Gtids all = Gtids.of(done.toString(), mariaDb);
        undecided.addTo(all);
        return all.containsAll(transactions);
    }

    /// MariaDB's set of transactions has no room for one that is not decided among others that are
    /// done, so that there is no border before all are.
    @Override
    public boolean inTransaction() {
        return gtid != null || (mariaDb && !undecided.isEmpty());
    }

    @Override
    public boolean isInRows() {
        return inTransaction() && hasRows();
    }

    private boolean hasRows() {
        return rows.areThere() || hasEmptied;
    }

    /// Bytes.
    @Override
    public long read() {
        return read;
    }

    /// When the newest event was made, in milliseconds since 1970; 0 if there was none.
    long millis() {
        return millis;
    }

    /// Whether a transaction with rows of the tables has ended since this was asked before.
    boolean takeFresh() {
        boolean was = fresh;
        fresh = false;
        return was;
    }

    /// Reads events that are here until `rowsMax` rows of a table are. However many wait, it ends
    /// often between two transactions, since a commit can be made only there: at the end of the one
    /// it began in, or of one that half fills the batch. Returns whether there was an event.
    @Override
    public boolean read(int rowsMax, Rejections rejections) throws IOException {
        boolean resumed = inTransaction();
        rows.beginCount();
        if (rows.fill(rowsMax, read, rejections)) {
            return true;
        }
        int count = 0;
        // Ends: at the end of a transaction, which takes at most so many events more.
        while (true) {
            Event event = unpacked.isEmpty() ? feed.pollOrNull() : unpacked.poll();
            if (event == null) {
                if (mariaDb) {
                    undecided.requireDecision();
                }
                return count > 0 || rows.count() > 0;
            }
            count++;
            boolean was = inTransaction();
            if (take(event, rowsMax, rejections)) {
                return true;
            }
            boolean border = was && !inTransaction();
            if (border && (resumed || rows.count() >= rowsMax / 2 || count >= EVENTS)) {
                return true;
            }
        }
    }

    /// Returns whether a batch is full.
    private boolean take(Event event, int rowsMax, Rejections rejections) throws IOException {
        EventHeaderV4 header = event.getHeader();
        read += header.getEventLength();
        if (header.getTimestamp() > 0) {
            millis = header.getTimestamp();
        }
        if (undecided.isOpen() && HELD_BACK.contains(header.getEventType())) {
            undecided.add(event);
            return false;
        }
        switch (header.getEventType()) {
            case GTID -> begin(event.<GtidEventData>getData().getMySqlGtid().toString(), false);
            case GTID_TAGGED ->
                    begin(event.<GtidTaggedEventData>getData().getMySqlGtid().toString(), false);
            case MARIADB_GTID -> {
                MariadbGtidEventData data = event.getData();
                begin(
                        "%s-%s-%s"
                                .formatted(
                                        data.getDomainId(),
                                        header.getServerId(),
                                        data.getSequence()),
                        (data.getFlags() & MariadbGtidEventData.FL_STANDALONE) == 0);
                if ((data.getFlags() & MARIADB_PREPARED_XA) != 0) {
                    undecided.open();
                }
            }
            case ANONYMOUS_GTID ->
                    throw new IOException(
                            "The log has a transaction without a GTID: gtid_mode must stay ON");
            case QUERY -> {
                return query(event);
            }
            case XID -> commit();
            case XA_PREPARE -> prepare(event);
            case TABLE_MAP -> rows.know(event.getData());
            case WRITE_ROWS, EXT_WRITE_ROWS -> {
                WriteRowsEventData data = event.getData();
                rows.begin(
                        data.getTableId(),
                        data.getIncludedColumns(),
                        RowKind.INSERT,
                        data.getRows());
                return rows.fill(rowsMax, read, rejections);
            }
            case UPDATE_ROWS, EXT_UPDATE_ROWS -> {
                UpdateRowsEventData data = event.getData();
                rows.begin(
                        data.getTableId(),
                        data.getIncludedColumns(),
                        RowKind.UPDATE_AFTER,
                        data.getRows());
                return rows.fill(rowsMax, read, rejections);
            }
            case DELETE_ROWS, EXT_DELETE_ROWS -> {
                DeleteRowsEventData data = event.getData();
                rows.begin(
                        data.getTableId(),
                        data.getIncludedColumns(),
                        RowKind.DELETE,
                        data.getRows());
                return rows.fill(rowsMax, read, rejections);
            }
            case TRANSACTION_PAYLOAD -> {
                TransactionPayloadEventData data = event.getData();
                unpacked.addAll(data.getUncompressedEvents());
            }
            case PARTIAL_UPDATE_ROWS_EVENT ->
                    throw new IOException(
                            "The log has parts of values: binlog_row_value_options must be empty");
            case INCIDENT ->
                    throw new IOException(
                            "The server lost events of its log: run the job with --again");
            case UNKNOWN -> {
                if (inTransaction()) {
                    throw new IOException(
                            "The log has an event that is not known, as log_bin_compress of MariaDB"
                                    + " makes them: switch it off");
                }
            }
            default -> {
                // Places, formats and checksums tell nothing of rows.
            }
        }
        return false;
    }

    private void begin(String number, boolean alreadyBegun) throws IOException {
        if (gtid != null && (hasRows() || undecided.isOpen())) {
            throw new IOException("The log has a transaction without an end: " + gtid);
        }
        gtid = number;
        begun = alreadyBegun;
        rows.clear();
    }

    private void commit() {
        // In this order: MariaDB keeps the last.
        if (decided != null) {
            done.add(decided);
        }
        if (gtid != null) {
            done.add(gtid);
        }
        gtid = null;
        begun = false;
        decided = null;
        fresh |= hasRows();
        hasEmptied = false;
        rows.clear();
    }

    /// What was held back comes now, and then this event again.
    private void unpack(List<Event> heldBack, Event event) {
        unpacked.addFirst(event);
        heldBack.reversed().forEach(unpacked::addFirst);
    }

    private void prepare(Event event) throws IOException {
        if (!undecided.isOpen()) {
            commit();
        } else if (event.<XAPrepareEventData>getData().isOnePhase()) {
            unpack(undecided.close(), event);
        } else {
            undecided.prepare(String.valueOf(gtid));
            gtid = null;
            begun = false;
        }
    }

    /// Of `XA START 'name'`, or another verb.
    private void ofXa(Event event, String sql) throws IOException {
        String[] words = sql.split("\\s+", 3);
        String xid = words.length < 3 ? "" : words[2];
        switch (words[1].toUpperCase(Locale.ROOT)) {
            case "START" -> {
                begun = true;
                undecided.open();
            }
            case "END" -> undecided.name(xid);
            case "ROLLBACK" -> {
                Undecided.Work work = undecided.decideOrNull(xid);
                decided = work == null ? null : work.gtid();
                commit();
            }
            default -> {
                if (decided != null) {
                    commit();
                    return;
                }
                Undecided.Work work = undecided.decideOrNull(xid);
                if (work == null) {
                    throw new IOException(
                            "The log has the commit of the XA transaction %s, which was prepared before the reading began: what it did cannot be told. Run the job with --again to begin with all rows"
                                    .formatted(xid));
                }
                decided = work.gtid();
                unpack(work.events(), event);
            }
        }
    }

    /// Returns whether a table has no rows any more.
    private boolean query(Event event) throws IOException {
        QueryEventData data = event.getData();
        String sql = data.getSql().strip();
        String word = firstWord(sql);
        if (word.equals("BEGIN")) {
            begun = true;
            return false;
        }
        if (word.equals("XA")) {
            ofXa(event, sql);
            return false;
        }
        if (word.equals("COMMIT") || (word.equals("ROLLBACK") && !isToSavepoint(sql))) {
            commit();
            return false;
        }
        try {
            emptied.addAll(layouts.statement(data.getDatabase(), word, sql));
        } catch (SQLException e) {
            throw new IOException("After '%s': %s".formatted(shortened(sql), e.getMessage()), e);
        }
        hasEmptied |= !emptied.isEmpty();
        if (!begun) {
            commit();
        }
        return !emptied.isEmpty();
    }

    @Override
    public List<MyTable> takeEmptied() {
        List<MyTable> taken = List.copyOf(emptied);
        emptied.clear();
        return taken;
    }

    private static boolean isToSavepoint(String sql) {
        return sql.toUpperCase(Locale.ROOT).matches("ROLLBACK\\s+(WORK\\s+)?TO\\b.*");
    }

    private static String shortened(String sql) {
        return sql.length() <= 100 ? sql : sql.substring(0, 100) + "...";
    }

    private static String firstWord(String sql) {
        String bare = sql.replaceFirst("^(/\\*.*?\\*/|--[^\\n]*\\n|\\s)+", "");
        int end = 0;
        while (end < bare.length() && Character.isLetter(bare.charAt(end))) {
            end++;
        }
        return bare.substring(0, end).toUpperCase(Locale.ROOT);
    }
}
