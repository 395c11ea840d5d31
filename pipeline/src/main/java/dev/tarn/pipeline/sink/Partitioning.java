package dev.tarn.pipeline.sink;

import dev.tarn.pipeline.job.Block;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;

/// Reads partition keys: `c`, `year(c)`, `month(c)`, `day(c)`, `hour(c)`, `bucket(c, 16)`,
/// `truncate(c, 4)`.
final class Partitioning {
    private static final Pattern CALL =
            Pattern.compile("(\\w+)\\s*\\(\\s*([^,()]+?)\\s*(?:,\\s*([^,()]+?)\\s*)?\\)");
    private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{0,8}");

    private Partitioning() {}

    static PartitionSpec of(Block block, String option, List<String> keys, Schema schema) {
        PartitionSpec.Builder builder = PartitionSpec.builderFor(schema);
        for (String key : keys) {
            try {
                add(builder, key);
            } catch (RuntimeException e) {
                // Iceberg's builder says it well: an unknown column, a type without this transform.
                block.problem(option, "%s: %s".formatted(key, e.getMessage()));
            }
        }
        return builder.build();
    }

    private static void add(PartitionSpec.Builder builder, String key) {
        Matcher call = CALL.matcher(key);
        if (!call.matches()) {
            builder.identity(key);
            return;
        }
        String transform = call.group(1);
        String column = call.group(2);
        String width = call.group(3);
        // Both orders are written: bucket(c, 16) and, as in SQL engines, bucket(16, c).
        if (width != null && NUMBER.matcher(column).matches()) {
            String swapped = column;
            column = width;
            width = swapped;
        }
        boolean sized = transform.equals("bucket") || transform.equals("truncate");
        if (sized != (width != null) || (width != null && !NUMBER.matcher(width).matches())) {
            throw new IllegalArgumentException(
                    sized ? "expected a column and a width" : "expected a column only");
        }
        switch (transform) {
            case "year", "years" -> builder.year(column);
            case "month", "months" -> builder.month(column);
            case "day", "days" -> builder.day(column);
            case "hour", "hours" -> builder.hour(column);
            case "identity" -> builder.identity(column);
            case "bucket" -> builder.bucket(column, Integer.parseInt(String.valueOf(width)));
            case "truncate" -> builder.truncate(column, Integer.parseInt(String.valueOf(width)));
            default ->
                    throw new IllegalArgumentException(
                            "unknown transform, expected year, month, day, hour, bucket, truncate"
                                    + " or a column");
        }
    }
}
