package dev.tarn.engine.statement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.engine.statement.StatementException.Position;
import dev.tarn.engine.trino.SharedTrino;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StatementsTest {
    private Statements statements;

    @BeforeEach
    void connect() throws Exception {
        statements = new Statements(SharedTrino.running().uri(), Session.of("test", null, null));
    }

    @AfterEach
    void disconnect() {
        statements.close();
    }

    @Test
    void everyTypeReadsAsTextAndAsJson() {
        Statement statement =
                statements.start(
                        """
                        SELECT true AS a_boolean, BIGINT '9007199254740993' AS a_bigint, 1.5e0 AS a_double,
                            nan() AS not_a_number, DECIMAL '12345678901234567890.10' AS a_decimal, 'héllo' AS a_text,
                            DATE '2024-02-29' AS a_date, TIMESTAMP '2024-02-29 01:02:03.123456' AS a_time,
                            X'0aFF' AS some_bytes, ARRAY[1, NULL, 3] AS an_array, MAP(ARRAY['k'], ARRAY[1.50]) AS a_map,
                            CAST(ROW(1, 'x') AS ROW(n integer, t varchar)) AS a_row, NULL AS nothing\
                        """);
        List<JsonNode> row = statement.rowsToEnd().getFirst();

        assertThat(texts(statement.columns(), row))
                .containsExactly(
                        "a_boolean boolean true",
                        "a_bigint bigint 9007199254740993",
                        "a_double double 1.5",
                        "not_a_number double NaN",
                        "a_decimal decimal(22, 2) 12345678901234567890.10",
                        "a_text varchar(5) héllo",
                        "a_date date 2024-02-29",
                        "a_time timestamp(6) 2024-02-29 01:02:03.123456",
                        "some_bytes varbinary 0a ff",
                        "an_array array(integer) [1, NULL, 3]",
                        "a_map map(varchar(1), decimal(3, 2)) {k=1.50}",
                        "a_row row(n integer, t varchar) {n=1, t=x}",
                        "nothing unknown NULL");
        assertThat(jsons(statement.columns(), row))
                .containsExactly(
                        "true",
                        "9007199254740993",
                        "1.5",
                        "\"NaN\"",
                        "12345678901234567890.10",
                        "\"héllo\"",
                        "\"2024-02-29\"",
                        "\"2024-02-29 01:02:03.123456\"",
                        "\"Cv8=\"",
                        "[1,null,3]",
                        "{\"k\":1.50}",
                        "{\"n\":1,\"t\":\"x\"}",
                        "null");
    }

    @Test
    void aLongResultComesInPagesAndInOrder() {
        Statement statement =
                statements.start(
                        "SELECT a.n * 1000 + b.n, rpad('', 1000, 'x') FROM UNNEST(sequence(0, 19))"
                                + " a(n) CROSS JOIN UNNEST(sequence(0, 999)) b(n) ORDER BY 1");
        int pages = 0;
        List<Long> values = new ArrayList<>();
        do {
            pages += statement.rows().isEmpty() ? 0 : 1;
            statement.rows().forEach(row -> values.add(row.getFirst().asLong()));
        } while (statement.advance());

        assertThat(pages).isGreaterThan(1);
        assertThat(values).hasSize(20_000).isSorted().startsWith(0L).endsWith(19_999L);
        assertThat(statement.progress().state()).isEqualTo("FINISHED");
    }

    @Test
    void aMistakeHasItsPlace() {
        assertThatThrownBy(() -> statements.start("SELECT 1,\n  FRM x").rowsToEnd())
                .asInstanceOf(InstanceOfAssertFactories.type(StatementException.class))
                .satisfies(wrong -> {
                    assertThat(wrong.name()).isEqualTo("COLUMN_NOT_FOUND");
                    assertThat(wrong.position()).isEqualTo(new Position(2, 3));
                    assertThat(wrong).hasMessageContaining("frm");
                });
    }

    @Test
    void aDivisionByZeroHasNoPlace() {
        assertThatThrownBy(() ->
                        statements.start("SELECT 1 / n FROM UNNEST(ARRAY[0]) t(n)").rowsToEnd())
                .asInstanceOf(InstanceOfAssertFactories.type(StatementException.class))
                .satisfies(wrong -> {
                    assertThat(wrong.name()).isEqualTo("DIVISION_BY_ZERO");
                    assertThat(wrong.position()).isNull();
                });
    }

    @Test
    void theSessionFollowsItsStatements() {
        statements.start("USE system.runtime").rowsToEnd();
        assertThat(statements.session().catalog()).isEqualTo("system");
        assertThat(statements.session().schema()).isEqualTo("runtime");
        assertThat(value("SELECT count(*) FROM nodes")).isEqualTo("1");

        statements.start("SET SESSION query_max_run_time = '7m'").rowsToEnd();
        assertThat(statements.session().properties()).containsEntry("query_max_run_time", "7m");

        statements.start("PREPARE plus FROM SELECT ? + 1").rowsToEnd();
        assertThat(value("EXECUTE plus USING 41")).isEqualTo("42");
        statements.start("DEALLOCATE PREPARE plus").rowsToEnd();
        assertThat(statements.session().prepared()).isEmpty();
    }

    @Test
    void aCancelledStatementEndsOnTheServerToo() throws Exception {
        Statement endless =
                statements.start(
                        "SELECT count(*) FROM UNNEST(sequence(1, 10000)) a(n), UNNEST(sequence(1,"
                                + " 10000)) b(n), UNNEST(sequence(1, 10000)) c(n)");
        while (!endless.progress().state().equals("RUNNING")) {
            assertThat(endless.advance()).isTrue();
        }

        endless.cancel();

        assertThatThrownBy(endless::rowsToEnd).isInstanceOf(StatementCancelledException.class);
        assertThat(
                        value(
                                "SELECT state FROM system.runtime.queries WHERE query_id = '%s'"
                                        .formatted(endless.id())))
                .isEqualTo("FAILED");
    }

    private String value(String sql) {
        return statements.start(sql).rowsToEnd().getFirst().getFirst().asText();
    }

    private static List<String> texts(List<Column> columns, List<JsonNode> row) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < row.size(); i++) {
            Column column = columns.get(i);
            texts.add(
                    "%s %s %s"
                            .formatted(
                                    column.name(),
                                    column.typeName(),
                                    Values.text(column.type(), row.get(i))));
        }
        return texts;
    }

    private static List<String> jsons(List<Column> columns, List<JsonNode> row) {
        List<String> jsons = new ArrayList<>();
        for (int i = 0; i < row.size(); i++) {
            jsons.add(Values.json(columns.get(i).type(), row.get(i)).toString());
        }
        return jsons;
    }
}
