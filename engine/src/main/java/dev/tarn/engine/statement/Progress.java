package dev.tarn.engine.statement;

import java.time.Duration;

/// How far a statement is, as the server last said.
public record Progress(
        String state,
        int splitsDone,
        int splitsTotal,
        long rowsRead,
        long bytesRead,
        Duration elapsed) {}
