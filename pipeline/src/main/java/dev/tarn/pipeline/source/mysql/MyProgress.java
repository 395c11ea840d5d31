package dev.tarn.pipeline.source.mysql;

import java.math.BigDecimal;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.iceberg.util.DateTimeUtil;
import org.jspecify.annotations.Nullable;

/// How far all rows were read: all tables before this one, and of this one up to a key.
///
/// @param table its number among those that are read
/// @param key values of the primary key, as SQL has them; none if nothing was read of the table
record MyProgress(int table, List<String> key) {
    /// Kinds whose values are ordered as `ORDER BY` orders them when they are written into SQL.
    private static final Set<String> ORDERED =
            Set.of(
                    "tinyint",
                    "smallint",
                    "mediumint",
                    "int",
                    "bigint",
                    "decimal",
                    "char",
                    "varchar",
                    "binary",
                    "varbinary",
                    "date",
                    "datetime");

    /// Whether a table can be left behind a key, and gone on with there.
    ///
    /// @param key its primary key
    static boolean isPossible(List<MyColumn> key) {
        return !key.isEmpty() && key.stream().allMatch(c -> ORDERED.contains(c.kind()));
    }

    /// Behind a row.
    ///
    /// @param key columns of the primary key
    /// @param values of the key, as [MyValues] reads them
    /// @return null if there is no way to say it in SQL, as of a date that is none
    static @Nullable MyProgress behind(
            int table, List<MyColumn> key, List<? extends @Nullable Object> values) {
        List<String> literals = new ArrayList<>();
        for (int i = 0; i < key.size(); i++) {
            Object value = values.get(i);
            if (value == null || value.equals(MyColumn.NO_TIME)) {
                return null;
            }
            literals.add(literal(key.get(i).kind(), value));
        }
        return new MyProgress(table, literals);
    }

    private static String literal(String kind, Object value) {
        return switch (kind) {
            case "char", "varchar" -> "_utf8mb4 X'" + hex(value) + "'";
            case "binary", "varbinary" -> "X'" + hex(value) + "'";
            case "date" ->
                    "'%s'".formatted(DateTimeUtil.timestampFromMicros((long) value).toLocalDate());
            case "datetime" ->
                    "'%s'"
                            .formatted(
                                    DateTimeUtil.microsToIsoTimestamp((long) value)
                                            .replace('T', ' '));
            default ->
                    value instanceof BigDecimal number ? number.toPlainString() : value.toString();
        };
    }

    private static String hex(Object value) {
        return HexFormat.of().formatHex((byte[]) value);
    }

    /// What a query has behind the table's name.
    ///
    /// @param key columns of the primary key
    String query(List<MyColumn> key) {
        List<String> names = key.stream().map(c -> MyName.quoted(c.name())).toList();
        String order = " ORDER BY " + String.join(", ", names);
        if (this.key.isEmpty()) {
            return order;
        }
        // Written out: servers do not look for `(a, b) > (1, 2)` in an index.
        var behind = new StringJoiner(" OR ");
        for (int i = 0; i < names.size(); i++) {
            Stream<String> equal =
                    IntStream.range(0, i).mapToObj(j -> names.get(j) + " = " + this.key.get(j));
            Stream<String> greater = Stream.of(names.get(i) + " > " + this.key.get(i));
            behind.add(Stream.concat(equal, greater).collect(Collectors.joining(" AND ")));
        }
        return " WHERE %s >= %s AND (%s)%s"
                .formatted(names.getFirst(), this.key.getFirst(), behind, order);
    }

    static MyProgress of(String text) {
        List<String> words = List.of(text.split(" "));
        return new MyProgress(
                Integer.parseInt(words.getFirst()),
                words.stream()
                        .skip(1)
                        .map(word -> URLDecoder.decode(word, StandardCharsets.UTF_8))
                        .toList());
    }

    @Override
    public String toString() {
        var text = new StringJoiner(" ").add(Integer.toString(table));
        key.forEach(literal -> text.add(URLEncoder.encode(literal, StandardCharsets.UTF_8)));
        return text.toString();
    }
}
