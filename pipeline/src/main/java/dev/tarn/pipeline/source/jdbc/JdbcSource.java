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
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Properties;
import java.util.SequencedMap;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Tables and queries of PostgreSQL.
public final class JdbcSource implements SplitSource {
    public static final OptionTable OPTIONS = JdbcTable.OPTIONS;

    private static final String PREFIX = "jdbc:postgresql:";
    private static final int FETCH_ROWS = 4_096;
    private static final int PARTS_MAX = 10_000;

    private final Block block;
    private final List<Read> reads = new ArrayList<>();
    private final SequencedMap<String, Part> parts = new LinkedHashMap<>();

    /// What is read into one table.
    private record Read(String label, String sql, Columns columns) {}

    /// A part of it.
    private record Part(int table, String sql) {}

    /// Asks the database for the columns; what is wrong becomes a problem of the block.
    public JdbcSource(Block block) {
        this.block = block;
        if (block.has("url") && !block.text("url").startsWith(PREFIX)) {
            block.problem("url", "expected %s..., no other database is read".formatted(PREFIX));
        }
        List<Setting> tables = given();
        if (block.text("url").startsWith(PREFIX) && !tables.isEmpty()) {
            try (Connection connection = connect()) {
                for (Setting table : tables) {
                    read(connection, table);
                }
            } catch (SQLException e) {
                block.problem("url", "the database does not answer: " + reason(e));
            }
        }
        if (reads.isEmpty()) {
            reads.add(new Read("none", "", new Columns(new Schema(), null, List.of())));
        }
        split();
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

    private void read(Connection connection, Setting table) {
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
        String sql;
        if (query != null) {
            sql = query.text();
        } else {
            String where = block.textOrNull("where_condition");
            sql = "SELECT * FROM " + quoted(name) + (where == null ? "" : " " + where);
        }
        String label = name == null ? "query" : name;
        try {
            reads.add(new Read(label, sql, columns(connection, name, sql)));
        } catch (SQLException e) {
            block.problem(query == null ? "table_path" : "query", label + ": " + reason(e));
        }
    }

    /// Quotes the schema and the name, which come last.
    private static String quoted(@Nullable String path) {
        List<String> names = names(path);
        List<String> quoted = new ArrayList<>();
        for (String part : names) {
            quoted.add('"' + part.replace("\"", "\"\"") + '"');
        }
        return String.join(".", quoted);
    }

    private static List<String> names(@Nullable String path) {
        List<String> names = List.of((path == null ? "" : path).split("\\."));
        return names.size() > 2 ? names.subList(names.size() - 2, names.size()) : names;
    }

    private static Columns columns(Connection connection, @Nullable String path, String sql)
            throws SQLException {
        List<String> key = path == null ? List.of() : primaryKey(connection, path);
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT * FROM (" + sql + ") q LIMIT 0")) {
            List<Types.NestedField> fields = new ArrayList<>();
            Set<String> names = new HashSet<>();
            try (PreparedStatement plain = connection.prepareStatement(sql);
                    ResultSet none = statement.executeQuery()) {
                // A query around another one forgets which columns may be null.
                ResultSetMetaData found = plain.getMetaData();
                ResultSetMetaData columns = found == null ? none.getMetaData() : found;
                int[] nestedId = {1_000_000};
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    String name = columns.getColumnLabel(i);
                    if (!names.add(name)) {
                        throw new SQLException("Column %s is there twice".formatted(name));
                    }
                    boolean required =
                            key.contains(name)
                                    || columns.isNullable(i) == ResultSetMetaData.columnNoNulls;
                    fields.add(
                            Types.NestedField.builder()
                                    .withId(i)
                                    .withName(name)
                                    .ofType(
                                            TypeUtil.assignFreshIds(
                                                    JdbcTypes.of(columns, i), () -> ++nestedId[0]))
                                    .isOptional(!required)
                                    .build());
                }
            }
            return new Columns(new Schema(fields), path, names.containsAll(key) ? key : List.of());
        }
    }

    private static List<String> primaryKey(Connection connection, String path) throws SQLException {
        List<String> key = new ArrayList<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT a.attname FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH"
                            + " ORDINALITY k(num, place) JOIN pg_attribute a ON a.attrelid ="
                            + " i.indrelid AND a.attnum = k.num WHERE i.indisprimary AND i.indrelid"
                            + " = to_regclass(?) ORDER BY k.place")) {
            statement.setString(1, quoted(path));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    key.add(rows.getString(1));
                }
            }
        }
        return key;
    }

    private void split() {
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
                parts.put(read.label(), new Part(i, read.sql()));
            } else {
                split(i, read, column);
            }
        }
    }

    private void split(int table, Read read, String column) {
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
        String quoted = '"' + column.replace("\"", "\"\"") + '"';
        for (long i = 0; i < count; i++) {
            BigInteger from = low.add(share(width, i, count));
            BigInteger to = low.add(share(width, i + 1, count)).subtract(BigInteger.ONE);
            String sql =
                    "SELECT * FROM (%s) q WHERE %s BETWEEN %s AND %s"
                            .formatted(read.sql(), quoted, from, to);
            parts.put("%s#%s".formatted(read.label(), i + 1), new Part(table, sql));
        }
    }

    private static BigInteger share(BigInteger width, long i, long count) {
        return width.multiply(BigInteger.valueOf(i)).divide(BigInteger.valueOf(count));
    }

    private Connection connect() throws SQLException {
        var properties = new Properties();
        block.texts("properties", new LinkedHashMap<>()).forEach(properties::setProperty);
        if (block.has("user")) {
            properties.setProperty("user", block.text("user"));
        }
        if (block.has("password")) {
            properties.setProperty("password", block.text("password"));
        }
        String timeout =
                Long.toString(block.number("connection_check_timeout_sec", 1, Short.MAX_VALUE));
        properties.putIfAbsent("connectTimeout", timeout);
        properties.putIfAbsent("ApplicationName", "tarn");
        return DriverManager.getConnection(block.text("url"), properties);
    }

    /// The driver's sentence, in one line.
    private static String reason(SQLException e) {
        return String.valueOf(e.getMessage()).replaceAll("\\s+", " ").strip();
    }

    @Override
    public Block block() {
        return block;
    }

    @Override
    public List<Columns> tables() {
        return reads.stream().map(Read::columns).toList();
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
        int fetch = Math.toIntExact(block.number("fetch_size", 0, 1_000_000));
        try {
            return new JdbcReader(
                    connect(),
                    split.name(),
                    part.sql(),
                    part.table(),
                    reads.get(part.table()).columns().schema(),
                    required.get(part.table()),
                    fetch == 0 ? FETCH_ROWS : fetch);
        } catch (SQLException e) {
            throw new IOException(reason(e), e);
        }
    }
}
