package dev.tarn.pipeline.transform.sql;

import dev.tarn.pipeline.row.Batch;
import org.apache.iceberg.types.Type;
import org.jspecify.annotations.Nullable;

/// An expression and its type.
public record Compiled(Type type, Evaluation evaluation) {

    /// What gives its value.
    @FunctionalInterface
    public interface Evaluation {

        /// The value of a row, as in Iceberg's generic data.
        ///
        /// @throws IllegalArgumentException if there is none, such as of a division by zero
        @Nullable Object at(Batch batch, int row);
    }

    public @Nullable Object at(Batch batch, int row) {
        return evaluation.at(batch, row);
    }
}
