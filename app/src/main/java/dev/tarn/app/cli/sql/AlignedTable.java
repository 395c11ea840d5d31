package dev.tarn.app.cli.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.engine.statement.Column;
import dev.tarn.engine.statement.Values;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jline.utils.WCWidth;

/// Columns under each other for a person: numbers to the right, nulls as `NULL`.
///
/// The widths are those of the first rows; a wider value further down pushes its own line out, so
/// that a result of any length needs little memory.
final class AlignedTable implements ResultPrinter {
    static final int MEASURED_ROWS_MAX = 1_000;

    private final List<Column> columns;
    private final PrintWriter out;
    private final int[] widths;
    private final List<List<String>> held = new ArrayList<>();
    private boolean measured;

    AlignedTable(List<Column> columns, PrintWriter out) {
        this.columns = columns;
        this.out = out;
        this.widths = new int[columns.size()];
    }

    @Override
    public void rows(List<List<JsonNode>> rows) {
        for (List<JsonNode> row : rows) {
            List<String> cells = cells(row);
            if (measured) {
                print(cells);
            } else {
                held.add(cells);
                if (held.size() == MEASURED_ROWS_MAX) {
                    printHeld();
                }
            }
        }
    }

    @Override
    public void end() {
        if (!measured) {
            printHeld();
        }
        out.flush();
    }

    private List<String> cells(List<JsonNode> row) {
        List<String> cells = new ArrayList<>(row.size());
        for (int i = 0; i < row.size(); i++) {
            cells.add(visible(Values.text(columns.get(i).type(), row.get(i))));
        }
        return cells;
    }

    private void printHeld() {
        measured = true;
        List<String> names = columns.stream().map(column -> visible(column.name())).toList();
        measure(names);
        held.forEach(this::measure);

        var header = new StringBuilder();
        var rule = new StringBuilder();
        for (int i = 0; i < names.size(); i++) {
            int space = widths[i] - width(names.get(i));
            int left = space / 2;
            header.append(i == 0 ? " " : "| ");
            header.append(" ".repeat(left))
                    .append(names.get(i))
                    .append(" ".repeat(space - left + 1));
            rule.append(i == 0 ? "" : "+").append("-".repeat(widths[i] + 2));
        }
        out.println(header.toString().stripTrailing());
        out.println(rule);
        held.forEach(this::print);
        held.clear();
    }

    private void measure(List<String> cells) {
        for (int i = 0; i < cells.size(); i++) {
            widths[i] = Math.max(widths[i], width(cells.get(i)));
        }
    }

    private void print(List<String> cells) {
        var line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            String cell = cells.get(i);
            String space = " ".repeat(Math.max(0, widths[i] - width(cell)));
            line.append(i == 0 ? " " : "| ");
            line.append(columns.get(i).type().isNumber() ? space + cell : cell + space).append(' ');
        }
        out.println(line.toString().stripTrailing());
    }

    /// Columns of a terminal, of which many Asian letters and all emoji take two and accents none.
    static int width(String text) {
        return text.codePoints().map(point -> Math.max(0, WCWidth.wcwidth(point))).sum();
    }

    /// Control characters would break the table, or drive the terminal of who reads a stranger's
    /// data.
    static String visible(String text) {
        if (text.chars().noneMatch(Character::isISOControl)) {
            return text;
        }
        var visible = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> visible.append("\\n");
                case '\r' -> visible.append("\\r");
                case '\t' -> visible.append("\\t");
                default -> {
                    if (Character.isISOControl(c)) {
                        visible.append("\\u%04x".formatted((int) c));
                    } else {
                        visible.append(c);
                    }
                }
            }
        }
        return visible.toString();
    }
}
