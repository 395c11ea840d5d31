package dev.tarn.pipeline.source.kafka;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Misfit;
import dev.tarn.pipeline.row.PlainText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/// Columns with what Kafka says of a message besides its value. They stand behind those of the
/// value.
///
/// @param columns in their order, each with its name
record MessageColumns(List<Named> columns) {
    static final String OPTION = "tarn.message_columns";

    /// What can be asked for, and the type it has.
    enum Part {
        TOPIC,
        PARTITION,
        OFFSET,
        TIMESTAMP,
        KEY,
        KEY_BYTES,
        HEADERS;

        /// @param id first of those that a nested type may give its fields
        private Type type(int id) {
            return switch (this) {
                case TOPIC, KEY -> Types.StringType.get();
                case PARTITION -> Types.IntegerType.get();
                case OFFSET -> Types.LongType.get();
                case TIMESTAMP -> Types.TimestampType.withZone();
                case KEY_BYTES -> Types.BinaryType.get();
                case HEADERS ->
                        Types.MapType.ofOptional(
                                id, id + 1, Types.StringType.get(), Types.StringType.get());
            };
        }
    }

    record Named(Part part, String name) {}

    MessageColumns {
        columns = List.copyOf(columns);
    }

    /// What is wrong becomes a problem of the block.
    ///
    /// @param value the columns before
    static MessageColumns of(Block block, Schema value) {
        List<Named> columns = new ArrayList<>();
        List<String> names =
                new ArrayList<>(value.columns().stream().map(Types.NestedField::name).toList());
        block.texts(OPTION, Map.of())
                .forEach((word, name) -> {
                    Part part =
                            Arrays.stream(Part.values())
                                    .filter(known -> known.name().equalsIgnoreCase(word))
                                    .findFirst()
                                    .orElse(null);
                    if (part == null) {
                        block.problem(
                                OPTION,
                                "expected one of %s, found '%s'"
                                        .formatted(
                                                Arrays.toString(Part.values())
                                                        .toLowerCase(Locale.ROOT),
                                                word));
                    } else if (name.isEmpty() || names.contains(name)) {
                        block.problem(
                                OPTION,
                                "%s: expected the name of a new column, found '%s'"
                                        .formatted(word, name));
                    } else {
                        names.add(name);
                        columns.add(new Named(part, name));
                    }
                });
        return new MessageColumns(columns);
    }

    /// The schema with these columns behind its own.
    Schema behind(Schema value) {
        List<Types.NestedField> fields = new ArrayList<>(value.columns());
        int id =
                TypeUtil.indexById(value.asStruct()).keySet().stream()
                        .mapToInt(i -> i)
                        .max()
                        .orElse(0);
        for (Named column : columns) {
            id++;
            Type type = column.part.type(id + 1);
            fields.add(Types.NestedField.optional(id, column.name, type));
            id += type.isNestedType() ? 2 : 0;
        }
        return new Schema(fields);
    }

    /// Sets them in the rows of the batch from `row` on, which are those of the message.
    ///
    /// @param first where they begin in the batch
    /// @param required columns in which a null does not fit
    void set(
            Batch batch,
            int row,
            int first,
            Set<String> required,
            ConsumerRecord<ByteBuffer, ByteBuffer> message)
            throws Misfit {
        for (int i = 0; i < columns.size(); i++) {
            Named column = columns.get(i);
            Object value;
            try {
                value = value(column.part, message);
            } catch (Misfit e) {
                throw new Misfit(column.name, e.reason());
            }
            if (value == null && required.contains(column.name)) {
                throw new Misfit(column.name, "expected a value, found null");
            }
            for (int at = row; at < batch.size(); at++) {
                batch.put(first + i, at, value);
            }
        }
    }

    private static @Nullable Object value(Part part, ConsumerRecord<ByteBuffer, ByteBuffer> message)
            throws Misfit {
        return switch (part) {
            case TOPIC -> message.topic();
            case PARTITION -> message.partition();
            case OFFSET -> message.offset();
            case TIMESTAMP ->
                    message.timestamp() == ConsumerRecord.NO_TIMESTAMP
                            ? null
                            : Instant.ofEpochMilli(message.timestamp()).atOffset(ZoneOffset.UTC);
            case KEY -> message.key() == null ? null : text(message.key());
            case KEY_BYTES -> message.key();
            case HEADERS -> headers(message);
        };
    }

    private static String text(ByteBuffer buffer) throws Misfit {
        int from = buffer.arrayOffset() + buffer.position();
        int to = from + buffer.remaining();
        if (!PlainText.isUtf8(buffer.array(), from, to)) {
            throw new Misfit(null, "expected a key in UTF-8; key_bytes takes any");
        }
        return new String(buffer.array(), from, to - from, StandardCharsets.UTF_8);
    }

    /// Of several headers of a name the last, as Kafka's own clients look them up.
    private static Map<String, @Nullable String> headers(ConsumerRecord<?, ?> message) {
        Map<String, @Nullable String> headers = new LinkedHashMap<>();
        for (Header header : message.headers()) {
            byte[] value = header.value();
            headers.put(header.key(), value == null ? null : Messages.raw(value, 0, value.length));
        }
        return headers;
    }
}
