package dev.tarn.pipeline.source.jdbc;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.job.Setting;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.source.Position;
import dev.tarn.pipeline.source.Split;
import dev.tarn.pipeline.source.SplitReader;
import dev.tarn.pipeline.source.SplitSource;
import java.io.IOException;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Properties;
import java.util.SequencedMap;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Tables and queries of databases.
public final class JdbcSource implements SplitSource {
    public static final OptionTable OPTIONS = JdbcTable.OPTIONS;

    private static final int FETCH_ROWS = 4_096;
    private static final int PARTS_MAX = 10_000;

    private final Block block;
    private final @Nullable Dialect dialect;
    private final List<Read> reads = new ArrayList<>();
    private final SequencedMap<String, Part> parts = new LinkedHashMap<>();

    /// What is read into one table.
    private record Read(String label, Relation relation) {
        Columns columns() {
            return relation.columns();
        }
    }

    /// A part of it.
    private record Part(int table, String sql) {}

    /// Asks the database for the columns; what is wrong becomes a problem of the block.
    ///
    /// @param dialects of the databases that are read
    public JdbcSource(Block block, List<Dialect> dialects) {
        this.block = block;
        String url = block.text("url");
        this.dialect = dialects.stream().filter(d -> d.speaks(url)).findFirst().orElse(null);
        if (block.has("url") && dialect == null) {
            block.problem(
                    "url",
                    "expected jdbc:postgresql:..., jdbc:mysql:... or jdbc:mariadb:..., no other"
                            + " database is read");
        }
        List<Setting> tables = given();
        if (dialect != null && !tables.isEmpty()) {
            try (Connection connection = connect(dialect)) {
                for (Setting table : tables) {
                    read(connection, dialect, table);
                }
            } catch (SQLException e) {
                block.problem("url", "the database does not answer: " + Sql.reason(e));
            }
        }
        if (!reads.isEmpty() && dialect != null) {
            split(dialect);
        }
    }

    private List<Setting> given() {
        boolean one = block.has("query") || block.has("table_path");
        Setting list = block.settingOrNull("table_list");
        if (one == (list != null)) {
            block.problem("table_path", "expected either query or table_path, or table_list");
            return List.of();
        }
        List<Setting> tables = list == null ? null : list.listOrNull();
        if (tables != null) {
            return tables;
        }
        SequencedMap<String, Setting> same = new LinkedHashMap<>();
        for (String option : List.of("query", "table_path")) {
            Setting setting = block.settingOrNull(option);
            if (setting != null) {
                same.put(option, setting);
            }
        }
        return List.of(new Setting(same, block.line()));
    }

    private void read(Connection connection, Dialect spoken, Setting table) {
        SequencedMap<String, Setting> options = table.mapOrNull();
        Setting path = options == null ? null : options.get("table_path");
        Setting query = options == null ? null : options.get("query");
        if (options == null || (path == null && query == null)) {
            block.problem("table_list", table.line(), "expected { table_path, query }");
            return;
        }
        options.forEach((name, setting) -> {
            if (!List.of("table_path", "query").contains(name)) {
                block.problem("table_list." + name, setting.line(), "unknown option");
            }
        });
        String name = path == null ? null : path.text();
        String label = name == null ? "query" : name;
        try {
            Relation relation =
                    spoken.relation(
                            connection,
                            block,
                            name,
                            query == null ? null : query.text(),
                            block.textOrNull("where_condition"));
            reads.add(new Read(label, relation));
        } catch (SQLException e) {
            block.problem(query == null ? "table_path" : "query", label + ": " + Sql.reason(e));
        }
    }

    /// The last two names of a path: a schema or database, and a table.
    public static List<String> lastNames(@Nullable String path) {
        List<String> names = List.of((path == null ? "" : path).split("\\."));
        return names.size() > 2 ? names.subList(names.size() - 2, names.size()) : names;
    }

    private void split(Dialect spoken) {
        String column = block.textOrNull("partition_column");
        boolean bounded = block.has("partition_lower_bound") && block.has("partition_upper_bound");
        if (column != null && !bounded) {
            block.problem(
                    "partition_column",
                    "needs partition_lower_bound and partition_upper_bound: without them the parts"
                            + " of a run that goes on could be others");
        }
        for (int i = 0; i < reads.size(); i++) {
            Read read = reads.get(i);
            if (column == null || !bounded) {
                parts.put(read.label(), new Part(i, read.relation().sql(null)));
            } else {
                split(spoken, i, read, column);
            }
        }
    }

    private void split(Dialect spoken, int table, Read read, String column) {
        Types.NestedField field = read.columns().schema().findField(column);
        boolean whole =
                field != null
                        && (field.type().typeId() == TypeID.INTEGER
                                || field.type().typeId() == TypeID.LONG);
        if (!whole) {
            block.problem(
                    "partition_column",
                    "expected a column of whole numbers in %s, found %s"
                            .formatted(read.label(), field == null ? "none" : field.type()));
            return;
        }
        BigInteger low = BigInteger.valueOf(block.number("partition_lower_bound"));
        BigInteger high = BigInteger.valueOf(block.number("partition_upper_bound"));
        long count = block.number("partition_num", 1, PARTS_MAX);
        if (low.compareTo(high) > 0) {
            block.problem("partition_lower_bound", "is above partition_upper_bound");
        }
        BigInteger width = high.subtract(low).add(BigInteger.ONE);
        String quoted = spoken.quoted(column);
        for (long i = 0; i < count; i++) {
            BigInteger from = low.add(share(width, i, count));
            BigInteger to = low.add(share(width, i + 1, count)).subtract(BigInteger.ONE);
            String sql = read.relation().sql("%s BETWEEN %s AND %s".formatted(quoted, from, to));
            parts.put("%s#%s".formatted(read.label(), i + 1), new Part(table, sql));
        }
    }

    private static BigInteger share(BigInteger width, long i, long count) {
        return width.multiply(BigInteger.valueOf(i)).divide(BigInteger.valueOf(count));
    }

    private Connection connect(Dialect spoken) throws SQLException {
        var properties = new Properties();
        block.texts("properties", new LinkedHashMap<>()).forEach(properties::setProperty);
        if (block.has("user")) {
            properties.setProperty("user", block.text("user"));
        }
        if (block.has("password")) {
            properties.setProperty("password", block.text("password"));
        }
        long seconds = block.number("connection_check_timeout_sec", 1, Short.MAX_VALUE);
        return spoken.connect(block.text("url"), properties, seconds);
    }

    @Override
    public Block block() {
        return block;
    }

    @Override
    public List<Columns> tables() {
        return reads.isEmpty()
                ? List.of(new Columns(new Schema(), null, List.of()))
                : reads.stream().map(Read::columns).toList();
    }

    @Override
    public List<Split> splits() {
        return parts.keySet().stream().map(name -> new Split(name, 0, 0)).toList();
    }

    @Override
    public boolean remembersSplits() {
        return false;
    }

    /// The query: rows that changed since do not make another split of it.
    @Override
    public String fingerprint(Split split) {
        return part(split).sql();
    }

    @Override
    public @Nullable String changeOrNull(Split split) {
        return null;
    }

    private Part part(Split split) {
        Part part = parts.get(split.name());
        if (part == null) {
            throw new IllegalArgumentException("No part is called " + split.name());
        }
        return part;
    }

    @Override
    public SplitReader open(Split split, Position from, List<Set<String>> required)
            throws IOException {
        Part part = part(split);
        if (dialect == null) {
            throw new IllegalStateException("A job with problems is not run");
        }
        int fetch = Math.toIntExact(block.number("fetch_size", 0, 1_000_000));
        try {
            return new JdbcReader(
                    connect(dialect),
                    split.name(),
                    part.sql(),
                    part.table(),
                    reads.get(part.table()).relation(),
                    required.get(part.table()),
                    fetch == 0 ? FETCH_ROWS : fetch);
        } catch (SQLException e) {
            throw new IOException(Sql.reason(e), e);
        }
    }
}
