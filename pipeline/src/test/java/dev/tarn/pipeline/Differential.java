package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Random changes of random tables, captured by Tarn and by Debezium: both must tell the same.
final class Differential {
    private static final int TABLES = 6;
    private static final int ROWS_BEFORE = 20;
    private static final int TRANSACTIONS = 120;
    private static final int STATEMENTS_MAX = 6;

    /// Longer values are told apart by a hash, so that a failure can be read.
    private static final int WIDTH = 30;

    private static final int LAST_KEY = 1_000_000;

    /// A database server and how each of the two is told to read its tables.
    interface Server {
        List<RandomTable.Kind> kinds();

        Connection connect() throws SQLException;

        /// In one transaction, which is taken back where `kept` is false.
        default void transaction(boolean kept, List<String> statements) throws SQLException {
            try (Connection connection = connect();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                for (String sql : statements) {
                    statement.execute(sql);
                }
                if (kept) {
                    connection.commit();
                } else {
                    connection.rollback();
                }
            }
        }

        /// After a table is made.
        default List<String> afterwards(String table) {
            return List.of();
        }

        /// When both have ended.
        default void done() throws Exception {}

        /// The block of the job file.
        String source(List<String> tables);

        Map<String, String> debezium(List<String> tables);
    }

    private final Server server;
    private final Random random;
    private final List<RandomTable> tables = new ArrayList<>();

    Differential(Server server, long seed) {
        this.server = server;
        random = new Random(seed);
        for (int i = 0; i < TABLES; i++) {
            tables.add(new RandomTable(random, "diff_" + seed + "_" + i, server.kinds()));
        }
    }

    void run(Path folder) throws Exception {
        for (RandomTable table : tables) {
            List<String> statements = new ArrayList<>(List.of(table.creation()));
            statements.addAll(server.afterwards(table.name()));
            for (int i = 1; i <= ROWS_BEFORE; i++) {
                statements.add(table.insert(i));
            }
            server.transaction(true, statements);
        }
        List<String> names = tables.stream().map(RandomTable::name).toList();
        String job =
                """
                env { job.name = %s, job.mode = BATCH, checkpoint.interval = 40 }
                source { %s }
                transform { RowKindExtractor { plugin_input = rows, plugin_output = told } }
                sink {
                  Iceberg { plugin_input = told, namespace = history, table = "${table_name}" }
                  Iceberg { plugin_input = rows, namespace = t, table = "${table_name}", iceberg.table.upsert-mode-enabled = true }
                }
                """
                        .formatted(names.getFirst(), server.source(names));
        try (var world = new World(folder);
                var debezium = new Debezium(folder, server.debezium(names))) {
            assertThat(world.run(job).message()).isEqualTo("finished");
            debezium.events(
                    "Debezium's snapshot",
                    event -> "last".equals(event.path("source").path("snapshot").asText()));
            for (int i = 0; i < TRANSACTIONS; i++) {
                transaction();
            }
            server.transaction(true, tables.stream().map(table -> table.insert(LAST_KEY)).toList());
            List<JsonNode> events =
                    debezium.events(
                            "Debezium's last event",
                            event ->
                                    event.path("source")
                                                    .path("table")
                                                    .asText()
                                                    .equals(names.getLast())
                                            && event.path("after").path("id").asInt() == LAST_KEY);
            assertThat(world.run(job).message()).isEqualTo("finished");
            for (RandomTable table : tables) {
                compare(
                        world,
                        table,
                        events.stream()
                                .filter(event ->
                                        event.path("source")
                                                .path("table")
                                                .asText()
                                                .equals(table.name()))
                                .toList());
            }
        }
        server.done();
    }

    private void transaction() throws Exception {
        boolean kept = random.nextInt(8) != 0;
        List<Set<Integer>> keys = tables.stream().map(RandomTable::keys).toList();
        List<String> statements = new ArrayList<>();
        int count = 1 + random.nextInt(STATEMENTS_MAX);
        for (int i = 0; i < count; i++) {
            statements.add(tables.get(random.nextInt(TABLES)).change());
        }
        server.transaction(kept, statements);
        if (!kept) {
            for (int i = 0; i < TABLES; i++) {
                tables.get(i).backTo(keys.get(i));
            }
        }
    }

    private static void compare(World world, RandomTable table, List<JsonNode> events)
            throws Exception {
        List<Types.NestedField> columns = world.table("t." + table.name()).schema().columns();
        List<String> told = new ArrayList<>();
        Map<String, String> state = new HashMap<>();
        for (JsonNode event : events) {
            JsonNode before = event.path("before");
            JsonNode after = event.path("after");
            if (before.isObject()) {
                String row = row(columns, before);
                told.add("-" + row);
                assertThat(row)
                        .as(table.creation())
                        .isEqualTo(state.remove(before.path("id").asText()));
            }
            if (after.isObject()) {
                String row = row(columns, after);
                told.add("+" + row);
                state.put(after.path("id").asText(), row);
            }
        }
        List<String> found = new ArrayList<>();
        for (Record record : world.rows("history." + table.name())) {
            String kind = record.getField("row_kind").toString();
            found.add(kind.charAt(0) + row(columns, record));
        }
        assertThat(told).hasSizeGreaterThan(ROWS_BEFORE);
        assertThat(found).as(table.creation()).containsExactlyInAnyOrderElementsOf(told);
        List<String> rows = new ArrayList<>();
        for (Record record : world.rows("t." + table.name())) {
            rows.add(row(columns, record));
        }
        assertThat(rows).as(table.creation()).containsExactlyInAnyOrderElementsOf(state.values());
    }

    private static String row(List<Types.NestedField> columns, Record record) {
        return columns.stream()
                .map(column -> text(column, record.getField(column.name())))
                .collect(Collectors.joining("|"));
    }

    private static String row(List<Types.NestedField> columns, JsonNode row) {
        return columns.stream()
                .map(column -> text(column, told(column.type(), row.path(column.name()))))
                .collect(Collectors.joining("|"));
    }

    private static String text(Types.NestedField column, @Nullable Object value) {
        String text = String.valueOf(plain(column.type(), value));
        return text.length() <= WIDTH
                ? text
                : "%s... of %d, %x"
                        .formatted(text.substring(0, WIDTH), text.length(), text.hashCode());
    }

    /// A form in which equal values are equal text.
    private static Object plain(Type type, @Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case BigDecimal decimal -> decimal.stripTrailingZeros().toPlainString();
            case ByteBuffer bytes ->
                    HexFormat.of()
                            .formatHex(
                                    ByteBuffer.allocate(bytes.remaining())
                                            .put(bytes.duplicate())
                                            .array());
            case OffsetDateTime time -> time.toInstant();
            case List<?> list ->
                    list.stream()
                            .map(element -> plain(type.asListType().elementType(), element))
                            .toList();
            default -> value;
        };
    }

    /// What Debezium tells, as a value of the table's type.
    private static @Nullable Object told(Type type, JsonNode value) {
        if (value.isNull()) {
            return null;
        }
        assertThat(value.isMissingNode()).as("Debezium tells the column").isFalse();
        String text = value.asText();
        return switch (type.typeId()) {
            case BOOLEAN -> value.isBoolean() ? value.booleanValue() : value.intValue() != 0;
            case INTEGER -> value.intValue();
            case LONG -> value.longValue();
            case FLOAT -> Float.parseFloat(text);
            case DOUBLE -> Double.parseDouble(text);
            case DECIMAL -> new BigDecimal(text);
            case BINARY -> ByteBuffer.wrap(HexFormat.of().parseHex(text));
            case DATE -> LocalDate.parse(text.replace("Z", ""));
            case TIME -> LocalTime.parse(text.replace("Z", ""));
            case TIMESTAMP ->
                    ((Types.TimestampType) type).shouldAdjustToUTC()
                            ? OffsetDateTime.parse(text)
                            : LocalDateTime.parse(text.replace("Z", ""));
            case LIST -> {
                List<Object> list = new ArrayList<>();
                value.forEach(element -> list.add(told(type.asListType().elementType(), element)));
                yield list;
            }
            default -> text;
        };
    }
}
