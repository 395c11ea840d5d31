package dev.tarn.store;

import org.jspecify.annotations.Nullable;

/// The current row of a result, columns counted from 1.
public interface Row {
    String string(int column);

    @Nullable String stringOrNull(int column);

    long number(int column);

    @Nullable Long numberOrNull(int column);

    byte[] bytes(int column);
}
