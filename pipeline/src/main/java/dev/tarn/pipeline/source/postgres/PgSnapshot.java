package dev.tarn.pipeline.source.postgres;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.source.jdbc.ChangeReader;
import dev.tarn.pipeline.source.jdbc.Sql;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/// All rows of the tables in one state of the database, one part after the other.
///
/// ```
/// the next parts of a large table  ──▶ connections of their own ──▶ batches ──╮
/// of others, and where there are no more connections  ──▶ this one ───────────┴──▶ in the order of the parts
/// ```
final class PgSnapshot implements ChangeReader.FirstRows {
    private static final Batch NOTHING = new Batch(new Schema(), 1);

    private final PgOptions options;
    private final Connection connection;
    private final PgParts parts;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private @Nullable PgAhead ahead;
    private PgParts.@Nullable Progress progress;

    private PgParts.@Nullable Part part;
    private @Nullable PgRows rows;
    private long rowsBefore;
    private long bytesBefore;

    /// @param rows null if they are read at their turn
    private record Waiting(PgParts.Part part, @Nullable PgRows rows) {}

    /// @param exported the name of the state, null for what it is now
    /// @param from where the last reading stopped, null for the beginning
    PgSnapshot(
            PgOptions options,
            Connection connection,
            List<PgTable> tables,
            @Nullable String exported,
            PgParts.@Nullable Progress from)
            throws SQLException {
        this.options = options;
        this.connection = connection;
        this.progress = from;
        see(connection, exported);
        this.parts = new PgParts(connection, tables, from);
    }

    /// From now on the connection sees one state.
    ///
    /// @param exported the name of the state, null for what it is now
    static void see(Connection connection, @Nullable String exported) throws SQLException {
        connection.setReadOnly(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setAutoCommit(false);
        if (exported != null) {
            Sql.run(
                    connection,
                    "SET TRANSACTION SNAPSHOT '%s'".formatted(exported.replace("'", "")));
        }
    }

    @Override
    public @Nullable Batch next(int rowsMax, Rejections rejections)
            throws SQLException, IOException {
        PgRows from = rows;
        if (from == null) {
            lookAhead(rowsMax);
            Waiting first = waiting.poll();
            if (first == null) {
                return null;
            }
            from = begin(first);
        }
        long before = rowsBefore;
        Batch batch = from.next(rowsMax, row -> rejections.add(row.behind(before)));
        if (batch == null) {
            end(from);
        }
        return batch == null ? NOTHING : batch;
    }

    /// A part for each connection. They are asked for here, where this one is not busy.
    private void lookAhead(int rowsMax) throws SQLException, IOException {
        do {
            PgParts.Part next = parts.nextOrNull();
            if (next == null) {
                return;
            }
            if (ahead == null && next.isOfMany() && options.connectionsMax() > 1) {
                ahead = new PgAhead(options, connection, options.connectionsMax());
            }
            PgRows read =
                    ahead == null || !next.isOfMany() ? null : ahead.beginOrNull(next, rowsMax);
            waiting.add(new Waiting(next, read));
        } while (ahead != null && waiting.size() < options.connectionsMax());
    }

    private PgRows begin(Waiting its) throws SQLException, IOException {
        if (part == null || part.table() != its.part.table()) {
            rowsBefore = 0;
        }
        part = its.part;
        PgRows begun =
                its.rows == null
                        ? new PgCopy(connection, its.part.table(), its.part.query())
                        : its.rows;
        rows = begun;
        return begun;
    }

    private void end(PgRows its) {
        rowsBefore += its.rows();
        bytesBefore += its.bytes();
        progress = part == null ? progress : part.behind();
        rows = null;
    }

    @Override
    public boolean isBetween() {
        return rows == null;
    }

    /// Behind the last part, null if there was none.
    PgParts.@Nullable Progress progressOrNull() {
        return progress;
    }

    @Override
    public boolean hasProgress() {
        return progress != null;
    }

    @Override
    public String place() {
        return part == null ? "all rows" : part.place();
    }

    @Override
    public long bytes() {
        return bytesBefore + (rows == null ? 0 : rows.bytes());
    }

    /// Ends the transaction; the connection stays.
    @Override
    public void close() throws SQLException {
        closeOthers();
        connection.rollback();
        connection.setAutoCommit(true);
        connection.setReadOnly(false);
    }

    /// Ends what other connections do.
    void closeOthers() {
        if (ahead != null) {
            ahead.close();
        }
    }
}
