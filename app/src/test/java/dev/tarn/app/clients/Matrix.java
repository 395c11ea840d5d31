package dev.tarn.app.clients;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// Tables that every engine changes, and the rows that each must find there.
///
/// A row is nothing but its id: `n|name n|2n`. Each engine appends an id of its own and deletes one
/// of those the table began with.
final class Matrix {
    static final int ROWS = 20;

    private final SequencedMap<String, TreeSet<Integer>> tables = new LinkedHashMap<>();

    /// What an engine does to each table: the row it adds and the one it takes away.
    record Change(int added, int deleted) {
        static Change of(Engine engine) {
            return new Change(1_000 + engine.ordinal(), engine.ordinal());
        }
    }

    enum Engine {
        PYICEBERG,
        DUCKDB,
        TRINO,
        RUST,
        SPARK;

        String table() {
            return "matrix.by_" + name().toLowerCase(Locale.ROOT);
        }
    }

    /// The table of an engine is there, with its first rows.
    void made(Engine engine) {
        tables.put(engine.table(), new TreeSet<>(IntStream.range(0, ROWS).boxed().toList()));
    }

    /// Takes note that an engine has changed a table.
    Change changed(Engine engine, String table) {
        Change change = Change.of(engine);
        tables.get(table).add(change.added());
        // iceberg-rust cannot delete rows.
        if (engine != Engine.RUST) {
            tables.get(table).remove(change.deleted());
        }
        return change;
    }

    List<String> tables() {
        return List.copyOf(tables.sequencedKeySet());
    }

    /// The rows of a table, sorted.
    List<String> rows(String table) {
        return tables.get(table).stream().map(Matrix::row).toList();
    }

    static String row(int id) {
        return id + "|name " + id + "|" + 2 * id;
    }

    /// A statement's values for rows.
    static String values(List<Integer> ids) {
        return String.join(
                ", ",
                ids.stream().map(id -> "(%d, 'name %d', %d)".formatted(id, id, 2 * id)).toList());
    }

    static List<Integer> firstIds() {
        return IntStream.range(0, ROWS).boxed().toList();
    }

    /// For `matrix_cases`: what to read.
    String workOfReading() {
        SequencedMap<String, List<String>> read = new LinkedHashMap<>();
        tables().forEach(table -> read.put(table, rows(table)));
        return json(Map.of("read", read));
    }

    /// For `matrix_cases`: what to change, by an engine that is told.
    String workOfChanging(Engine engine, List<String> of) {
        SequencedMap<String, List<Integer>> work = new LinkedHashMap<>();
        for (String table : of) {
            Change change = changed(engine, table);
            work.put(table, List.of(change.added(), change.deleted()));
        }
        return json(Map.of("change", work));
    }

    static String json(Object value) {
        try {
            return new ObjectMapper().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
