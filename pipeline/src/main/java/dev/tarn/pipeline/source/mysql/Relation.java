package dev.tarn.pipeline.source.mysql;

import java.io.Serializable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A table as the log has it in one transaction.
final class Relation {
    private static final int TINY = 1;
    private static final int SHORT = 2;
    private static final int LONG = 3;
    private static final int INT24 = 9;

    private final @Nullable MyTable tableOrNull;
    private final int width;

    /// For each column of the table that of the log, -1 if it is not there.
    private final int[] places;

    /// For each column of the table the bits of a number without sign that is kept in fewer bits in
    /// the log than in the table now; 0 for all others.
    private final long[] masks;

    private final @Nullable Object[] values;

    /// @param tableOrNull none if it is not read
    /// @param types of the log's columns
    Relation(@Nullable MyTable tableOrNull, int[] types, int[] places) {
        this.tableOrNull = tableOrNull;
        this.width = types.length;
        this.places = places;
        this.masks = new long[places.length];
        this.values = new Object[places.length];
        for (int i = 0; i < places.length; i++) {
            boolean unsigned =
                    tableOrNull != null && tableOrNull.shape().values().get(i).unsigned();
            masks[i] = unsigned && places[i] >= 0 ? mask(types[places[i]]) : 0;
        }
    }

    private static long mask(int type) {
        return switch (type) {
            case TINY -> 0xffL;
            case SHORT -> 0xffffL;
            case INT24 -> 0xff_ffffL;
            case LONG -> 0xffff_ffffL;
            default -> 0;
        };
    }

    @Nullable MyTable tableOrNull() {
        return tableOrNull;
    }

    MyTable require() {
        return Objects.requireNonNull(tableOrNull);
    }

    int width() {
        return width;
    }

    /// The values in the order of the table's columns; the array is used again.
    @Nullable Object[] values(Serializable[] logged) {
        for (int i = 0; i < places.length; i++) {
            Object value = places[i] < 0 ? null : logged[places[i]];
            values[i] =
                    masks[i] != 0 && value instanceof Number number
                            ? (Object) (number.longValue() & masks[i])
                            : value;
        }
        return values;
    }
}
