package dev.tarn.pipeline;

import dev.tarn.pipeline.RandomTable.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// PostgreSQL, read by Tarn and by Debezium.
record PostgresChanges(PostgresServer postgres) implements Differential.Server {
    @Override
    public List<Kind> kinds() {
        List<String> pieces = RandomValues.pieces();
        return List.of(
                new Kind("bool", RandomValues.oneOf("true", "false")),
                new Kind("smallint", RandomValues.integer(Short.MIN_VALUE, Short.MAX_VALUE)),
                new Kind("int", RandomValues.integer(Integer.MIN_VALUE, Integer.MAX_VALUE)),
                new Kind("bigint", RandomValues.integer(Long.MIN_VALUE, Long.MAX_VALUE)),
                new Kind("real", RandomValues.floating()),
                new Kind("double precision", RandomValues.doubled()),
                new Kind("numeric(20,4)", RandomValues.decimal(16, 4)),
                new Kind("numeric(38,0)", RandomValues.integer(Long.MIN_VALUE, Long.MAX_VALUE)),
                new Kind("numeric", RandomValues.decimal(20, 18)),
                new Kind("text", RandomValues.text(20, false, pieces)),
                // Long enough to lie outside its row.
                new Kind("text", RandomValues.bytes(3_000, 6_000, "'%s'")),
                new Kind("varchar(30)", RandomValues.text(5, false, pieces)),
                new Kind("char(7)", RandomValues.oneOf("'ab'", "''", "' x'", "'1234567'")),
                new Kind("bytea", RandomValues.bytes(0, 20, "'\\x%s'")),
                new Kind("bytea", RandomValues.bytes(2_500, 5_000, "'\\x%s'")),
                // Before that Debezium reads another day from the table than from the log.
                new Kind("date", RandomValues.date(1600, 9999)),
                new Kind("time", RandomValues.time()),
                new Kind("timestamp", RandomValues.timestamp(1600, 9999, "")),
                new Kind("timestamptz", RandomValues.timestamp(1600, 9998, "+05:30")),
                new Kind("uuid", RandomValues.bytes(16, 16, "'%s'")),
                new Kind(
                        "jsonb",
                        RandomValues.oneOf("'{\"a\": [1, \"\\\\\", null]}'", "'null'", "'[]'")),
                new Kind("inet", RandomValues.oneOf("'10.0.0.1'", "'::1'", "'10.1.0.0/16'")),
                new Kind("int[]", RandomValues.oneOf("'{}'", "'{1,null,-3}'", "'{7}'")),
                new Kind(
                        "text[]",
                        RandomValues.oneOf("'{}'", "ARRAY['a,b', 'q\"\\', null, 'NULL', '']")));
    }

    @Override
    public Connection connect() throws SQLException {
        return postgres.connect();
    }

    @Override
    public List<String> afterwards(String table) {
        return List.of("ALTER TABLE " + table + " REPLICA IDENTITY FULL");
    }

    @Override
    public String source(List<String> tables) {
        return """
        Postgres-CDC { base-url = "jdbc:postgresql://127.0.0.1:%s/postgres", username = postgres, password = postgres,
          plugin_output = rows, table-names = [%s] }\
        """
                .formatted(
                        postgres.port(),
                        tables.stream()
                                .map(table -> "\"postgres.public." + table + "\"")
                                .collect(Collectors.joining(", ")));
    }

    @Override
    public void done() throws SQLException {
        transaction(
                true,
                List.of(
                        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                                + " WHERE NOT active AND slot_name LIKE '%diff_%'"));
    }

    @Override
    public Map<String, String> debezium(List<String> tables) {
        return Map.of(
                "connector.class",
                "io.debezium.connector.postgresql.PostgresConnector",
                "database.port",
                Integer.toString(postgres.port()),
                "database.user",
                "postgres",
                "database.password",
                "postgres",
                "database.dbname",
                "postgres",
                "plugin.name",
                "pgoutput",
                "slot.name",
                "debezium_" + tables.getFirst(),
                "publication.name",
                "debezium_" + tables.getFirst(),
                "publication.autocreate.mode",
                "filtered",
                "table.include.list",
                tables.stream().map(table -> "public." + table).collect(Collectors.joining(",")));
    }
}
