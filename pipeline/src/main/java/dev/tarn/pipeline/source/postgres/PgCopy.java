package dev.tarn.pipeline.source.postgres;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.row.RowKind;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/// The rows of a query by `COPY` (PostgreSQL 14, SQL COPY, binary format):
///
/// ```
/// signature, flags, length of what follows; then of each row how many values, and of each value how many bytes, -1 for null
/// ```
///
/// A message has whole rows; the signature comes before the first.
final class PgCopy implements PgRows {
    /// A batch of wide rows ends early.
    private static final long BATCH_BYTES = 1L << 20;

    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final PgTable table;
    private final CopyOut copy;
    private final Row row = new Row();
    private long rows;
    private long bytes;
    private boolean ended;

    /// @param query of the table's columns, as it asks for them
    /// @throws dev.tarn.pipeline.source.SourceChangedException if the table has not the columns any
    ///   more
    PgCopy(Connection connection, PgTable table, String query) throws SQLException, IOException {
        this.table = table;
        try {
            this.copy =
                    connection
                            .unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyOut("COPY (%s) TO STDOUT (FORMAT binary)".formatted(query));
        } catch (SQLException e) {
            throw PgParts.changedOr(table, e);
        }
    }

    @Override
    public @Nullable Batch next(int rowsMax, Rejections rejections) throws SQLException {
        if (ended) {
            return null;
        }
        Batch batch = table.batch(rowsMax);
        long full = bytes + BATCH_BYTES;
        for (int i = 0; i < rowsMax && bytes < full; i++) {
            if (!row.next()) {
                byte[] message = copy.readFromCopy();
                if (message == null) {
                    ended = true;
                    break;
                }
                bytes += message.length;
                row.begin(message);
                continue;
            }
            table.append(batch, row, RowKind.INSERT, false, ++rows, rejections);
        }
        Batch read = table.takeOrNull();
        return read == null ? batch : read;
    }

    @Override
    public long rows() {
        return rows;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    /// The rows of a message, one after the other.
    private static final class Row implements PgTable.Values {
        private static final int SIGNATURE = 11;
        private static final int FLAGS = 4;
        private static final short END = -1;

        private byte[] array = new byte[0];
        private int at;
        private int[] from = new int[64];
        private int[] end = new int[64];

        void begin(byte[] message) {
            boolean isFirst = array.length == 0;
            array = message;
            at = isFirst ? SIGNATURE + FLAGS + Integer.BYTES + length(SIGNATURE + FLAGS) : 0;
        }

        private int length(int place) {
            return (int) INT.get(array, place);
        }

        /// Goes to the next, if the message has one more.
        boolean next() {
            if (at >= array.length) {
                return false;
            }
            short columns = (short) SHORT.get(array, at);
            at += Short.BYTES;
            if (columns == END) {
                return false;
            }
            if (columns > from.length) {
                from = new int[columns];
                end = new int[columns];
            }
            for (int column = 0; column < columns; column++) {
                int length = length(at);
                at += Integer.BYTES;
                from[column] = length < 0 ? -1 : at;
                at += Math.max(0, length);
                end[column] = at;
            }
            return true;
        }

        @Override
        public boolean areBinary() {
            return true;
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
