package dev.tarn.storage;

/// What must hold for a write to take effect. Checked and applied as one step: of many writers with
/// the same condition exactly one wins.
public sealed interface Condition {

    /// Writes whatever is there.
    record None() implements Condition {}

    /// Writes only if there is no such object (`If-None-Match: *`).
    record Absent() implements Condition {}

    /// Writes only over this very version (`If-Match`).
    record Matches(String etag) implements Condition {}

    Condition NONE = new None();
    Condition ABSENT = new Absent();
}
