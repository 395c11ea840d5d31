package dev.tarn.pipeline.source.kafka;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Misfit;
import dev.tarn.pipeline.row.PlainText;
import dev.tarn.pipeline.row.Rejected;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.row.RowKind;
import dev.tarn.pipeline.row.Rows;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/// One message after the other into a batch: its value by the format, then what the job wants to
/// know of the message itself.
final class Messages {
    private final Schema schema;
    private final Rows values;

    /// Reads keys of messages without a value, each of which is a delete; null if they are none.
    private final @Nullable Rows deletes;

    private final MessageColumns columns;
    private final Set<String> required;
    private final boolean keepsMisfits;
    private long bytes;
    private long withoutValue;
    private long misfits;

    /// @param schema of values and columns together
    /// @param required columns in which a null does not fit
    /// @param keepsMisfits whether messages that do not fit are handed on, and not just counted
    Messages(
            Schema schema,
            Rows values,
            @Nullable Rows deletes,
            MessageColumns columns,
            Set<String> required,
            boolean keepsMisfits) {
        this.schema = schema;
        this.values = values;
        this.deletes = deletes;
        this.columns = columns;
        this.required = required;
        this.keepsMisfits = keepsMisfits;
    }

    Batch batch(int rows) {
        return new Batch(schema, rows);
    }

    long bytes() {
        return bytes;
    }

    /// @throws IOException if a message cannot be read now, which is no fault of the message
    void take(ConsumerRecord<ByteBuffer, ByteBuffer> message, Batch batch, Rejections rejections)
            throws IOException {
        ByteBuffer value = message.value();
        if (value == null && deletes == null) {
            withoutValue++;
            return;
        }
        ByteBuffer read = value == null ? message.key() : value;
        int row = batch.size();
        int length = read == null ? 0 : read.remaining();
        bytes += length;
        batch.reserve(1);
        try {
            if (read == null) {
                throw new Misfit(null, "expected a key or a value, found neither");
            }
            int offset = read.arrayOffset() + read.position();
            if (deletes != null) {
                batch.kind(value == null ? RowKind.DELETE : RowKind.INSERT);
            }
            (value == null && deletes != null ? deletes : values)
                    .read(batch, read.array(), offset, length);
            columns.set(
                    batch,
                    row,
                    schema.columns().size() - columns.columns().size(),
                    required,
                    message);
        } catch (Misfit e) {
            batch.truncate(row);
            reject(message, read, e, rejections);
        }
    }

    private void reject(
            ConsumerRecord<?, ?> message,
            @Nullable ByteBuffer read,
            Misfit why,
            Rejections rejections) {
        if (!keepsMisfits) {
            misfits++;
            return;
        }
        rejections.add(
                new Rejected(
                        message.topic() + "-" + message.partition(),
                        message.offset(),
                        why.column(),
                        why.reason(),
                        read == null
                                ? ""
                                : raw(
                                        read.array(),
                                        read.arrayOffset() + read.position(),
                                        read.remaining())));
    }

    /// The bytes as text; as Base64 where they are none.
    static String raw(byte[] array, int offset, int length) {
        if (PlainText.isUtf8(array, offset, offset + length)) {
            return new String(array, offset, length, StandardCharsets.UTF_8);
        }
        ByteBuffer encoded = Base64.getEncoder().encode(ByteBuffer.wrap(array, offset, length));
        return "base64:" + StandardCharsets.US_ASCII.decode(encoded);
    }

    List<String> notes() {
        List<String> notes = new ArrayList<>();
        if (withoutValue > 0) {
            notes.add("Messages without a value, left out: " + withoutValue);
        }
        if (misfits > 0) {
            notes.add(
                    "Messages that do not fit, left out as format_error_handle_way says: "
                            + misfits);
        }
        return notes;
    }
}
