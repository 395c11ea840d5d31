package dev.tarn.app.cli.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.engine.statement.Column;
import java.io.PrintWriter;
import java.util.List;

/// A form of a result. Rows come as they arrive and are not kept, or only as many as the form
/// needs.
sealed interface ResultPrinter permits AlignedTable, Delimited, JsonLines {

    enum Form {
        ALIGNED,
        CSV,
        TSV,
        JSON
    }

    void rows(List<List<JsonNode>> rows);

    /// What was still held back.
    void end();

    static ResultPrinter of(Form form, List<Column> columns, PrintWriter out) {
        return switch (form) {
            case ALIGNED -> new AlignedTable(columns, out);
            case CSV -> Delimited.csv(columns, out);
            case TSV -> Delimited.tsv(columns, out);
            case JSON -> new JsonLines(columns, out);
        };
    }
}
