package dev.tarn.pipeline.source.files;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.source.Split;
import dev.tarn.pipeline.source.SplitReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Folders that are named `column=value`, as Hive names those of a partitioned table: each is a
/// column of text behind the columns of the files below it.
///
/// @param names of the columns, outermost folder first; none if the files lie in no such folder
record Folders(List<String> names) {
    static final Folders NONE = new Folders(List.of());

    private static final String OPTION = "parse_partition_from_path";

    /// What Hive calls a folder of rows without a value.
    private static final String NULL = "__HIVE_DEFAULT_PARTITION__";

    Folders {
        names = List.copyOf(names);
    }

    /// Those of the first file, which all others must have; what is wrong becomes a problem of the
    /// block.
    static Folders of(Block block, List<Split> files) {
        if (!block.truth(OPTION) || files.isEmpty()) {
            return NONE;
        }
        List<String> names = List.copyOf(parse(files.getFirst().name()).keySet());
        for (Split file : files) {
            if (!List.copyOf(parse(file.name()).keySet()).equals(names)) {
                block.problem(
                        "path",
                        "expected all files in folders of the same columns, found %s and %s; with %s = false they are no columns"
                                .formatted(files.getFirst().name(), file.name(), OPTION));
                return NONE;
            }
        }
        return new Folders(names);
    }

    private static SequencedMap<String, String> parse(String path) {
        SequencedMap<String, String> values = new LinkedHashMap<>();
        String[] folders = path.split("/");
        for (int i = 0; i < folders.length - 1; i++) {
            int equals = folders[i].indexOf('=');
            if (equals > 0) {
                values.put(
                        unescaped(folders[i].substring(0, equals)),
                        folders[i].substring(equals + 1));
            }
        }
        return values;
    }

    /// Hive writes what may not stand in a path as `%` and two digits of its ASCII.
    private static String unescaped(String text) {
        var plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            String digits =
                    text.charAt(i) == '%' && i + 3 <= text.length()
                            ? text.substring(i + 1, i + 3)
                            : "";
            if (digits.matches("[0-7][0-9A-Fa-f]")) {
                plain.append((char) Integer.parseInt(digits, 16));
                i += 2;
            } else {
                plain.append(text.charAt(i));
            }
        }
        return plain.toString();
    }

    /// The columns with those of the folders behind them.
    Columns behind(Block block, Columns columns) {
        if (names.isEmpty()) {
            return columns;
        }
        List<Types.NestedField> fields = new ArrayList<>(columns.schema().columns());
        int id =
                TypeUtil.indexById(columns.schema().asStruct()).keySet().stream()
                        .mapToInt(Integer::intValue)
                        .max()
                        .orElse(0);
        for (String name : names) {
            if (columns.schema().findField(name) != null) {
                block.problem(
                        OPTION,
                        "column %s is in the files and in the name of a folder: with false it is that of the files"
                                .formatted(name));
                return columns;
            }
            fields.add(Types.NestedField.optional(++id, name, Types.StringType.get()));
        }
        return new Columns(new Schema(fields), columns.path(), columns.primaryKey());
    }

    /// Adds the columns of a file's folders to its rows.
    ///
    /// @param wide the columns with those of the folders
    SplitReader reader(SplitReader rows, String file, Schema wide) {
        if (names.isEmpty()) {
            return rows;
        }
        List<@Nullable String> values = new ArrayList<>();
        parse(file).values().forEach(v -> values.add(v.equals(NULL) ? null : unescaped(v)));
        int first = wide.columns().size() - values.size();
        return rows.mapped(batch -> {
            Batch widened = batch.widened(wide);
            for (int i = 0; i < values.size(); i++) {
                for (int row = 0; row < widened.size(); row++) {
                    widened.put(first + i, row, values.get(i));
                }
            }
            return widened;
        });
    }
}
