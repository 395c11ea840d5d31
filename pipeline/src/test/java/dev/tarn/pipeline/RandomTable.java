package dev.tarn.pipeline;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;

/// A table of random columns and the statements that change it, the same for the same seed.
final class RandomTable {
    private static final int COLUMNS = 9;
    private static final int KEY_MAX = 60;
    private static final int NULLS = 5;

    /// @param type as the server spells it
    /// @param literal makes a value that is not null
    record Kind(String type, Function<Random, String> literal) {}

    private record Column(String name, Kind kind, boolean required) {
        private String value(Random random) {
            return !required && random.nextInt(NULLS) == 0 ? "null" : kind.literal().apply(random);
        }
    }

    private final Random random;
    private final String name;
    private final List<Column> columns = new ArrayList<>();
    private final Set<Integer> keys = new HashSet<>();

    RandomTable(Random random, String name, List<Kind> kinds) {
        this.random = random;
        this.name = name;
        for (int i = 0; i < COLUMNS; i++) {
            columns.add(
                    new Column(
                            "c" + i,
                            kinds.get(random.nextInt(kinds.size())),
                            random.nextInt(3) == 0));
        }
    }

    String name() {
        return name;
    }

    String creation() {
        var text = new StringBuilder("CREATE TABLE " + name + " (id int PRIMARY KEY");
        for (Column column : columns) {
            text.append(", ").append(column.name()).append(' ').append(column.kind().type());
            // MySQL takes a timestamp without a word for one that is required.
            text.append(column.required() ? " NOT NULL" : " NULL");
        }
        return text + ")";
    }

    /// Any statement; the caller runs all of them, in this order.
    String change() {
        int what = random.nextInt(100);
        if (what < 40 || keys.isEmpty()) {
            return insert(unused());
        }
        int key = List.copyOf(keys).get(random.nextInt(keys.size()));
        if (what < 75) {
            return "UPDATE %s SET %s WHERE id = %s".formatted(name, assignments(), key);
        }
        if (what < 82) {
            int other = unused();
            keys.remove(key);
            keys.add(other);
            return "UPDATE %s SET id = %s WHERE id = %s".formatted(name, other, key);
        }
        if (what < 87) {
            return "UPDATE %s SET %s WHERE id < %s".formatted(name, assignments(), key);
        }
        keys.remove(key);
        return "DELETE FROM %s WHERE id = %s".formatted(name, key);
    }

    /// With a key that nobody else takes.
    String insert(int key) {
        keys.add(key);
        var text = new StringBuilder("INSERT INTO " + name + " VALUES (" + key);
        for (Column column : columns) {
            text.append(", ").append(column.value(random));
        }
        return text + ")";
    }

    /// The keys as they were, for a transaction that is taken back.
    Set<Integer> keys() {
        return Set.copyOf(keys);
    }

    void backTo(Set<Integer> before) {
        keys.clear();
        keys.addAll(before);
    }

    private int unused() {
        int key = random.nextInt(KEY_MAX) + 1;
        while (keys.contains(key)) { // ends: each step is another number
            key++;
        }
        return key;
    }

    private String assignments() {
        List<String> assignments = new ArrayList<>();
        for (Column column : columns) {
            if (random.nextInt(3) == 0) {
                assignments.add(column.name() + " = " + column.value(random));
            }
        }
        Column first = columns.getFirst();
        return assignments.isEmpty()
                ? first.name() + " = " + first.value(random)
                : String.join(", ", assignments);
    }
}
