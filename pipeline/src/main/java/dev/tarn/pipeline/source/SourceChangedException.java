package dev.tarn.pipeline.source;

import java.io.IOException;

/// A table of a source has other columns than at the start. The run commits what it has read of
/// whole transactions, plans its job anew and goes on.
public final class SourceChangedException extends IOException {
    private final transient Renames renames;
    private final boolean isLate;

    /// @param renames columns that have another name since
    public SourceChangedException(String message, Renames renames) {
        this(message, renames, false);
    }

    private SourceChangedException(String message, Renames renames, boolean isLate) {
        super(message);
        this.renames = renames;
        this.isLate = isLate;
    }

    /// What was read since the last commit would have been read otherwise, had this been known.
    public static SourceChangedException late(String message, Renames renames) {
        return new SourceChangedException(message, renames, true);
    }

    /// Columns that have another name since.
    public Renames renames() {
        return renames;
    }

    /// Whether what was not committed has to be read again.
    public boolean isLate() {
        return isLate;
    }
}
