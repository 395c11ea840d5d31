package dev.tarn.pipeline.source.postgres;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.row.RowKind;
import dev.tarn.pipeline.source.jdbc.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/// All rows of the tables in one state of the database, one table after the other, by `COPY`
/// (PostgreSQL 14, SQL COPY, text format).
final class PgSnapshot implements AutoCloseable {
    private final Connection connection;
    private final List<PgTable> tables;
    private final Row row = new Row();
    private int table = -1;
    private long place;
    private long bytes;
    private @Nullable CopyOut copy;

    /// @param exported the name of the state
    PgSnapshot(Connection connection, List<PgTable> tables, String exported) throws SQLException {
        this.connection = connection;
        this.tables = tables;
        connection.setReadOnly(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setAutoCommit(false);
        Sql.run(connection, "SET TRANSACTION SNAPSHOT '%s'".formatted(exported.replace("'", "")));
    }

    /// Up to `rowsMax` more rows of a table, null at the end.
    @Nullable Batch next(int rowsMax, Rejections rejections) throws SQLException {
        // Ends: each round reads a row or goes to the next table.
        while (true) {
            if (copy == null) {
                if (++table == tables.size()) {
                    return null;
                }
                copy = begin(tables.get(table));
                place = 0;
            }
            PgTable from = tables.get(table);
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
            if (read != null) {
                return read;
            }
        }
    }

    private CopyOut begin(PgTable from) throws SQLException {
        String columns =
                from.columnNames().stream().map(PgName::quoted).collect(Collectors.joining(", "));
        String kind =
                Sql.text(
                        connection,
                        "SELECT relkind::text FROM pg_class WHERE oid = ?::regclass",
                        from.name().quoted());
        // The log gives the rows of parts as those of the whole, those of heirs under their name.
        String only = kind.equals("p") ? "" : "ONLY ";
        return connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut(
                        "COPY (SELECT %s FROM %s%s) TO STDOUT"
                                .formatted(columns, only, from.name().quoted()));
    }

    long bytes() {
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
