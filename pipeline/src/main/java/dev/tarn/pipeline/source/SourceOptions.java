package dev.tarn.pipeline.source;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.Option;
import dev.tarn.pipeline.job.Option.Kind;
import dev.tarn.pipeline.job.Setting;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Options that several sources have.
public final class SourceOptions {
    /// Of databases.
    public static final List<Option> COMMON =
            List.of(
                    Option.honoured("password", Kind.TEXT, null, "Their password."),
                    Option.honoured("plugin_output", Kind.TEXT, null, "The name sinks take it by.")
                            .formerly("result_table_name"),
                    Option.honoured(
                            "tarn.dead_letter_table",
                            Kind.TEXT,
                            null,
                            "`namespace.table` that keeps rows which do not fit, in the"
                                    + " same commit."),
                    Option.honoured(
                            "tarn.rejected_rows_max",
                            Kind.NUMBER,
                            "1000",
                            "More rejected rows than this end the run."),
                    Option.withoutEffect("parallelism", Kind.NUMBER, "The runner decides."));

    /// Of databases whose changes are followed.
    public static final List<Option> CHANGES =
            List.of(
                    Option.required("username", Kind.TEXT, "Who reads."),
                    Option.honoured(
                            "table-names-config",
                            Kind.LIST,
                            null,
                            "`{ table, primaryKeys }`: another key than the table's own."),
                    Option.honoured(
                            "startup.mode",
                            Kind.TEXT,
                            "initial",
                            "`initial`: all rows, then changes. `latest`: changes from now"
                                    + " on."),
                    Option.honoured(
                            "connect.timeout.ms",
                            Kind.NUMBER,
                            "30000",
                            "Longest wait for a connection."),
                    Option.withoutEffect("database-names", Kind.LIST, "The table names tell."),
                    Option.withoutEffect("exactly_once", Kind.TRUTH, "It is, without a buffer."),
                    Option.withoutEffect(
                            "incremental.parallelism", Kind.NUMBER, "The runner decides."),
                    Option.withoutEffect(
                            "snapshot.split.size", Kind.NUMBER, "Tables are read in their order."),
                    Option.withoutEffect("server-time-zone", Kind.TEXT, "Instants come in UTC."),
                    Option.withoutEffect("connect.max-retries", Kind.NUMBER, "Run the job again."),
                    Option.withoutEffect(
                            "schema-changes.enabled",
                            Kind.TRUTH,
                            "The sink decides, by iceberg.table.schema-evolution-enabled."),
                    Option.refused("table-pattern", "tables are named one by one"),
                    Option.refused("stop.mode", "use mode BATCH to end at the log's end"),
                    Option.refused("debezium", "Debezium is not used"),
                    Option.refused("format", "rows are rows"));

    private SourceOptions() {}

    /// Reads `table-names-config`: tables whose key is not their own.
    ///
    /// @param tables that are read
    /// @param nameOf a table's name from its text, null if it is none
    public static <N> Map<N, List<String>> keys(
            Block block, List<N> tables, Function<String, @Nullable N> nameOf) {
        Map<N, List<String>> keys = new HashMap<>();
        Setting given = block.settingOrNull("table-names-config");
        List<Setting> list = given == null ? null : given.listOrNull();
        for (Setting entry : list == null ? List.<Setting>of() : list) {
            SequencedMap<String, Setting> map = entry.mapOrNull();
            Setting table = map == null ? null : map.get("table");
            Setting key = map == null ? null : map.get("primaryKeys");
            N name = table == null ? null : nameOf.apply(table.text());
            if (map == null || name == null || !tables.contains(name)) {
                block.problem(
                        "table-names-config",
                        entry.line(),
                        "expected { table, primaryKeys } of one of table-names");
            } else if (key == null || key.listOrNull() == null || map.size() > 2) {
                block.problem(
                        "table-names-config", entry.line(), "expected table and primaryKeys only");
            } else {
                keys.put(name, key.listOrNull().stream().map(Setting::text).toList());
            }
        }
        return keys;
    }
}
