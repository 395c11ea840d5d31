package dev.tarn.pipeline;

import dev.tarn.pipeline.RandomTable.Kind;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// A server with a binary log, read by Tarn and by Debezium.
///
/// @param port on the loopback address; user root without a password
record BinlogChanges(int port, boolean mariaDb) implements Differential.Server {
    @Override
    public List<Kind> kinds() {
        List<String> all = RandomValues.pieces();
        List<String> western = List.of("a", "Z", " ", "'", "\\", "\u00e4", "\u00f6");
        return List.of(
                new Kind("tinyint(1)", RandomValues.oneOf("0", "1")),
                new Kind("tinyint", RandomValues.integer(-128, 127)),
                new Kind("tinyint unsigned", RandomValues.integer(0, 255)),
                new Kind("smallint", RandomValues.integer(Short.MIN_VALUE, Short.MAX_VALUE)),
                new Kind("mediumint", RandomValues.integer(-8_388_608, 8_388_607)),
                new Kind("mediumint unsigned", RandomValues.integer(0, 16_777_215)),
                new Kind("int", RandomValues.integer(Integer.MIN_VALUE, Integer.MAX_VALUE)),
                new Kind("int unsigned", RandomValues.integer(0, 4_294_967_295L)),
                new Kind("bigint", RandomValues.integer(Long.MIN_VALUE, Long.MAX_VALUE)),
                // Debezium's snapshot has six digits of it.
                new Kind("float", random -> Float.toString(random.nextInt(-4_000, 4_000) / 4f)),
                new Kind("double", RandomValues.doubled()),
                new Kind("decimal(20,4)", RandomValues.decimal(16, 4)),
                new Kind("decimal(38,0)", RandomValues.integer(Long.MIN_VALUE, Long.MAX_VALUE)),
                new Kind("bit(1)", RandomValues.oneOf("b'0'", "b'1'")),
                // Debezium's snapshot of MariaDB ends at a year; of MySQL it takes 0000 for 2000,
                // and for 1900 in the log.
                mariaDb
                        ? new Kind("smallint unsigned", RandomValues.integer(0, 65_535))
                        : new Kind("year", RandomValues.oneOf("1901", "2000", "2024", "2155")),
                new Kind("char(7)", RandomValues.oneOf("'ab'", "''", "' x'", "'1234567'")),
                new Kind("varchar(60) CHARACTER SET utf8mb4", RandomValues.text(15, true, all)),
                new Kind("varchar(60) CHARACTER SET latin1", RandomValues.text(15, true, western)),
                new Kind("text CHARACTER SET utf8mb4", RandomValues.text(200, true, all)),
                new Kind("varbinary(20)", RandomValues.bytes(0, 20, "x'%s'")),
                new Kind("binary(5)", RandomValues.bytes(5, 5, "x'%s'")),
                new Kind("blob", RandomValues.bytes(0, 4_000, "x'%s'")),
                new Kind("date", RandomValues.date(1600, 9999)),
                new Kind("time(6)", RandomValues.time()),
                new Kind("datetime(6)", RandomValues.timestamp(1600, 9998, "")),
                new Kind("timestamp(6)", RandomValues.timestamp(1971, 2037, "")),
                // Debezium's snapshot puts a backslash before a comma.
                new Kind("enum('it''s','b c')", RandomValues.oneOf("'it''s'", "'b c'")),
                new Kind("set('x','y','z')", RandomValues.oneOf("''", "'x'", "'x,z'", "'x,y,z'")));
    }

    @Override
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:mariadb://127.0.0.1:%s/shop?user=root&createDatabaseIfNotExist=true&sessionVariables=time_zone='+00:00'"
                        .formatted(port));
    }

    @Override
    public String source(List<String> tables) {
        return """
        MySQL-CDC { base-url = "jdbc:mysql://127.0.0.1:%s/shop", username = root, plugin_output = rows, table-names = [%s] }\
        """
                .formatted(
                        port,
                        tables.stream()
                                .map(table -> "\"shop." + table + "\"")
                                .collect(Collectors.joining(", ")));
    }

    @Override
    public Map<String, String> debezium(List<String> tables) {
        var properties =
                new HashMap<>(
                        Map.of(
                                "database.port",
                                Integer.toString(port),
                                "database.user",
                                "root",
                                "database.password",
                                "",
                                "database.server.id",
                                "4711",
                                "database.include.list",
                                "shop",
                                "table.include.list",
                                tables.stream()
                                        .map(table -> "shop." + table)
                                        .collect(Collectors.joining(",")),
                                "include.schema.changes",
                                "false",
                                "schema.history.internal",
                                "io.debezium.relational.history.MemorySchemaHistory"));
        String sort = mariaDb ? "mariadb.MariaDb" : "mysql.MySql";
        properties.put("connector.class", "io.debezium.connector." + sort + "Connector");
        return properties;
    }
}
