package dev.tarn.pipeline.source.postgres;

import java.io.IOException;

/// A table has other columns than those that the run knows.
final class TableChangedException extends IOException {
    TableChangedException(String message) {
        super(message);
    }
}
