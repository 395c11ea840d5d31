package dev.tarn.catalog.planning;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import org.apache.iceberg.Schema;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.expressions.Binder;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.ExpressionParser;
import org.apache.iceberg.types.Types.NestedField;

/// Finds the names of a request in a schema.
record Columns(Schema schema, boolean caseSensitive) {

    /// The filter in a form that fits the columns it names.
    ///
    /// JSON has fewer types than a table, so a filter is read without the schema first, as clients
    /// write it; where that does not fit, as with binary values, each value is read as its column's
    /// type.
    ///
    /// @throws BadRequestException if it names a column that is not there, or compares one with
    ///   what it can never be
    Expression filter(Expression filter) {
        try {
            bind(filter);
            return filter;
        } catch (RuntimeException misfit) {
            // Binding is a function of the request and the schema alone, so whatever it stumbles
            // over came from the client.
            try {
                Expression typed =
                        ExpressionParser.fromJson(ExpressionParser.toJson(filter), schema);
                bind(typed);
                return typed;
            } catch (RuntimeException alsoMisfit) {
                throw new BadRequestException(
                        misfit, "Filter does not fit the table: %s", misfit.getMessage());
            }
        }
    }

    private void bind(Expression filter) {
        Binder.bind(schema.asStruct(), filter, caseSensitive);
    }

    /// The names as the schema writes them, each once.
    ///
    /// @throws BadRequestException if one is not there
    List<String> names(List<String> asked) {
        SequencedSet<String> names = new LinkedHashSet<>();
        for (String name : asked) {
            NestedField field =
                    caseSensitive ? schema.findField(name) : schema.caseInsensitiveFindField(name);
            if (field == null) {
                throw new BadRequestException("Column does not exist: %s", name);
            }
            names.add(schema.findColumnName(field.fieldId()));
        }
        return new ArrayList<>(names);
    }
}
