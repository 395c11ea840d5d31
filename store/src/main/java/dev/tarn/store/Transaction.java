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
    /// After an exception the transaction can only end.
    ///
    /// @throws DuplicateKeyException if a unique key is taken
    /// @throws ForeignKeyException if a row that this one refers to is missing, or a row that is
    ///   referred to would be
    int update(String sql, @Nullable Object... arguments);

    /// As [#update], but after a DuplicateKeyException or a ForeignKeyException the transaction is
    /// as before and goes on. On PostgreSQL it takes three statements.
    int tryUpdate(String sql, @Nullable Object... arguments);

    /// Waits until no other transaction holds the lock `name`, then holds it alone to the end.
    void lock(String name);

    /// As [#lock], but several transactions may share it.
    void lockShared(String name);
}
