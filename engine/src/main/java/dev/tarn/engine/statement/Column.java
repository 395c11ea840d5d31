package dev.tarn.engine.statement;

/// A column of a result: its label, its type as SQL writes it, and the same type taken apart.
public record Column(String name, String typeName, ColumnType type) {}
