package dev.tarn.catalog;

/// What was to be dropped or replaced is protected, and stays as it is until somebody lifts the
/// protection.
public final class ProtectedException extends RuntimeException {

    /// @param what such as `Table`
    public ProtectedException(String what, Object name) {
        super(
                "%s is protected: %s; 'tarn catalog unprotect' lifts the protection"
                        .formatted(what, name));
    }
}
