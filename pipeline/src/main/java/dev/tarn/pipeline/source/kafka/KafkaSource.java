package dev.tarn.pipeline.source.kafka;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.row.DebeziumRows;
import dev.tarn.pipeline.row.DelimitedRows;
import dev.tarn.pipeline.row.EpochUnit;
import dev.tarn.pipeline.row.Formats;
import dev.tarn.pipeline.row.JsonRows;
import dev.tarn.pipeline.row.Rows;
import dev.tarn.pipeline.row.WholeRows;
import dev.tarn.pipeline.source.LogReader;
import dev.tarn.pipeline.source.LogSource;
import dev.tarn.pipeline.source.Mark;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;

/// Topics of a Kafka cluster.
public final class KafkaSource implements LogSource {
    public static final OptionTable OPTIONS = KafkaTable.OPTIONS;

    private static final Schema CONTENT =
            new Schema(Types.NestedField.optional(1, "content", Types.StringType.get()));

    private final Block block;
    private final KafkaOptions options;
    private final Columns columns;
    private final boolean whole;
    private final EpochUnit unit;

    /// Looks at the options alone; Kafka is asked when the run begins.
    public KafkaSource(Block block) {
        this.block = block;
        this.options = KafkaOptions.of(block);
        Columns given = Columns.of(block);
        this.unit = block.oneOf("tarn.epoch_unit", EpochUnit.class);
        this.whole = !block.has("schema");
        this.columns = given != null ? given : new Columns(CONTENT, null, List.of());
        if (given != null && options.format() == KafkaOptions.Format.TEXT) {
            for (Types.NestedField field : columns.schema().columns()) {
                if (field.type().isNestedType()) {
                    block.problem(
                            "schema",
                            "column %s: a %s cannot be read from text"
                                    .formatted(field.name(), field.type()));
                }
            }
        }
    }

    @Override
    public Block block() {
        return block;
    }

    @Override
    public List<Columns> tables() {
        return List.of(columns);
    }

    @Override
    public LogReader open(Map<String, Mark> stored, List<Set<String>> required, boolean endless)
            throws IOException {
        return KafkaReader.open(
                options,
                columns.schema(),
                rows(required.getFirst()),
                stored,
                endless,
                keepsMisfits());
    }

    /// Whether messages that do not fit are handed on, and not just counted.
    private boolean keepsMisfits() {
        return !options.skipsMisfits() || block.has("tarn.dead_letter_table");
    }

    private Rows rows(Set<String> required) {
        if (whole) {
            return new WholeRows();
        }
        return switch (options.format()) {
            case JSON -> new JsonRows(columns.schema(), Formats.ISO, required, false);
            case DEBEZIUM_JSON -> new DebeziumRows(columns, required, unit);
            case TEXT ->
                    new DelimitedRows(columns.schema(), Formats.ISO, required, options.delimiter());
        };
    }
}
