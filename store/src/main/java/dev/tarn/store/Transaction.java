package dev.tarn.store;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Statements inside one transaction. Arguments stand for `?` and are String, Long, Integer,
/// Boolean (kept as 0 or 1), byte[] or null.
public interface Transaction {

    <T> List<T> query(String sql, Function<Row, T> reader, @Nullable Object... arguments);

    /// At most one row.
    ///
    /// @throws IllegalStateException if there are several
    <T> Optional<T> queryOne(String sql, Function<Row, T> reader, @Nullable Object... arguments);

    /// Runs a statement and tells how many rows it changed.
    ///
    /// @throws DuplicateKeyException if a unique key is taken; the transaction goes on
    int update(String sql, @Nullable Object... arguments);
}
