package dev.tarn.pipeline.source.postgres;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The columns of tables as a mark keeps them: `schema.table=number:name,number:name` a line, names
/// as in a URL. The server's catalog knows only what is now.
final class PgLayout {
    private PgLayout() {}

    static String of(List<PgTable> tables) {
        return tables.stream()
                .map(table -> encoded(table.name().toString()) + "=" + columns(table))
                .sorted()
                .collect(Collectors.joining("\n"));
    }

    private static String columns(PgTable table) {
        return table.numbered().entrySet().stream()
                .map(column -> column.getKey() + ":" + encoded(column.getValue()))
                .collect(Collectors.joining(","));
    }

    /// By table the names by number.
    static Map<String, Map<Integer, String>> parsed(String text) {
        Map<String, Map<Integer, String>> tables = new HashMap<>();
        for (String line : text.split("\n")) {
            int equals = line.indexOf('=');
            if (equals < 0) {
                continue;
            }
            Map<Integer, String> columns = new HashMap<>();
            for (String column : line.substring(equals + 1).split(",")) {
                int colon = column.indexOf(':');
                if (colon > 0) {
                    columns.put(
                            Integer.parseInt(column.substring(0, colon)),
                            decoded(column.substring(colon + 1)));
                }
            }
            tables.put(decoded(line.substring(0, equals)), columns);
        }
        return tables;
    }

    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8);
    }

    private static String decoded(String name) {
        return URLDecoder.decode(name, StandardCharsets.UTF_8);
    }
}
