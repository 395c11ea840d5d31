package dev.tarn.pipeline;

/// What a run spends its time on, in milliseconds since its start. Waiting for a source that has
/// nothing is none of it.
///
/// @param read getting rows from the source and making values of them
/// @param write transforming them and encoding them into files
/// @param commit ending files, storing them and the catalog's commit, and merging small files
/// @param lastCommit of the latest commit that changed a table, 0 if there was none
public record Spent(long read, long write, long commit, long lastCommit) {
    public static final Spent NOTHING = new Spent(0, 0, 0, 0);
}
