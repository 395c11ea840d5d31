package dev.tarn.pipeline.source.jdbc;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Rejected;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.source.Position;
import dev.tarn.pipeline.source.SplitReader;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// The rows of one query, some at a time, in a transaction that sees one state of the database.
final class JdbcReader implements SplitReader {
    private final Connection connection;
    private final String name;
    private final int table;
    private final Schema schema;
    private final Relation relation;
    private final List<Types.NestedField> columns;
    private final boolean[] required;
    private final PreparedStatement statement;
    private final ResultSet rows;

    private long count;
    private boolean ended;

    /// Takes the connection over.
    JdbcReader(
            Connection connection,
            String name,
            String sql,
            int table,
            Relation relation,
            Set<String> requiredNames,
            int fetchRows)
            throws SQLException {
        this.connection = connection;
        this.name = name;
        this.table = table;
        this.relation = relation;
        this.schema = relation.columns().schema();
        this.columns = schema.columns();
        this.required = new boolean[columns.size()];
        for (int i = 0; i < required.length; i++) {
            required[i] =
                    columns.get(i).isRequired() || requiredNames.contains(columns.get(i).name());
        }
        try {
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setAutoCommit(false);
            this.statement = connection.prepareStatement(sql);
            statement.setFetchSize(fetchRows);
            this.rows = statement.executeQuery();
            if (rows.getMetaData().getColumnCount() != columns.size()) {
                throw new SQLException(
                        "expected %s columns as at the start of the run, found %s"
                                .formatted(columns.size(), rows.getMetaData().getColumnCount()));
            }
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public @Nullable Batch next(int rowsMax, Rejections rejections) throws IOException {
        if (ended) {
            return null;
        }
        try {
            var batch = new Batch(table, schema, rowsMax);
            for (int i = 0; i < rowsMax; i++) {
                if (!rows.next()) {
                    ended = true;
                    return batch.size() == 0 ? null : batch;
                }
                count++;
                read(batch, rejections);
            }
            return batch;
        } catch (SQLException e) {
            throw new IOException(String.valueOf(e.getMessage()), e);
        }
    }

    private void read(Batch batch, Rejections rejections) throws SQLException {
        for (int i = 0; i < columns.size(); i++) {
            Types.NestedField column = columns.get(i);
            String reason = relation.set(rows, i + 1, batch);
            if (reason == null && required[i] && batch.isNull(i, batch.size())) {
                reason = "expected a value, found null";
            }
            if (reason != null) {
                batch.clearRow();
                rejections.add(new Rejected(name, count, column.name(), reason, raw()));
                return;
            }
        }
        batch.endRow();
    }

    /// The row as the driver writes it in text.
    private String raw() throws SQLException {
        var raw = new StringBuilder();
        for (int i = 1; i <= columns.size(); i++) {
            raw.append(i == 1 ? "" : ",").append(rows.getString(i));
        }
        return raw.toString();
    }

    @Override
    public Position position() {
        return new Position(count, 0, 0);
    }

    @Override
    public boolean settled() {
        // A part is read to its end or from its beginning, also when its last row was given: only
        // null tells that it is done.
        return false;
    }

    @Override
    public long bytesRead() {
        return 0;
    }

    @Override
    public void close() throws IOException {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IOException(String.valueOf(e.getMessage()), e);
        }
    }
}
