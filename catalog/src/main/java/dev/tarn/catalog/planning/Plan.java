package dev.tarn.catalog.planning;

/// How the planning of a scan stands.
public sealed interface Plan {

    /// @param planId names the plan to the end; nothing is kept for it
    record Completed(String planId, ScanTasks tasks) implements Plan {}

    /// Goes on; to be asked for again.
    record Submitted(String planId) implements Plan {}

    record Failed(RuntimeException cause) implements Plan {}

    record Cancelled() implements Plan {}
}
