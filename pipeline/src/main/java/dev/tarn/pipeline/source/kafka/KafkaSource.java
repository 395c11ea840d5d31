package dev.tarn.pipeline.source.kafka;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.row.WholeRows;
import dev.tarn.pipeline.source.LogReader;
import dev.tarn.pipeline.source.LogSource;
import java.io.IOException;
import java.util.List;
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
    private final Formatting formatting;

    /// Those in the value of a message.
    private final Columns value;

    private final MessageColumns message;
    private final Columns columns;
    private final boolean whole;

    /// Looks at the options alone; Kafka is asked when the run begins.
    public KafkaSource(Block block) {
        this.block = block;
        this.options = KafkaOptions.of(block);
        Columns given = Columns.of(block);
        this.whole = !block.has("schema");
        this.formatting = Formatting.of(block, given);
        this.value = given != null ? given : new Columns(CONTENT, null, List.of());
        this.message = MessageColumns.of(block, value.schema());
        this.columns =
                new Columns(message.behind(value.schema()), value.path(), value.primaryKey());
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
    public LogReader open(Request request) throws IOException {
        Set<String> names = request.required().getFirst();
        var messages =
                new Messages(
                        columns.schema(),
                        whole ? new WholeRows() : formatting.values(value, names),
                        formatting.deletes(value),
                        message,
                        names,
                        keepsMisfits());
        return KafkaReader.open(options, messages, request.stored(), request.endless());
    }

    /// Whether messages that do not fit are handed on, and not just counted.
    private boolean keepsMisfits() {
        return !options.skipsMisfits() || block.has("tarn.dead_letter_table");
    }
}
