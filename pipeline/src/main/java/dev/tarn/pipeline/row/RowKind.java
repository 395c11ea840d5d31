package dev.tarn.pipeline.row;

/// What a row says happened at its source, in SeaTunnel's words.
public enum RowKind {
    INSERT("+I"),
    UPDATE_BEFORE("-U"),
    UPDATE_AFTER("+U"),
    DELETE("-D");

    private final String sign;

    RowKind(String sign) {
        this.sign = sign;
    }

    /// As SeaTunnel prints it, such as `+I`.
    public String sign() {
        return sign;
    }

    /// Whether the row is there afterwards.
    public boolean adds() {
        return this == INSERT || this == UPDATE_AFTER;
    }
}
