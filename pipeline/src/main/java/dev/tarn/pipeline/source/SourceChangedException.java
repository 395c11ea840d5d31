package dev.tarn.pipeline.source;

import java.io.IOException;

/// A table of a source has other columns than at the start. The run plans its job anew and goes on
/// from its last commit.
public final class SourceChangedException extends IOException {
    public SourceChangedException(String message) {
        super(message);
    }
}
