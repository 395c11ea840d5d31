package dev.tarn.pipeline.row;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;

/// Reads rows whose fields stand between delimiters, without quotes. An empty field is null.
public final class DelimitedRows implements Rows {
    private final List<Types.NestedField> columns;
    private final PlainText plain;
    private final Decoder decoder;
    private final Required required;
    private final byte[] delimiter;

    /// @param delimiter at least one character
    public DelimitedRows(Schema schema, Formats formats, Set<String> required, String delimiter) {
        this.columns = schema.columns();
        this.plain = new PlainText(schema, formats);
        this.decoder = new Decoder(formats);
        this.required = new Required(schema, required);
        this.delimiter = delimiter.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void read(Batch batch, byte[] bytes, int offset, int length) throws Misfit {
        try {
            int fields = fields(batch, bytes, offset, offset + length);
            if (fields != columns.size()) {
                throw new Misfit(
                        null, "expected %s columns, found %s".formatted(columns.size(), fields));
            }
            required.check(batch);
            batch.endRow();
        } catch (Misfit e) {
            batch.clearRow();
            throw e;
        }
    }

    /// Sets as many columns as there are, and counts the fields.
    private int fields(Batch batch, byte[] bytes, int offset, int end) throws Misfit {
        int count = 0;
        int from = offset;
        // Ends: each round takes a delimiter, or is the last.
        while (true) {
            int after = indexOf(bytes, from, end);
            int to = after < 0 ? end : after;
            if (count < columns.size() && to > from) {
                set(batch, count, bytes, from, to);
            }
            count++;
            if (after < 0) {
                return count;
            }
            from = after + delimiter.length;
        }
    }

    private int indexOf(byte[] bytes, int from, int end) {
        for (int i = from; i <= end - delimiter.length; i++) {
            int same = 0;
            while (same < delimiter.length && bytes[i + same] == delimiter[same]) {
                same++;
            }
            if (same == delimiter.length) {
                return i;
            }
        }
        return -1;
    }

    private void set(Batch batch, int column, byte[] bytes, int from, int to) throws Misfit {
        if (plain.set(batch, column, bytes, from, to)) {
            return;
        }
        Types.NestedField field = columns.get(column);
        if (!PlainText.isUtf8(bytes, from, to)) {
            throw new Misfit(field.name(), "expected text in UTF-8");
        }
        try {
            String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
            batch.set(column, decoder.decode(field.type(), text));
        } catch (Misfit e) {
            throw new Misfit(field.name(), e.reason());
        }
    }
}
