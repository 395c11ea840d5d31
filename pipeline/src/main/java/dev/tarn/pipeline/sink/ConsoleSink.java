package dev.tarn.pipeline.sink;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.Option;
import dev.tarn.pipeline.job.Option.Kind;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.row.Batch;
import java.util.List;
import java.util.function.Consumer;

/// Prints rows the way SeaTunnel's sink does.
public final class ConsoleSink {
    public static final OptionTable OPTIONS =
            new OptionTable(
                    "Console",
                    "Prints each row as a line. Lines are not exactly once: after a kill the rows"
                            + " since the last commit are printed again.",
                    List.of(
                            Option.honoured(
                                            "plugin_input",
                                            Kind.ANY,
                                            null,
                                            "The source it takes, or a list of them. Default: the"
                                                    + " only one.")
                                    .formerly("source_table_name"),
                            Option.honoured(
                                    "log.print.data", Kind.TRUTH, "true", "Whether to print."),
                            Option.withoutEffect(
                                    "log.print.delay.ms", Kind.NUMBER, "Lines are not delayed."),
                            Option.withoutEffect(
                                    "multi_table_sink_replica", Kind.NUMBER, "There is one."),
                            Option.withoutEffect(
                                    "parallelism", Kind.NUMBER, "The runner decides.")));

    private final Consumer<String> out;
    private final boolean prints;
    private final String table;
    private long index;

    public ConsoleSink(Block block, String table, Consumer<String> out) {
        this.prints = block.truth("log.print.data");
        this.table = table;
        this.out = out;
    }

    public void write(Batch batch) {
        int width = batch.schema().columns().size();
        for (int row = 0; prints && row < batch.size(); row++) {
            var line = new StringBuilder();
            line.append("subtaskIndex=0  rowIndex=").append(++index);
            line.append(":  SeaTunnelRow#tableId=").append(table);
            line.append(" SeaTunnelRow#kind=").append(batch.kind(row)).append(" : ");
            for (int column = 0; column < width; column++) {
                line.append(column == 0 ? "" : ", ").append(batch.value(column, row));
            }
            out.accept(line.toString());
        }
    }
}
