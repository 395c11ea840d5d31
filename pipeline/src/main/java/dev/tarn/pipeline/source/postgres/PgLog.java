package dev.tarn.pipeline.source.postgres;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.row.RowKind;
import dev.tarn.pipeline.source.Renames;
import dev.tarn.pipeline.source.SourceChangedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/// The messages of pgoutput, version 1, as rows (PostgreSQL 14, chapter 53.9).
///
/// ```
/// B  R? (I | U | D)*  C       a transaction; R tells the columns before the first row that has them
/// ```
final class PgLog {
    /// Microseconds from 1970 to 2000.
    private static final long EPOCH_2000 = 946_684_800_000_000L;

    /// Room for what comes at a time; a batch grows where more does.
    private static final int BATCH_ROWS = 256;

    /// So many, of tables that are not read too, are enough for one call.
    private static final int MESSAGES = 10_000;

    private final PGReplicationStream stream;
    private final Connection sql;
    private final Renames renames;
    private final List<String> notes;
    private final Map<String, PgTable> tables = new HashMap<>();
    private final Map<Integer, Relation> relations = new HashMap<>();
    private final Tuple before = new Tuple();
    private final Tuple after = new Tuple();

    private byte[] bytes = new byte[0];
    private int at;
    private long position;
    private boolean inTransaction;
    private boolean hasRows;
    private boolean fresh;
    private long commitMicros;
    private long read;

    /// Since the last call of [#read(int, Rejections)].
    private int rows;

    /// A table as the log has it.
    ///
    /// @param tableOrNull none if it is not read
    /// @param given names of its columns
    /// @param named what they are called now, as far as is known
    /// @param columns for each column of the table that of the log, -1 if it is not there
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Relation(
            @Nullable PgTable tableOrNull, List<String> given, List<String> named, int[] columns) {
        static final Relation UNREAD = new Relation(null, List.of(), List.of(), new int[0]);
    }

    /// @param position behind which the log is read
    /// @param renames columns that rows from before have under other names
    /// @param notes gets what a reader of the summary should know
    PgLog(
            PGReplicationStream stream,
            Connection sql,
            List<PgTable> tables,
            long position,
            Renames renames,
            List<String> notes) {
        this.stream = stream;
        this.sql = sql;
        this.position = position;
        this.renames = renames;
        this.notes = notes;
        tables.forEach(table -> this.tables.put(table.name().toString(), table));
    }

    /// Behind the last whole transaction.
    long position() {
        return position;
    }

    boolean inTransaction() {
        return inTransaction;
    }

    /// Whether rows of a transaction were read that has not ended.
    boolean isInRows() {
        return inTransaction && hasRows;
    }

    long read() {
        return read;
    }

    /// When the last transaction was committed, in milliseconds since 1970; 0 if there was none.
    long committedMillis() {
        return commitMicros / 1_000;
    }

    /// Reads messages that are here until `rowsMax` rows of a table are. However many wait, it ends
    /// often between two transactions, since a commit can be made only there: at the end of the one
    /// it began in, or of one that half fills the batch. Returns whether there was a message.
    boolean read(int rowsMax, Rejections rejections) throws SQLException, IOException {
        boolean resumed = inTransaction;
        rows = 0;
        int messages = 0;
        // Ends: at the end of a transaction, which takes at most so many messages more.
        while (true) {
            ByteBuffer message = stream.readPending();
            if (message == null) {
                caughtUp();
                return messages > 0;
            }
            messages++;
            bytes = message.array();
            at = message.arrayOffset() + message.position();
            read += message.remaining();
            boolean wasInTransaction = inTransaction;
            if (take(rowsMax, rejections)) {
                return true;
            }
            boolean border = wasInTransaction && !inTransaction;
            if (border && (resumed || rows >= rowsMax / 2 || messages >= MESSAGES)) {
                return true;
            }
        }
    }

    /// What the server has sent is read: it says how far it has looked.
    private void caughtUp() {
        LogSequenceNumber sent = stream.getLastReceiveLSN();
        if (!inTransaction && Long.compareUnsigned(sent.asLong(), position) > 0) {
            position = sent.asLong();
        }
    }

    /// Returns whether a batch is full.
    private boolean take(int rowsMax, Rejections rejections) throws SQLException, IOException {
        char type = (char) bytes[at++];
        switch (type) {
            case 'B' -> inTransaction = true;
            case 'C' -> commit();
            case 'R' -> relation();
            case 'I', 'U', 'D' -> {
                return row(type, rowsMax, rejections);
            }
            case 'T' -> truncate();
            default -> {
                // Origins, types and messages of programs tell nothing of rows.
            }
        }
        return false;
    }

    private void commit() {
        at += Byte.BYTES + Long.BYTES;
        position = int64();
        commitMicros = int64() + EPOCH_2000;
        inTransaction = false;
        fresh |= hasRows;
        hasRows = false;
    }

    /// Whether a transaction with rows of the tables has ended since this was asked before.
    boolean takeFresh() {
        boolean was = fresh;
        fresh = false;
        return was;
    }

    private void relation() throws SQLException, IOException {
        int id = int32();
        String name = string() + "." + string();
        at++;
        List<String> columns = new ArrayList<>();
        int count = int16();
        for (int i = 0; i < count; i++) {
            at++;
            columns.add(string());
            at += 2 * Integer.BYTES;
        }
        PgTable table = tables.get(name);
        relations.put(
                id,
                table == null
                        ? Relation.UNREAD
                        : matched(table, columns, relations.getOrDefault(id, Relation.UNREAD)));
    }

    /// What the log has may be older than the table: only what the table is now, and was not at the
    /// start, is a change.
    private Relation matched(PgTable table, List<String> given, Relation before)
            throws SQLException, IOException {
        Schema now = PgCatalog.columns(sql, table.name()).schema();
        if (!table.isLike(now)) {
            throw new SourceChangedException(
                    "Table %s has other columns since the run began".formatted(table.name()),
                    table.renamedIn(now));
        }
        List<String> columns = table.columnNames();
        List<String> logged = named(table, given, before, columns);
        for (String column : logged) {
            if (!columns.contains(column)) {
                note(
                        "Table %s had a column %s, which is there no more; its values are left out"
                                .formatted(table.name(), column));
            }
        }
        int[] places = new int[columns.size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = logged.indexOf(columns.get(i));
            if (places[i] < 0) {
                note(
                        "Table %s: rows from before it had the column %s, it is null there"
                                .formatted(table.name(), columns.get(i)));
            }
        }
        return new Relation(table, given, logged, places);
    }

    /// The names of now. A name that is known neither now nor before is that of the column in whose
    /// place it stands: columns keep their places, and new ones come last.
    private List<String> named(
            PgTable table, List<String> given, Relation before, List<String> now) {
        List<String> named = new ArrayList<>();
        for (String column : given) {
            String later =
                    now.contains(column)
                            ? null
                            : renames.nowOrNull(table.name().path(), column, now);
            named.add(later == null || given.contains(later) ? column : later);
        }
        for (int i = 0; i < given.size() && given.size() == before.given().size(); i++) {
            String inPlace = before.named().get(i);
            boolean isUnknown = !now.contains(named.get(i));
            if (isUnknown
                    && now.contains(inPlace)
                    && !named.contains(inPlace)
                    && !given.contains(before.given().get(i))) {
                named.set(i, inPlace);
            }
        }
        return named;
    }

    private void note(String note) {
        if (!notes.contains(note)) {
            notes.add(note);
        }
    }

    /// Returns whether the batch is full.
    private boolean row(char type, int rowsMax, Rejections rejections) throws IOException {
        int id = int32();
        Relation relation = relations.get(id);
        if (relation == null) {
            throw new IOException(
                    "The log has a row of table number %s before its columns".formatted(id));
        }
        PgTable table = relation.tableOrNull();
        if (table == null) {
            return false;
        }
        hasRows = true;
        rows++;
        before.clear();
        after.clear();
        char part = (char) bytes[at++];
        boolean keyOnly = part == 'K';
        if (part == 'K' || part == 'O') {
            before.read(relation);
            part = type == 'U' ? (char) bytes[at++] : part;
        }
        if (part == 'N') {
            after.read(relation);
        }
        // An update may be two rows.
        Batch batch = table.batch(Math.min(BATCH_ROWS, rowsMax));
        batch.reserve(2);
        switch (type) {
            case 'I' -> table.append(batch, after, RowKind.INSERT, false, position, rejections);
            case 'U' -> update(table, batch, keyOnly, rejections);
            default -> table.append(batch, before, RowKind.DELETE, true, position, rejections);
        }
        return batch.size() + 2 > Math.max(2, rowsMax);
    }

    private void update(PgTable table, Batch batch, boolean keyOnly, Rejections rejections)
            throws IOException {
        after.complete(table, keyOnly ? null : before);
        if (before.isThere()) {
            table.append(batch, before, RowKind.UPDATE_BEFORE, true, position, rejections);
        }
        table.append(batch, after, RowKind.UPDATE_AFTER, false, position, rejections);
    }

    private void truncate() throws IOException {
        int count = int32();
        at++;
        for (int i = 0; i < count; i++) {
            Relation relation = relations.get(int32());
            if (relation != null && relation.tableOrNull() != null) {
                throw new IOException(
                        "Table %s was truncated, which is not followed: run the job with --again and data_save_mode = DROP_DATA"
                                .formatted(relation.tableOrNull().name()));
            }
        }
    }

    private int int16() {
        return (bytes[at++] & 0xff) << 8 | (bytes[at++] & 0xff);
    }

    private int int32() {
        return int16() << 16 | int16();
    }

    private long int64() {
        return (long) int32() << 32 | (int32() & 0xffff_ffffL);
    }

    private String string() {
        int start = at;
        while (bytes[at] != 0) {
            at++;
        }
        return new String(bytes, start, at++ - start, StandardCharsets.UTF_8);
    }

    /// The values of one row, in the columns of its table.
    private final class Tuple implements PgTable.Values {
        private static final int NULL = -1;
        private static final int UNCHANGED = -2;

        private int[] loggedFrom = new int[64];
        private int[] loggedEnd = new int[64];
        private int[] from = new int[64];
        private int[] end = new int[64];
        private int width;

        void clear() {
            width = 0;
        }

        boolean isThere() {
            return width > 0;
        }

        void read(Relation relation) {
            int count = int16();
            if (count > loggedFrom.length) {
                loggedFrom = new int[count];
                loggedEnd = new int[count];
            }
            for (int i = 0; i < count; i++) {
                char kind = (char) bytes[at++];
                if (kind == 't') {
                    int length = int32();
                    loggedFrom[i] = at;
                    at += length;
                    loggedEnd[i] = at;
                } else {
                    loggedFrom[i] = kind == 'u' ? UNCHANGED : NULL;
                }
            }
            int[] columns = relation.columns();
            width = columns.length;
            if (width > from.length) {
                from = Arrays.copyOf(from, width);
                end = Arrays.copyOf(end, width);
            }
            for (int i = 0; i < width; i++) {
                from[i] = columns[i] < 0 ? NULL : loggedFrom[columns[i]];
                end[i] = columns[i] < 0 ? NULL : loggedEnd[columns[i]];
            }
        }

        /// Takes what is not repeated from the row as it was.
        void complete(PgTable table, @Nullable Tuple old) throws IOException {
            for (int i = 0; i < width; i++) {
                if (from[i] != UNCHANGED) {
                    continue;
                }
                if (old == null || !old.isThere() || old.from[i] == UNCHANGED) {
                    throw new IOException(
                            "The log does not repeat a long value of column %s of table %s that did not change: ALTER TABLE %s REPLICA IDENTITY FULL, then run the job with --again"
                                    .formatted(
                                            table.columnNames().get(i),
                                            table.name(),
                                            table.name().quoted()));
                }
                from[i] = old.from[i];
                end[i] = old.end[i];
            }
        }

        @Override
        public byte[] array() {
            return bytes;
        }

        @Override
        public int from(int column) {
            return from[column];
        }

        @Override
        public int end(int column) {
            return end[column];
        }
    }
}
