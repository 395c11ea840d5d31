package dev.tarn.pipeline.source.kafka;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Decoder;
import dev.tarn.pipeline.row.Formats;
import dev.tarn.pipeline.row.Misfit;
import dev.tarn.pipeline.row.PlainText;
import dev.tarn.pipeline.row.Rows;
import java.nio.charset.StandardCharsets;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;

/// Takes a key that is the text of one column.
final class KeyText implements Rows {
    private final Types.NestedField field;
    private final int column;
    private final Decoder decoder = new Decoder(Formats.ISO);

    KeyText(Types.NestedField field, Schema schema) {
        this.field = field;
        this.column = schema.columns().indexOf(field);
    }

    @Override
    public void read(Batch batch, byte[] bytes, int offset, int length) throws Misfit {
        if (!PlainText.isUtf8(bytes, offset, offset + length)) {
            throw new Misfit(field.name(), "expected a key in UTF-8");
        }
        try {
            batch.set(
                    column,
                    decoder.decode(
                            field.type(),
                            new String(bytes, offset, length, StandardCharsets.UTF_8)));
        } catch (Misfit e) {
            throw new Misfit(field.name(), e.reason());
        }
        batch.endRow();
    }
}
