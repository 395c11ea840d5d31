package dev.tarn.pipeline.source.postgres;

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

/// Tables of PostgreSQL and their changes.
public final class PostgresSource implements LogSource {
    public static final OptionTable OPTIONS = PgOptionTable.OPTIONS;

    private final Block block;
    private final PgOptions options;
    private final List<Columns> tables = new ArrayList<>();
    private final List<Integer> oids = new ArrayList<>();

    /// Asks the database for the columns; what is wrong becomes a problem of the block.
    ///
    /// @param job its name
    public PostgresSource(Block block, String job) {
        this.block = block;
        this.options = PgOptions.of(block, job);
        if (options.url().startsWith(PgOptions.PREFIX)) {
            try (Connection connection = options.connect()) {
                requireLogical(connection);
                for (PgName name : options.tables()) {
                    add(connection, name);
                }
            } catch (SQLException e) {
                block.problem("base-url", "the database does not answer: " + Sql.reason(e));
            }
        }
        if (tables.isEmpty()) {
            tables.add(new Columns(new Schema(), null, List.of()));
        }
    }

    private void requireLogical(Connection connection) throws SQLException {
        String level = Sql.text(connection, "SHOW wal_level");
        if (!level.equals("logical")) {
            block.problem(
                    "base-url",
                    "the server must run with wal_level = logical, found '%s': ALTER SYSTEM SET wal_level = logical, then restart it"
                            .formatted(level));
        }
        String database = Sql.text(connection, "SELECT current_database()");
        if (!options.tables().isEmpty()
                && !options.tables().getFirst().database().equals(database)) {
            block.problem(
                    "table-names",
                    "expected tables of the database %s, which base-url names, found %s"
                            .formatted(database, options.tables().getFirst().path()));
        }
    }

    private void add(Connection connection, PgName name) {
        try {
            Columns columns = PgCatalog.columns(connection, name);
            List<String> key = options.keys().getOrDefault(name, columns.primaryKey());
            for (String column : key) {
                if (columns.schema().findField(column) == null) {
                    block.problem(
                            "table-names-config",
                            "table %s has no column %s".formatted(name, column));
                }
            }
            oids.add(PgCatalog.oid(connection, name));
            tables.add(new Columns(columns.schema(), columns.path(), key));
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
        return List.copyOf(tables);
    }

    @Override
    public String identity(int table) {
        return Integer.toUnsignedString(oids.get(table));
    }

    @Override
    public Naming naming() {
        return Naming.NUMBERED;
    }

    @Override
    public LogReader open(Request request) throws IOException {
        List<PgTable> opened = new ArrayList<>();
        for (int i = 0; i < tables.size(); i++) {
            opened.add(
                    new PgTable(
                            i,
                            options.tables().get(i),
                            oids.get(i),
                            tables.get(i),
                            request.required().get(i)));
        }
        try {
            return PgReader.open(options, opened, request);
        } catch (SQLException e) {
            throw new IOException(Sql.reason(e), e);
        }
    }
}
