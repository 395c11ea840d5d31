package dev.tarn.app.cli.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.engine.statement.Column;
import dev.tarn.engine.statement.Values;
import java.io.PrintWriter;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// One line per row, a header first.
///
/// CSV quotes as RFC 4180 says, its lines end as those of other programs here do. A null is nothing
/// at all and an empty text is `""`, so that the two can be told apart. TSV escapes tabs, line ends
/// and backslashes instead, and a null is `\N`, as PostgreSQL's `COPY` writes it.
final class Delimited implements ResultPrinter {
    private final List<Column> columns;
    private final PrintWriter out;
    private final String delimiter;
    private final String nothing;
    private final UnaryOperator<String> escape;

    private Delimited(
            List<Column> columns,
            PrintWriter out,
            String delimiter,
            String nothing,
            UnaryOperator<String> escape) {
        this.columns = columns;
        this.out = out;
        this.delimiter = delimiter;
        this.nothing = nothing;
        this.escape = escape;
        print(columns.stream().map(Column::name).toList());
    }

    static Delimited csv(List<Column> columns, PrintWriter out) {
        return new Delimited(columns, out, ",", "", Delimited::quote);
    }

    static Delimited tsv(List<Column> columns, PrintWriter out) {
        return new Delimited(columns, out, "\t", "\\N", Delimited::backslash);
    }

    @Override
    public void rows(List<List<JsonNode>> rows) {
        for (List<JsonNode> row : rows) {
            var line = new StringJoiner(delimiter);
            for (int i = 0; i < row.size(); i++) {
                JsonNode value = row.get(i);
                line.add(cell(value.isNull() ? null : Values.text(columns.get(i).type(), value)));
            }
            out.print(line);
            out.print('\n');
        }
    }

    @Override
    public void end() {
        out.flush();
    }

    private void print(List<String> names) {
        var line = new StringJoiner(delimiter);
        names.forEach(name -> line.add(cell(name)));
        out.print(line);
        out.print('\n');
    }

    private String cell(@Nullable String text) {
        return text == null ? nothing : escape.apply(text);
    }

    private static String quote(String text) {
        boolean quoted =
                text.isEmpty()
                        || text.chars()
                                .anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return quoted ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }

    private static String backslash(String text) {
        return text.replace("\\", "\\\\")
                .replace("\t", "\\t")
                .replace("\n", "\\n")
                .replace("\r", "\\r");
    }
}
