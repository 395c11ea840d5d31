package dev.tarn.pipeline.source.postgres;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.row.RowKind;
import dev.tarn.pipeline.source.jdbc.ChangeReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/// The messages of pgoutput, version 1, as rows (PostgreSQL 14, chapter 53.9).
///
/// ```
/// B  R? (I | U | D)*  C       a transaction; R tells the columns before the first row that has them
/// ```
final class PgLog implements ChangeReader.Changes {
    /// Microseconds from 1970 to 2000.
    private static final long EPOCH_2000 = 946_684_800_000_000L;

    /// Room for what comes at a time; a batch grows where more does.
    private static final int BATCH_ROWS = 256;

    /// So many, of tables that are not read too, are enough for one call.
    private static final int MESSAGES = 10_000;

    private final PGReplicationStream stream;
    private final PgRelations relations;
    private final Tuple before = new Tuple();
    private final Tuple after = new Tuple();

    private byte[] bytes = new byte[0];
    private int at;
    private long position;
    private final List<PgTable> emptied = new ArrayList<>();
    private boolean inTransaction;
    private boolean hasRows;
    private boolean fresh;
    private long commitMicros;
    private long read;

    /// Since the last call of [#read(int, Rejections)].
    private int rows;

    /// @param position behind which the log is read
    PgLog(PGReplicationStream stream, PgRelations relations, long position) {
        this.stream = stream;
        this.relations = relations;
        this.position = position;
    }

    /// Behind the last whole transaction.
    long position() {
        return position;
    }

    @Override
    public boolean inTransaction() {
        return inTransaction;
    }

    @Override
    public boolean isInRows() {
        return inTransaction && hasRows;
    }

    @Override
    public long read() {
        return read;
    }

    /// When the last transaction was committed, in milliseconds since 1970; 0 if there was none.
    long committedMillis() {
        return commitMicros / 1_000;
    }

    /// Reads messages that are here until `rowsMax` rows of a table are. However many wait, it ends
    /// often between two transactions, since a commit can be made only there: at the end of the one
    /// it began in, or of one that half fills the batch. Returns whether there was a message.
    @Override
    public boolean read(int rowsMax, Rejections rejections) throws SQLException, IOException {
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
            case 'T' -> {
                return truncate();
            }
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
        relations.put(id, name, columns);
    }

    /// Returns whether the batch is full.
    private boolean row(char type, int rowsMax, Rejections rejections) throws IOException {
        PgRelations.Relation relation = relations.require(int32());
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

    /// Returns whether it was a table of ours.
    private boolean truncate() throws IOException {
        int count = int32();
        at++;
        for (int i = 0; i < count; i++) {
            PgTable table = relations.tableOrNull(int32());
            if (table != null) {
                emptied.add(table);
            }
        }
        hasRows |= !emptied.isEmpty();
        return !emptied.isEmpty();
    }

    @Override
    public List<PgTable> takeEmptied() {
        List<PgTable> taken = List.copyOf(emptied);
        emptied.clear();
        return taken;
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
        @Override
        public boolean areBinary() {
            return false;
        }

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

        void read(PgRelations.Relation relation) {
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
