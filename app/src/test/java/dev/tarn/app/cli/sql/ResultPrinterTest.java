package dev.tarn.app.cli.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tarn.app.cli.sql.ResultPrinter.Form;
import dev.tarn.engine.statement.Column;
import dev.tarn.engine.statement.ColumnType;
import dev.tarn.engine.statement.ColumnType.Field;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultPrinterTest {
    private static final ColumnType TEXT = new ColumnType("varchar", List.of());
    private static final ColumnType NUMBER = new ColumnType("bigint", List.of());
    private static final ColumnType EXACT = new ColumnType("decimal", List.of());
    private static final ColumnType LIST =
            new ColumnType("array", List.of(new Field(null, NUMBER)));
    private static final List<Column> COLUMNS =
            List.of(
                    new Column("name", "varchar", TEXT),
                    new Column("flights", "bigint", NUMBER),
                    new Column("share", "decimal(4, 2)", EXACT),
                    new Column("days", "array(bigint)", LIST));
    private static final String ROWS =
            """
            [["Zürich", 1234567, "12.50", [1, null]],
             ["東京", 8, null, []],
             [null, null, "0.10", null],
             ["", 0, "1.00", [7]],
             ["say \\"hi\\", a\\tb\\\\\\nc", -1, "99.99", [1, 2]]]\
            """;

    @Test
    void alignedForAPerson() throws Exception {
        assertThat(print(Form.ALIGNED, COLUMNS, ROWS))
                .isEqualTo(
                        """
                                name        | flights | share |   days
                        --------------------+---------+-------+-----------
                         Zürich             | 1234567 | 12.50 | [1, NULL]
                         東京               |       8 |  NULL | []
                         NULL               |    NULL |  0.10 | NULL
                                            |       0 |  1.00 | [7]
                         say "hi", a\\tb\\\\nc |      -1 | 99.99 | [1, 2]
                        """);
    }

    @Test
    void commaSeparatedAsRfc4180() throws Exception {
        assertThat(print(Form.CSV, COLUMNS, ROWS))
                .isEqualTo(
                        """
                        name,flights,share,days
                        Zürich,1234567,12.50,"[1, NULL]"
                        東京,8,,[]
                        ,,0.10,
                        "",0,1.00,[7]
                        "say ""hi"", a\tb\\
                        c",-1,99.99,"[1, 2]"
                        """);
    }

    @Test
    void tabSeparated() throws Exception {
        assertThat(print(Form.TSV, COLUMNS, ROWS))
                .isEqualTo(
                        """
                        name\tflights\tshare\tdays
                        Zürich\t1234567\t12.50\t[1, NULL]
                        東京\t8\t\\N\t[]
                        \\N\t\\N\t0.10\t\\N
                        \t0\t1.00\t[7]
                        say "hi", a\\tb\\\\\\nc\t-1\t99.99\t[1, 2]
                        """);
    }

    @Test
    void jsonObjectsPerLine() throws Exception {
        assertThat(print(Form.JSON, COLUMNS, ROWS))
                .isEqualTo(
                        """
                        {"name":"Zürich","flights":1234567,"share":12.50,"days":[1,null]}
                        {"name":"東京","flights":8,"share":null,"days":[]}
                        {"name":null,"flights":null,"share":0.10,"days":null}
                        {"name":"","flights":0,"share":1.00,"days":[7]}
                        {"name":"say \\"hi\\", a\\tb\\\\\\nc","flights":-1,"share":99.99,"days":[1,2]}
                        """);
    }

    @Test
    void columnsOfOneNameGetNumbersInJson() throws Exception {
        List<Column> columns =
                List.of(
                        new Column("_col", "bigint", NUMBER),
                        new Column("_col", "bigint", NUMBER),
                        new Column("_col_2", "bigint", NUMBER));

        assertThat(print(Form.JSON, columns, "[[1, 2, 3]]"))
                .isEqualTo("{\"_col\":1,\"_col_2\":2,\"_col_2_2\":3}\n");
    }

    @Test
    void noRowsStillHaveAHeader() throws Exception {
        List<Column> columns = List.of(new Column("n", "bigint", NUMBER));

        assertThat(print(Form.ALIGNED, columns, "[]")).isEqualTo(" n\n---\n");
        assertThat(print(Form.CSV, columns, "[]")).isEqualTo("n\n");
        assertThat(print(Form.JSON, columns, "[]")).isEmpty();
    }

    @Test
    void aStrangersDataDoesNotDriveTheTerminal() throws Exception {
        List<Column> columns = List.of(new Column("t", "varchar", TEXT));

        assertThat(print(Form.ALIGNED, columns, "[[\"\\u001b[2J\"]]"))
                .isEqualTo("     t\n-----------\n \\u001b[2J\n");
    }

    @Test
    void aLongResultIsNotKept() throws Exception {
        List<Column> columns = List.of(new Column("n", "bigint", NUMBER));
        var text = new StringWriter();
        var table = ResultPrinter.of(Form.ALIGNED, columns, new PrintWriter(text));
        List<List<JsonNode>> page = rows("[[1]]");

        for (int i = 0; i < AlignedTable.MEASURED_ROWS_MAX - 1; i++) {
            table.rows(page);
        }
        assertThat(text.toString()).isEmpty();
        table.rows(page);
        table.rows(rows("[[123456]]"));
        table.end();

        assertThat(text.toString().lines())
                .hasSize(2 + AlignedTable.MEASURED_ROWS_MAX + 1)
                .endsWith(" 1", " 123456");
    }

    private static String print(Form form, List<Column> columns, String json) throws Exception {
        var text = new StringWriter();
        var writer = new PrintWriter(text);
        ResultPrinter printer = ResultPrinter.of(form, columns, writer);
        printer.rows(rows(json));
        printer.end();
        return text.toString();
    }

    private static List<List<JsonNode>> rows(String json) throws Exception {
        List<List<JsonNode>> rows = new ArrayList<>();
        for (JsonNode array : new ObjectMapper().readTree(json)) {
            List<JsonNode> row = new ArrayList<>();
            array.forEach(row::add);
            rows.add(row);
        }
        return rows;
    }
}
