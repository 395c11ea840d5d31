package dev.tarn.pipeline.source.mysql;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.row.RowKind;
import dev.tarn.pipeline.source.jdbc.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// All rows of the tables in one state of the server, one table after the other, and the set of
/// transactions that state has.
///
/// MariaDB tells the place of a state in its log. MySQL does not, so for the moment in which the
/// state is taken all tables are locked against writes, as its own backup program does.
final class MySnapshot implements AutoCloseable {
    private static final int LOCK_SECONDS_MAX = 10;
    private static final int FETCH_ROWS = 4_096;

    private final Connection connection;
    private final List<MyTable> tables;
    private final String transactions;
    private int table = -1;
    private long place;
    private long bytes;
    private @Nullable Statement statement;
    private @Nullable ResultSet rows;

    MySnapshot(Connection connection, List<MyTable> tables, boolean mariaDb) throws SQLException {
        this.connection = connection;
        this.tables = tables;
        Sql.run(connection, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
        if (mariaDb) {
            begin();
            String place =
                    Sql.text(
                            connection,
                            "SELECT CONCAT(f.variable_value, '|', p.variable_value) FROM"
                                    + " information_schema.session_status f,"
                                    + " information_schema.session_status p WHERE f.variable_name ="
                                    + " 'BINLOG_SNAPSHOT_FILE' AND p.variable_name ="
                                    + " 'BINLOG_SNAPSHOT_POSITION'");
            int bar = place.lastIndexOf('|');
            this.transactions =
                    Sql.text(
                            connection,
                            "SELECT BINLOG_GTID_POS(?, ?)",
                            place.substring(0, bar),
                            place.substring(bar + 1));
            return;
        }
        try {
            // While it waits for a long query, everybody who writes waits for it.
            Sql.run(connection, "SET lock_wait_timeout = " + LOCK_SECONDS_MAX);
            Sql.run(connection, "FLUSH TABLES WITH READ LOCK");
        } catch (SQLException e) {
            throw new SQLException(
                    "the first state cannot be taken: %s. The user needs RELOAD, for a lock of a moment, and no query may hold it up for %s s"
                            .formatted(Sql.reason(e), LOCK_SECONDS_MAX),
                    e);
        }
        try {
            begin();
            this.transactions = Sql.text(connection, "SELECT @@global.gtid_executed");
        } finally {
            Sql.run(connection, "UNLOCK TABLES");
            Sql.run(connection, "SET lock_wait_timeout = DEFAULT");
        }
    }

    private void begin() throws SQLException {
        Sql.run(connection, "START TRANSACTION WITH CONSISTENT SNAPSHOT");
    }

    /// What the state has.
    String transactions() {
        return transactions.replaceAll("\\s", "");
    }

    /// Up to `rowsMax` more rows of a table, null at the end.
    @Nullable Batch next(int rowsMax, Rejections rejections) throws SQLException {
        // Ends: each round reads a row or goes to the next table.
        while (true) {
            if (rows == null) {
                if (++table == tables.size()) {
                    return null;
                }
                rows = query(tables.get(table));
                place = 0;
            }
            MyTable from = tables.get(table);
            List<MyColumn> columns = from.shape().values();
            @Nullable Object[] values = new Object[columns.size()];
            Batch batch = from.batch(rowsMax);
            for (int i = 0; i < rowsMax; i++) {
                if (!rows.next()) {
                    closeQuery();
                    break;
                }
                for (int c = 0; c < values.length; c++) {
                    values[c] = MyValues.read(rows, c + 1, columns.get(c));
                    bytes += MyValues.size(values[c]);
                }
                from.append(batch, values, RowKind.INSERT, false, ++place, rejections);
            }
            Batch read = from.takeOrNull();
            if (read != null) {
                return read;
            }
        }
    }

    private ResultSet query(MyTable from) throws SQLException {
        String columns =
                from.shape().values().stream()
                        .map(MyColumn::expression)
                        .collect(Collectors.joining(", "));
        Statement made = connection.createStatement();
        statement = made;
        made.setFetchSize(FETCH_ROWS);
        return made.executeQuery("SELECT %s FROM %s".formatted(columns, from.name().quoted()));
    }

    long bytes() {
        return bytes;
    }

    private void closeQuery() throws SQLException {
        if (statement != null) {
            statement.close();
        }
        statement = null;
        rows = null;
    }

    /// Ends the transaction; the connection stays.
    @Override
    public void close() throws SQLException {
        closeQuery();
        Sql.run(connection, "ROLLBACK");
    }
}
