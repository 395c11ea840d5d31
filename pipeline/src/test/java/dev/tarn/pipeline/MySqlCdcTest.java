package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.util.ByteBuffers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Changes of the newest MySQL.
@SuppressWarnings("NullAway.Init") // before the tests
class MySqlCdcTest extends BinlogContract {
    private static MySqlServer server;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        server = MySqlServer.start("mysql-current", folder);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    int port() {
        return server.port();
    }

    @Override
    boolean mariaDb() {
        return false;
    }

    @Test
    void whoMayOnlyLookReadsWhatIsUpserted() throws Exception {
        user("looker", "IDENTIFIED BY 'secret'", "");
        sql("CREATE TABLE looked (id int PRIMARY KEY)", "INSERT INTO looked VALUES (1)");
        String upserted =
                job("looked", "BATCH", "\"shop.looked\"", "")
                        .replace("username = root", "username = looker, password = secret");
        String appended =
                upserted.replace("job.name = looked", "job.name = added")
                        .replace("iceberg.table.upsert-mode-enabled = true", "")
                        .replace("table = \"", "table = \"added_");
        try (var world = new World(folder)) {
            assertThat(world.run(upserted).message()).isEqualTo("finished");
            assertThat(world.byFirst("t.looked")).containsOnlyKeys("1");
            sql("INSERT INTO looked VALUES (2)");
            assertThat(world.run(upserted).message()).isEqualTo("finished");
            assertThat(world.byFirst("t.looked")).containsOnlyKeys("1", "2");
            assertThat(world.run(appended).message())
                    .contains("the first state cannot be taken: ")
                    .contains("The user needs RELOAD or LOCK TABLES");
        }
    }

    @Test
    void columnsOfEachMannerAreTheSameFromTheTableAndFromTheLog() throws Exception {
        sql(
                """
                CREATE TABLE modern (
                  id int PRIMARY KEY, n int, twice int AS (n * 2) STORED, thrice int AS (n * 3) VIRTUAL,
                  unseen int INVISIBLE DEFAULT 7, made varchar(9) DEFAULT (concat('a', 'b')), INDEX ((n + 1)),
                  spot point SRID 4326, shape geometry, v vector(3), last int) \
                """);
        String rows =
                """
                INSERT INTO modern (id, n, spot, shape, v, last) VALUES
                  (%s1, 4, ST_GeomFromText('POINT(52 13)', 4326), ST_GeomFromText('LINESTRING(0 0, 1 2)'),
                   STRING_TO_VECTOR('[1,2.5,-3]'), 44),
                  (%s2, null, null, null, null, 45)\
                """;
        sql(rows.formatted("", ""));
        String job = job("modern", "BATCH", "\"shop.modern\"", "");
        try (var world = new World(folder)) {
            assertThat(world.run(job).message()).isEqualTo("finished");
            // One event holds the transaction, compressed.
            sql("SET SESSION binlog_transaction_compression = ON", rows.formatted("1", "1"));
            Progress end = world.run(job);
            assertThat(end.message()).isEqualTo("finished");
            assertThat(end.rows()).isEqualTo(2);
            assertThat(end.notes()).isEmpty();
            List<String> read = new ArrayList<>();
            for (Record row : world.rows("t.modern")) {
                List<String> values = new ArrayList<>();
                for (int i = 0; i < row.size(); i++) {
                    values.add(
                            row.get(i) instanceof ByteBuffer bytes
                                    ? HexFormat.of().formatHex(ByteBuffers.toByteArray(bytes))
                                    : String.valueOf(row.get(i)));
                }
                read.add(String.join("|", values));
            }
            String full =
                    "1|4|8|12|7|ab|01010000000000000000002a400000000000004a40|01020000000200000000000000000000000000000000000000000000000000f03f0000000000000040|0000803f00002040000040c0|44";
            String empty = "2|null|null|null|7|ab|null|null|null|45";
            assertThat(read).containsExactlyInAnyOrder(full, "1" + full, empty, "1" + empty);
            assertThat(world.columns("t.modern"))
                    .contains("2 n int", "7 spot binary", "8 shape binary", "9 v binary");
        }
    }

    @Test
    void jsonIsTheSameTextFromTheTableAndFromTheLog() throws Exception {
        sql("CREATE TABLE texts (id int PRIMARY KEY AUTO_INCREMENT, j json)");
        List<String> values =
                new ArrayList<>(
                        List.of(
                                "JSON_OBJECT('d', DATE'2024-02-29', 'dt', TIMESTAMP'2024-02-29"
                                        + " 12:34:56.7', 't', TIME'12:34:56.000001')",
                                "JSON_ARRAY(TIME'-00:00:01.5', TIME'-838:59:59', TIME'100:00:00')",
                                "JSON_ARRAY(x'00ff', b'101', 1.50, -0.00001,"
                                        + " 12345678901234567890123456789.123456789)",
                                "JSON_ARRAY(18446744073709551615, -9223372036854775808, 70000,"
                                        + " -70000, 40000, -1)",
                                "JSON_ARRAY(CAST('2024' AS YEAR), true, false, null, '')",
                                "CAST('[0.0, -0.0, 1.0, 100000000000000.0, 1e15, 1e16,"
                                        + " 123456789012345680000.0, 5e-324]' AS JSON)",
                                "'\"\\\\u0001 \\\\b\\\\f\\\\/ ä€😀 \\\\u2028 \\\\\"\"'",
                                "'7'",
                                "'null'",
                                "'[]'",
                                "'{}'",
                                "'[[], {}, [{}]]'",
                                "'{\"bb\": 1, \"a\": {\"\": 2}}'"));
        var random = new Random(20_261_127);
        for (int i = 0; i < 2_000; i++) {
            double any = Double.longBitsToDouble(random.nextLong());
            double near =
                    (random.nextInt(2_000_000) - 1_000_000) * Math.pow(10, random.nextInt(44) - 22);
            values.add(
                    "JSON_ARRAY(%s, %s)"
                            .formatted(
                                    Double.isFinite(any)
                                            ? any
                                                    + "e0"
                                                            .substring(
                                                                    0,
                                                                    Double.toString(any)
                                                                                    .contains("E")
                                                                            ? 0
                                                                            : 2)
                                            : "1e0",
                                    Double.toString(near)
                                            + (Double.toString(near).contains("E") ? "" : "e0")));
        }
        String insert = "INSERT INTO texts (j) VALUES (" + String.join("), (", values) + ")";
        sql("SET sql_mode = ''", insert);
        String job = job("texts", "BATCH", "\"shop.texts\"", "");
        try (var world = new World(folder)) {
            assertThat(world.run(job).message()).isEqualTo("finished");
            sql("SET sql_mode = ''", insert);
            assertThat(world.run(job).message()).isEqualTo("finished");
            List<String> read = new ArrayList<>();
            for (Record row : world.rows("t.texts")) {
                read.add(row.get(0) + "|" + row.get(1));
            }
            Set<String> other = new LinkedHashSet<>(lines("SELECT concat(id, '|', j) FROM texts"));
            assertThat(read).hasSize(2 * values.size());
            assertThat(read.stream().filter(text -> !other.remove(text)).toList())
                    .as("of %s others", other)
                    .isEmpty();
        }
    }

    @Test
    void transactionsOfEachMannerAreRead() throws Exception {
        sql("CREATE TABLE manners (id int PRIMARY KEY, name varchar(9))");
        user("safe", "IDENTIFIED BY 'secret' REQUIRE SSL", "");
        String job =
                job("manners", "BATCH", "\"shop.manners\"", "")
                        .replace("username = root", "username = safe, password = secret")
                        .replace("/shop\"", "/shop?sslMode=trust\"");
        try (var world = new World(folder)) {
            sql("SET gtid_next = 'AUTOMATIC:before'", "INSERT INTO manners VALUES (1, 'before')");
            assertThat(world.run(job).message()).isEqualTo("finished");
            sql("SET gtid_next = 'AUTOMATIC:tagged'", "INSERT INTO manners VALUES (2, 'tagged')");
            // Two statements, of which the log makes one transaction.
            sql("CREATE TABLE manners_too AS SELECT * FROM manners");
            sql(
                    "SET SESSION binlog_transaction_compression = ON",
                    "XA START 'packed'",
                    "INSERT INTO manners VALUES (3, 'packed')",
                    "XA END 'packed'",
                    "XA COMMIT 'packed' ONE PHASE");
            sql("INSERT INTO manners VALUES (4, 'plain')");
            assertThat(world.run(job).message()).isEqualTo("finished");
            assertThat(world.byFirst("t.manners").values())
                    .containsExactlyInAnyOrder("1|before", "2|tagged", "3|packed", "4|plain");
            assertThat(world.run(job).rows()).isZero();
        }
    }

    @Test
    void aLogWithNamesTellsColumnsHoweverOftenTheyChange() throws Exception {
        sql("SET GLOBAL binlog_row_metadata = FULL");
        try (var world = new World(folder)) {
            sql("CREATE TABLE told (id int PRIMARY KEY, a int, b int)");
            String job =
                    job(
                            "told",
                            "BATCH",
                            "\"shop.told\"",
                            ", iceberg.table.schema-evolution-enabled = true");
            assertThat(world.run(job).message()).isEqualTo("finished");
            sql("INSERT INTO told VALUES (1, 1, 1)");
            sql("ALTER TABLE told DROP a");
            sql("INSERT INTO told VALUES (2, 2)");
            sql("ALTER TABLE told ADD c int FIRST, DROP b");
            sql("INSERT INTO told VALUES (3, 3)");
            sql("ALTER TABLE told RENAME COLUMN c TO d, ALGORITHM = INSTANT");
            sql("INSERT INTO told (id, d) VALUES (4, 4)");
            assertThat(world.run(job).message()).isEqualTo("finished");

            assertThat(world.columns("t.told"))
                    .containsExactly("1 id int", "2 a int", "3 b int", "4 d int");
            assertThat(world.byFirst("t.told").values())
                    .containsExactly(
                            "1|null|null|null",
                            "2|null|null|null",
                            "3|null|null|3",
                            "4|null|null|4");
        } finally {
            sql("SET GLOBAL binlog_row_metadata = DEFAULT");
        }
    }

    @Test
    void aLogWithPartsOfValuesEndsTheRunWithTheReason() throws Exception {
        sql(
                "CREATE TABLE parts (id int PRIMARY KEY, j json)",
                "INSERT INTO parts VALUES (1, '{\"a\": 1, \"b\": \"long enough that a part is"
                        + " shorter\"}')");
        String job = job("parts", "BATCH", "\"shop.parts\"", "");
        try (var world = new World(folder)) {
            assertThat(world.run(job).message()).isEqualTo("finished");
            sql(
                    "SET SESSION binlog_row_value_options = PARTIAL_JSON",
                    "UPDATE parts SET j = JSON_SET(j, '$.a', 2)");
            assertThat(world.run(job).message()).contains("binlog_row_value_options must be empty");
        }
    }
}
