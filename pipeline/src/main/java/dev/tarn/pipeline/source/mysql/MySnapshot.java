package dev.tarn.pipeline.source.mysql;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.row.RowKind;
import dev.tarn.pipeline.source.Renames;
import dev.tarn.pipeline.source.SourceChangedException;
import dev.tarn.pipeline.source.jdbc.ChangeReader;
import dev.tarn.pipeline.source.jdbc.Sql;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// All rows of the tables in one state of the server, one table after the other.
final class MySnapshot implements ChangeReader.FirstRows {
    private static final int FETCH_ROWS = 4_096;

    /// The table is another since the state was taken, has not this column, is not there.
    private static final Set<Integer> CHANGED = Set.of(1412, 1054, 1146);

    private final Connection connection;
    private final List<MyTable> tables;
    private final boolean inParts;
    private int table;
    private List<MyColumn> key = List.of();
    private @Nullable MyProgress progress;
    private boolean isBetweenRows;
    private long place;
    private long bytes;
    private @Nullable Statement statement;
    private @Nullable ResultSet rows;

    /// @param connection that sees the state
    /// @param inParts whether it may be left between two rows of a table
    /// @param from where the last reading stopped, null for the beginning
    MySnapshot(
            Connection connection,
            List<MyTable> tables,
            boolean inParts,
            @Nullable MyProgress from) {
        this.connection = connection;
        this.tables = tables;
        this.inParts = inParts;
        this.progress = from;
        this.table = (from == null ? 0 : from.table()) - 1;
    }

    @Override
    public @Nullable Batch next(int rowsMax, Rejections rejections)
            throws SQLException, IOException {
        // Ends: each round reads a row or goes to the next table.
        while (true) {
            if (rows == null) {
                if (++table == tables.size()) {
                    return null;
                }
                rows = query(tables.get(table));
                isBetweenRows = false;
                place = 0;
            }
            MyTable from = tables.get(table);
            List<MyColumn> columns = from.shape().values();
            @Nullable Object[] values = new Object[columns.size()];
            Batch batch = from.batch(rowsMax);
            for (int i = 0; i < rowsMax; i++) {
                if (!rows.next()) {
                    closeQuery();
                    progress = new MyProgress(table + 1, List.of());
                    break;
                }
                for (int c = 0; c < values.length; c++) {
                    values[c] = MyValues.read(rows, c + 1, columns.get(c));
                    bytes += MyValues.size(values[c]);
                }
                from.append(batch, values, RowKind.INSERT, false, ++place, rejections);
                if (i == rowsMax - 1) {
                    passed(values);
                }
            }
            Batch read = from.takeOrNull();
            if (read != null) {
                return read;
            }
        }
    }

    private ResultSet query(MyTable from) throws SQLException, IOException {
        String columns =
                from.shape().values().stream()
                        .map(MyColumn::expression)
                        .collect(Collectors.joining(", "));
        Statement made = connection.createStatement();
        statement = made;
        made.setFetchSize(FETCH_ROWS);
        try {
            key = inParts ? keyOf(from) : List.of();
            MyProgress begin =
                    progress != null && progress.table() == table
                            ? progress
                            : new MyProgress(table, List.of());
            return made.executeQuery(
                    "SELECT %s FROM %s%s"
                            .formatted(
                                    columns,
                                    from.name().quoted(),
                                    key.isEmpty() ? "" : begin.query(key)));
        } catch (SQLException e) {
            if (CHANGED.contains(e.getErrorCode())) {
                throw SourceChangedException.late(
                        "Table %s changed while all its rows were to be read"
                                .formatted(from.name()),
                        Renames.NONE);
            }
            throw e;
        }
    }

    /// Columns by which a table can be left and gone on with, none if it is read as a whole.
    private List<MyColumn> keyOf(MyTable from) throws SQLException {
        Map<String, MyColumn> columns = new HashMap<>();
        from.shape().values().forEach(column -> columns.put(column.name(), column));
        List<MyColumn> its = new ArrayList<>();
        for (String name : MyShape.key(connection, from.name())) {
            MyColumn column = columns.get(name);
            if (column == null) {
                return List.of();
            }
            its.add(column);
        }
        return MyProgress.isPossible(its) ? its : List.of();
    }

    private void passed(@Nullable Object[] values) {
        if (key.isEmpty()) {
            return;
        }
        List<MyColumn> columns = tables.get(table).shape().values();
        List<@Nullable Object> its = new ArrayList<>();
        key.forEach(column -> its.add(values[columns.indexOf(column)]));
        MyProgress behind = MyProgress.behind(table, key, its);
        isBetweenRows = behind != null;
        progress = behind == null ? progress : behind;
    }

    @Override
    public boolean isBetween() {
        return rows == null || isBetweenRows;
    }

    /// Behind the last row, null if there was none.
    @Nullable MyProgress progressOrNull() {
        return progress;
    }

    @Override
    public boolean hasProgress() {
        return progress != null;
    }

    @Override
    public String place() {
        return table < 0 || table >= tables.size()
                ? "all rows"
                : "all rows, table %s of %s: %s, %,d rows"
                        .formatted(table + 1, tables.size(), tables.get(table).name(), place);
    }

    @Override
    public long bytes() {
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
