package dev.tarn.catalog.function;

import org.apache.iceberg.catalog.TableIdentifier;

/// No function has this name.
public final class NoSuchFunctionException extends RuntimeException {
    NoSuchFunctionException(TableIdentifier name) {
        super("Function does not exist: " + name);
    }
}
