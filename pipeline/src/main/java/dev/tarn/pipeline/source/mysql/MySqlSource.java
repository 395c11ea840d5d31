package dev.tarn.pipeline.source.mysql;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.source.LogReader;
import dev.tarn.pipeline.source.LogSource;
import dev.tarn.pipeline.source.Naming;
import dev.tarn.pipeline.source.jdbc.Sql;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;

/// Tables of MySQL or MariaDB and their changes.
public final class MySqlSource implements LogSource {
    public static final OptionTable OPTIONS = MyOptionTable.OPTIONS;

    private final Block block;
    private final MyOptions options;
    private final List<MyShape> shapes = new ArrayList<>();

    /// Asks the server for the columns; what is wrong becomes a problem of the block.
    public MySqlSource(Block block) {
        this.block = block;
        this.options = MyOptions.of(block);
        if (options.isUsable()) {
            try (Connection connection = options.connect()) {
                requireLog(connection);
                for (MyName name : options.tables()) {
                    add(connection, name);
                }
            } catch (SQLException e) {
                block.problem("base-url", "the server does not answer: " + Sql.reason(e));
            }
        }
    }

    static boolean isMariaDb(Connection connection) throws SQLException {
        return Sql.text(connection, "SELECT VERSION()").contains("MariaDB");
    }

    private void requireLog(Connection connection) throws SQLException {
        if (Sql.text(connection, "SELECT @@global.log_bin").equals("0")) {
            block.problem("base-url", "the server keeps no log: start it with log_bin");
            return;
        }
        require(connection, "binlog_format", "ROW");
        require(connection, "binlog_row_image", "FULL");
        if (!isMariaDb(connection)) {
            require(connection, "gtid_mode", "ON");
        }
    }

    private void require(Connection connection, String variable, String wanted)
            throws SQLException {
        String found = Sql.text(connection, "SELECT @@global." + variable);
        if (!found.equalsIgnoreCase(wanted)) {
            block.problem(
                    "base-url",
                    "the server must run with %s = %s, found %s"
                            .formatted(variable, wanted, found));
        }
    }

    private void add(Connection connection, MyName name) {
        try {
            MyShape shape = MyShape.of(connection, name, options.narrow());
            List<String> key = options.keys().getOrDefault(name, shape.columns().primaryKey());
            for (String column : key) {
                if (shape.columns().schema().findField(column) == null) {
                    block.problem(
                            "table-names-config",
                            "table %s has no column %s".formatted(name, column));
                }
            }
            shapes.add(
                    new MyShape(
                            name,
                            new Columns(shape.columns().schema(), name.toString(), key),
                            shape.values(),
                            shape.logged()));
        } catch (SQLException e) {
            block.problem("table-names", name + ": " + Sql.reason(e));
        }
    }

    @Override
    public Block block() {
        return block;
    }

    @Override
    public List<Columns> tables() {
        return shapes.isEmpty()
                ? List.of(new Columns(new Schema(), null, List.of()))
                : shapes.stream().map(MyShape::columns).toList();
    }

    @Override
    public Naming naming() {
        return Naming.LOGGED;
    }

    @Override
    public LogReader open(Request request) throws IOException {
        List<MyTable> opened = new ArrayList<>();
        for (int i = 0; i < shapes.size(); i++) {
            opened.add(new MyTable(i, shapes.get(i), request.required().get(i)));
        }
        try {
            return MyReader.open(options, opened, request);
        } catch (SQLException e) {
            throw new IOException(Sql.reason(e), e);
        }
    }
}
