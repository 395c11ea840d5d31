package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tarn.pipeline.job.JobException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The transform Sql.
class SqlTest {
    @TempDir Path folder;

    private static String job(String table, String query) {
        return """
        source { FakeSource {
          schema { fields { id = int, name = string, price = "decimal(8, 2)", score = double, big = bigint, day = date, at = timestamp, ok = boolean }
                   primaryKey { columnNames = [id] } }
          rows = [
            { kind = INSERT, fields = [1, "Ann", "10.50", 1.5, 7000000000, "2024-02-29", "2024-02-29 13:05:06", true] }
            { kind = INSERT, fields = [2, "bob", "3.00", -2.25, 3, "2023-12-31", "2023-12-31 00:00:00", false] }
            { kind = INSERT, fields = [3, null, null, null, null, null, null, null] }
          ] } }
        transform { Sql { query = \"""%s\""" } }
        sink { Iceberg { namespace = t, table = %s } }
        """
                .formatted(query, table);
    }

    private static List<String> rows(World world, String table) throws Exception {
        List<String> rows = new ArrayList<>();
        for (Record row : world.rows(table)) {
            List<String> values = new ArrayList<>();
            for (int i = 0; i < row.size(); i++) {
                values.add(String.valueOf(row.get(i)));
            }
            rows.add(String.join("|", values));
        }
        return rows;
    }

    @Test
    void columnsAreComputedAndRowsPicked() throws Exception {
        try (var world = new World(folder)) {
            Progress end =
                    world.run(
                            job(
                                    "one",
                                    "SELECT id, upper(name) AS who, price * 2 AS twice, big + id AS"
                                        + " sum, `day`, price FROM anything WHERE ok OR name LIKE"
                                        + " 'b%'"));
            assertThat(end.message()).isEqualTo("finished");
            assertThat(rows(world, "t.one"))
                    .containsExactlyInAnyOrder(
                            "1|ANN|21.00|7000000001|2024-02-29|10.50",
                            "2|BOB|6.00|5|2023-12-31|3.00");
            var schema = world.table("t.one").schema();
            assertThat(schema.identifierFieldNames()).containsExactly("id");
            assertThat(schema.findType("twice")).isEqualTo(Types.DecimalType.of(38, 2));
            assertThat(schema.findType("sum")).isEqualTo(Types.LongType.get());

            assertThat(world.run(job("two", "select * from t where name is null")).message())
                    .isEqualTo("finished");
            assertThat(rows(world, "t.two"))
                    .containsExactly("3|null|null|null|null|null|null|null");
        }
    }

    /// Of the first row, of the second, of the third, whose columns are null.
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '#',
            value = {
                "id + 1; 2; 3; 4",
                "id / 2; 0; 1; 1",
                "price / 4; 2.625000; 0.750000; null",
                "-id % 2; -1; 0; -1",
                "score * 2; 3.0; -4.5; null",
                "name || '-' || id; Ann-1; bob-2; -3",
                "concat(name, 'x'); Annx; bobx; x",
                "coalesce(name, 'nobody'); Ann; bob; nobody",
                "nullif(name, 'bob'); Ann; null; null",
                "case when price > 5 then 'dear' when price is null then 'free' else 'cheap' end;"
                        + " dear; cheap; free",
                "case id when 1 then 10 when 2 then 2.5 end; 10.0; 2.5; null",
                "cast(price as int); 10; 3; null",
                "cast(id as string) || '!'; 1!; 2!; 3!",
                "cast('2024-05-06' as date); 2024-05-06; 2024-05-06; 2024-05-06",
                "cast(day as timestamp); 2024-02-29T00:00; 2023-12-31T00:00; null",
                "cast(1.005 as decimal(5,2)); 1.01; 1.01; 1.01",
                "day > '2024-01-01'; true; false; null",
                "day between '2023-01-01' and '2023-12-31'; false; true; null",
                "id in (1, 3); true; false; true",
                "name not in ('Ann', null); false; null; null",
                "not ok; false; true; null",
                "ok and id = 1; true; false; false",
                "ok or id = 3; true; false; true",
                "name ilike 'A_N'; true; false; null",
                "name like 'a%'; false; false; null",
                "length(trim('  ab ')); 2; 2; 2",
                "substring(name, 2, 1); n; o; null",
                "substring(name, -2); nn; ob; null",
                "lpad(name, 5, '*'); **Ann; **bob; null",
                "rpad(name, 2); An; bo; null",
                "replace(name, 'n', 'm'); Amm; bob; null",
                "regexp_replace(name, '[nb]+', '_'); A_; _o_; null",
                "regexp_like(name, '^A'); true; false; null",
                "locate('n', name); 2; 0; null",
                "abs(score); 1.5; 2.25; null",
                "round(score); 2.0; -2.0; null",
                "round(price, 1); 10.50; 3.00; null",
                "ceil(score); 2.0; -2.0; null",
                "floor(score); 1.0; -3.0; null",
                "mod(big, 2); 0; 1; null",
                "power(id, 2); 1.0; 4.0; 9.0",
                "year(day) * 100 + month(at); 202402; 202312; null",
                "hour(at) + minute(at) + second(at); 24; 0; null",
                "left(name, 1) = 'A'; true; false; null"
            })
    void expressions(String expression, String first, String second, String third)
            throws Exception {
        try (var world = new World(folder)) {
            Progress end = world.run(job("e", "SELECT id, " + expression + " AS v FROM t"));
            assertThat(end.message()).isEqualTo("finished");
            List<String> values = new ArrayList<>();
            for (Record row : world.rows("t.e")) {
                values.add("%s: %s".formatted(row.get(0), row.get(1)));
            }
            assertThat(values)
                    .containsExactlyInAnyOrder("1: " + first, "2: " + second, "3: " + third);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '#',
            value = {
                "SELECT nam FROM t; there is no column nam, did you mean name?",
                "SELECT upperr(name) FROM t; there is no function UPPERR, did you mean UPPER?",
                "SELECT id FROM t JOIN u ON t.a = u.a; expected SELECT ... FROM one table WHERE",
                "SELECT count(*) FROM t; not supported",
                "SELECT id FROM t LIMIT 3; without joins, groups, order or limit",
                "SELECT id FROM t WHERE name; expected a condition behind WHERE, found name",
                "SELECT id + name FROM t; expected a number, found name of type string",
                "SELECT id, id FROM t; column id is there twice",
                "SELECT left(name) FROM t; LEFT takes 2 arguments, found 1",
                "SELECT cast(id as colour) FROM t; not a type",
                "SELECT case when ok then 1 else 'a' end FROM t; expected one type",
                "DELETE FROM t; expected SELECT",
                "SELEC id; not SQL"
            })
    void whatIsWrongIsToldBeforeAnythingRuns(String query, String sentence) throws Exception {
        try (var world = new World(folder)) {
            Throwable refused = catchThrowable(() -> world.run(job("e", query)));
            assertThat(refused)
                    .isInstanceOf(JobException.class)
                    .hasMessageContaining("Sql.query: ")
                    .hasMessageContaining(sentence);
        }
    }

    @Test
    void whatHasNoValueEndsTheRun() throws Exception {
        try (var world = new World(folder)) {
            assertThat(world.run(job("e", "SELECT id / (id - 2) AS v FROM t")).message())
                    .isEqualTo("Sql, v: 2 / 0: BigInteger divide by zero");
            assertThat(world.run(job("f", "SELECT cast(name as int) AS v FROM t")).message())
                    .isEqualTo("Sql, v: expected int, found 'Ann'");
            assertThat(world.run(job("g", "SELECT cast(big * 2 as int) AS v FROM t")).message())
                    .isEqualTo("Sql, v: 14000000000 is no int");
        }
    }
}
