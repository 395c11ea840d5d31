package dev.tarn.pipeline.source.postgres;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.row.RowKind;
import dev.tarn.pipeline.source.jdbc.ChangeReader;
import dev.tarn.pipeline.source.jdbc.Sql;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/// All rows of the tables in one state of the database, one part after the other, by `COPY`
/// (PostgreSQL 14, SQL COPY, text format).
final class PgSnapshot implements ChangeReader.FirstRows {
    private static final Batch NOTHING = new Batch(new Schema(), 1);

    private final Connection connection;
    private final PgParts parts;
    private final Row row = new Row();
    private @Nullable PgTable table;
    private long place;
    private long bytes;
    private @Nullable CopyOut copy;

    /// @param exported the name of the state, null for what it is now
    /// @param inParts whether it may be left between two parts of a table
    /// @param from where the last reading stopped, null for the beginning
    PgSnapshot(
            Connection connection,
            List<PgTable> tables,
            @Nullable String exported,
            boolean inParts,
            PgParts.@Nullable Progress from)
            throws SQLException {
        this.connection = connection;
        connection.setReadOnly(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setAutoCommit(false);
        if (exported != null) {
            Sql.run(
                    connection,
                    "SET TRANSACTION SNAPSHOT '%s'".formatted(exported.replace("'", "")));
        }
        this.parts = new PgParts(connection, tables, inParts, from);
    }

    @Override
    public @Nullable Batch next(int rowsMax, Rejections rejections)
            throws SQLException, IOException {
        PgTable from = table;
        if (copy == null || from == null) {
            PgParts.Part part = parts.nextOrNull();
            if (part == null) {
                return null;
            }
            place = part.table() == table ? place : 0;
            from = part.table();
            table = from;
            copy = begin(part);
        }
        Batch batch = from.batch(rowsMax);
        for (int i = 0; i < rowsMax; i++) {
            byte[] line = copy.readFromCopy();
            if (line == null) {
                copy = null;
                break;
            }
            bytes += line.length;
            row.split(line);
            from.append(batch, row, RowKind.INSERT, false, ++place, rejections);
        }
        Batch read = from.takeOrNull();
        return read == null ? NOTHING : read;
    }

    private CopyOut begin(PgParts.Part from) throws SQLException, IOException {
        String columns =
                from.table().columnNames().stream()
                        .map(PgName::quoted)
                        .collect(Collectors.joining(", "));
        try {
            return connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut("COPY (SELECT %s FROM %s) TO STDOUT".formatted(columns, from.from()));
        } catch (SQLException e) {
            throw PgParts.changedOr(from.table(), e);
        }
    }

    @Override
    public boolean isBetween() {
        return copy == null;
    }

    /// Behind the last part, null if there was none.
    PgParts.@Nullable Progress progressOrNull() {
        return parts.progressOrNull();
    }

    @Override
    public boolean hasProgress() {
        return parts.progressOrNull() != null;
    }

    @Override
    public String place() {
        return parts.place();
    }

    @Override
    public long bytes() {
        return bytes;
    }

    /// Ends the transaction; the connection stays.
    @Override
    public void close() throws SQLException {
        connection.rollback();
        connection.setAutoCommit(true);
        connection.setReadOnly(false);
    }

    /// A line, its values without escapes.
    private static final class Row implements PgTable.Values {
        private byte[] array = new byte[0];
        private int[] from = new int[64];
        private int[] end = new int[64];

        /// The values are shortened in place.
        void split(byte[] line) {
            array = line;
            int column = 0;
            int out = 0;
            int start = 0;
            boolean isNull = false;
            for (int i = 0; i < line.length; i++) {
                byte b = line[i];
                if (b == '\t' || b == '\n') {
                    add(column++, isNull ? -1 : start, out);
                    start = out;
                    isNull = false;
                } else if (b == '\\') {
                    byte next = line[++i];
                    // `\N` is a value by itself.
                    isNull = next == 'N';
                    if (!isNull) {
                        line[out++] = plain(next);
                    }
                } else {
                    line[out++] = b;
                }
            }
        }

        private void add(int column, int start, int stop) {
            if (column == from.length) {
                from = Arrays.copyOf(from, 2 * column);
                end = Arrays.copyOf(end, 2 * column);
            }
            from[column] = start;
            end[column] = stop;
        }

        private static byte plain(byte escaped) {
            return switch (escaped) {
                case 'b' -> '\b';
                case 'f' -> '\f';
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                case 'v' -> 0x0b;
                default -> escaped;
            };
        }

        @Override
        public byte[] array() {
            return array;
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
