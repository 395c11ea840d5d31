package dev.tarn.pipeline.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.pipeline.PostgresServer;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.row.Rejected;
import dev.tarn.pipeline.row.RowKind;
import dev.tarn.pipeline.source.jdbc.Sql;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PgBinaryTest {
    private static final List<String> KINDS =
            List.of(
                    "bool: true, false",
                    "int2: -32768, 32767, 0",
                    "int4: -2147483648, 2147483647",
                    "int8: -9223372036854775808, 9223372036854775807",
                    "oid: 0, 4294967295",
                    "float4: 0, -0, 1.5, 1e-45, 3.4028235e38, NaN, Infinity, -Infinity",
                    "float8: 0, -0, 1e300, 5e-324, 0.1, NaN, Infinity, -Infinity",
                    "numeric: 0, NaN, Infinity, -Infinity, 1, -0.0000000000000000001,"
                        + " 99999999999999999999.5, 1e30, 123456789012345678.123456789012345678",
                    "numeric(18,4): 0, -1.5, 99999999999999.9999, 0.0001, NaN, 10000, 12345678.9",
                    "numeric(5,0): 0, 99999, -10000, 1",
                    "numeric(9,9): 0.000000001, -0.999999999, 0.0001, 0.1",
                    "numeric(3,-2): 100, 99900",
                    "numeric(38,10): 0.1, 1234567890123456789012345678.0123456789",
                    "text: a, , \u00e4\u20ac\ud83d\ude00, tab\tnew\nback\\",
                    "varchar(5): abcde",
                    "bpchar(5): ab",
                    "name: a name",
                    "\"char\": x",
                    "bytea: \\x, \\x00ff, \\x5c",
                    "date: 2000-01-01, 0001-01-01, 9999-12-31, infinity, -infinity, 10000-01-01,"
                            + " 0001-12-31 BC, 4713-01-01 BC, 1582-10-10",
                    "time: 00:00, 23:59:59.999999, 24:00:00, 12:00:00.5",
                    "timetz: 12:00:00.5+02, 00:00-12:30",
                    "timestamp: 2000-01-01, 1999-12-31 23:59:59.999999, 0001-01-01, infinity,"
                            + " -infinity, 9999-12-31 23:59:59.999999, 10000-01-01 01:02:03.04,"
                            + " 0044-03-15 12:00 BC, 1582-10-10 01:00",
                    "timestamptz: 2000-01-01 00:00+00, infinity, -infinity, 10000-01-01"
                            + " 00:00+00, 0044-03-15 12:00+00 BC, 1970-01-01 00:00+00",
                    "interval: 1 day 02:03, -1 mon",
                    "uuid: 00112233-4455-6677-8899-aabbccddeeff",
                    "json: {\"a\":  1}",
                    "jsonb: {\"a\":  1}, null",
                    "xml: <a/>",
                    "money: 12.5, -1",
                    "inet: 10.0.0.1, 10.0.0.0/8",
                    "cidr: 10.0.0.0/8",
                    "macaddr: 08:00:2b:01:02:03",
                    "bit(3): 101",
                    "point: (1.5;2)",
                    "int4range: [1;5)",
                    "tsvector: a b",
                    "regclass: pg_class",
                    "mood: happy",
                    "short: ab",
                    "int4[]: {1;NULL;-3}, {}",
                    "inet[]: {10.0.0.1}",
                    "text[]: {\"a;b\";q}");

    @Test
    void eachValueIsWhatItsTextIs() throws Exception {
        try (var server = PostgresServer.logical();
                Connection connection = server.connect()) {
            Sql.run(connection, "CREATE TYPE mood AS ENUM ('happy')");
            Sql.run(connection, "CREATE DOMAIN short AS char(4)");
            set(connection);
            for (int i = 0; i < KINDS.size(); i++) {
                String kind = KINDS.get(i);
                int colon = kind.indexOf(':');
                List<String> values = new ArrayList<>();
                for (String value : kind.substring(colon + 1).split(",", -1)) {
                    values.add(value.replaceFirst("^ ", "").replace(';', ','));
                }
                compare(connection, "kind" + i, kind.substring(0, colon), values);
            }
        }
    }

    @Test
    void anyNumberIsWhatItsTextIs() throws Exception {
        var random = new Random(20_261_127);
        try (var server = PostgresServer.logical();
                Connection connection = server.connect()) {
            set(connection);
            for (String type :
                    List.of(
                            "numeric",
                            "numeric(18,0)",
                            "numeric(18,18)",
                            "numeric(17,3)",
                            "numeric(4,2)",
                            "numeric(20,7)")) {
                List<String> values = new ArrayList<>();
                int whole = type.equals("numeric") ? 22 : 20;
                for (int i = 0; i < 2_000; i++) {
                    var text = new StringBuilder(random.nextBoolean() ? "-" : "");
                    for (int d = random.nextInt(whole); d >= 0; d--) {
                        text.append(random.nextInt(3) == 0 ? random.nextInt(10) : 0);
                    }
                    text.append('.');
                    for (int d = random.nextInt(20); d >= 0; d--) {
                        text.append(random.nextInt(3) == 0 ? random.nextInt(10) : 0);
                    }
                    values.add(text.toString());
                }
                compare(connection, type.replaceAll("\\W", "_"), type, values);
            }
        }
    }

    private static void set(Connection connection) throws Exception {
        for (String setting : PgOptions.SETTINGS) {
            Sql.run(connection, setting);
        }
    }

    /// Values that the type does not take are left out.
    private static void compare(
            Connection connection, String table, String type, List<String> values)
            throws Exception {
        Sql.run(connection, "CREATE TABLE %s (id int PRIMARY KEY, v %s)".formatted(table, type));
        int taken = 0;
        for (int i = 0; i < values.size(); i++) {
            try (var insert =
                    connection.prepareStatement(
                            "INSERT INTO %s VALUES (%s, ?::text::%s)".formatted(table, i, type))) {
                insert.setString(1, values.get(i));
                taken += insert.executeUpdate();
            } catch (java.sql.SQLException e) {
                assertThat(Sql.reason(e)).contains("numeric field overflow");
            }
        }
        assertThat(taken).as(type).isGreaterThan(values.size() / 10);
        var name = new PgName("postgres", "public", table);
        Columns columns = PgCatalog.columns(connection, name);
        var read = new PgTable(0, name, 0, columns, Set.of());
        var copy =
                new PgCopy(
                        connection,
                        read,
                        "SELECT %s FROM %s ORDER BY id"
                                .formatted(
                                        read.expressions(PgCatalog.typeNames(connection, name)),
                                        table));
        List<Rejected> rejected = new ArrayList<>();
        List<String> found = new ArrayList<>();
        for (Batch batch = copy.next(100, rejected::add);
                batch != null;
                batch = copy.next(100, rejected::add)) {
            found.addAll(texts(batch));
        }
        rejected.forEach(row -> found.add(row.toString()));

        List<Rejected> expectedRejected = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        long place = 0;
        for (List<String> row :
                Sql.rows(
                        connection,
                        "SELECT id, format('%%s', v) FROM %s ORDER BY id".formatted(table))) {
            var written = new PgTable(0, name, 0, columns, Set.of());
            Batch batch = written.batch(1);
            written.append(
                    batch, new Text(row), RowKind.INSERT, false, ++place, expectedRejected::add);
            expected.addAll(texts(batch));
        }
        expectedRejected.forEach(row -> expected.add(row.toString()));
        assertThat(found).as(type).isEqualTo(expected);
    }

    private static List<String> texts(Batch batch) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            Object value = batch.value(1, i);
            texts.add(
                    value instanceof java.nio.ByteBuffer bytes
                            ? StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString()
                            : String.valueOf(value));
        }
        return texts;
    }

    private static final class Text implements PgTable.Values {
        private final byte[] array;
        private final int first;

        Text(List<String> row) {
            first = row.getFirst().length();
            array = String.join("", row).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public boolean areBinary() {
            return false;
        }

        @Override
        public byte[] array() {
            return array;
        }

        @Override
        public int from(int column) {
            return column == 0 ? 0 : first;
        }

        @Override
        public int end(int column) {
            return column == 0 ? first : array.length;
        }
    }
}
