package dev.tarn.storage.vending;

import java.util.Optional;

/// Gives keys to what lies in a scope.
public interface KeyVendor extends AutoCloseable {
    /// No keys for anybody: clients have their own.
    KeyVendor NONE =
            new KeyVendor() {
                @Override
                public boolean vends() {
                    return false;
                }

                @Override
                public Optional<VendedKeys> keys(Scope scope) {
                    return Optional.empty();
                }

                @Override
                public Optional<VendedKeys> freshKeys(Scope scope) {
                    return Optional.empty();
                }
            };

    /// Whether there is anything to ask for at all.
    default boolean vends() {
        return true;
    }

    /// The same keys for everyone who asks within a while, so that answers that hold them can be
    /// kept; cheap. Empty if there can be none for this scope.
    Optional<VendedKeys> keys(Scope scope);

    /// Keys with their whole life before them.
    Optional<VendedKeys> freshKeys(Scope scope);

    @Override
    default void close() {}
}
