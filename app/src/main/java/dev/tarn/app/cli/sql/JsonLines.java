package dev.tarn.app.cli.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tarn.engine.statement.Column;
import dev.tarn.engine.statement.Values;
import java.io.PrintWriter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/// One JSON object per row and line. Columns of the same name get a number, since an object has a
/// key once.
final class JsonLines implements ResultPrinter {
    private final List<Column> columns;
    private final List<String> keys;
    private final PrintWriter out;

    JsonLines(List<Column> columns, PrintWriter out) {
        this.columns = columns;
        this.keys = keys(columns);
        this.out = out;
    }

    @Override
    public void rows(List<List<JsonNode>> rows) {
        for (List<JsonNode> row : rows) {
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            for (int i = 0; i < row.size(); i++) {
                object.set(keys.get(i), Values.json(columns.get(i).type(), row.get(i)));
            }
            out.print(object);
            out.print('\n');
        }
    }

    @Override
    public void end() {
        out.flush();
    }

    private static List<String> keys(List<Column> columns) {
        SequencedSet<String> keys = new LinkedHashSet<>();
        for (Column column : columns) {
            String key = column.name();
            for (int n = 2; !keys.add(key); n++) {
                key = column.name() + "_" + n;
            }
        }
        return List.copyOf(keys);
    }
}
