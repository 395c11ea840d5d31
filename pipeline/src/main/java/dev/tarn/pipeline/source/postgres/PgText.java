package dev.tarn.pipeline.source.postgres;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Decoder;
import dev.tarn.pipeline.row.Formats;
import dev.tarn.pipeline.row.Misfit;
import dev.tarn.pipeline.row.PlainText;
import dev.tarn.pipeline.row.Vector;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Values as PostgreSQL writes them in text, with dates in ISO form, UTC as the zone, bytes in hex
/// (PostgreSQL 14, chapter 8).
final class PgText implements PgForm {
    private static final Decoder DECODER = new Decoder(Formats.ISO);
    private static final String HEX = "\\x";
    private static final String UTC = "+00";

    private final Schema schema;
    private final Type[] types;
    private final PlainText plain;

    PgText(Schema schema) {
        this.schema = schema;
        this.types = schema.columns().stream().map(Types.NestedField::type).toArray(Type[]::new);
        // A timestamp with zone is one without once its `+00` is cut off.
        this.plain =
                new PlainText(
                        new Schema(
                                schema.columns().stream()
                                        .map(c ->
                                                c.type().typeId() == TypeID.TIMESTAMP
                                                        ? Types.NestedField.optional(
                                                                c.fieldId(),
                                                                c.name(),
                                                                Types.TimestampType.withoutZone())
                                                        : c)
                                        .toList()),
                        Formats.ISO);
    }

    @Override
    public void set(Batch batch, int column, byte[] bytes, int from, int end) throws Misfit {
        Type type = types[column];
        int stop = end;
        switch (type.typeId()) {
            case BOOLEAN -> {
                ((Vector.Ints) batch.vector(column)).set(batch.size(), bytes[from] == 't' ? 1 : 0);
                return;
            }
            case BINARY -> {
                batch.set(column, ByteBuffer.wrap(bytes(text(bytes, from, end))));
                return;
            }
            case LIST -> {
                batch.set(column, list((Types.ListType) type, text(bytes, from, end)));
                return;
            }
            case TIMESTAMP -> {
                boolean zoned = ((Types.TimestampType) type).shouldAdjustToUTC();
                stop = zoned && endsInUtc(bytes, from, end) ? end - UTC.length() : end;
            }
            default -> {}
        }
        if (plain.set(batch, column, bytes, from, stop)) {
            return;
        }
        try {
            String text = text(bytes, from, stop);
            Object value = DECODER.decode(type, text);
            if (value instanceof java.time.LocalDateTime time
                    && ((Types.TimestampType) type).shouldAdjustToUTC()) {
                value = time.atOffset(java.time.ZoneOffset.UTC);
            }
            batch.set(column, value);
        } catch (Misfit e) {
            throw new Misfit(schema.columns().get(column).name(), e.reason());
        }
    }

    @Override
    public String text(int column, byte[] bytes, int from, int end) {
        return text(bytes, from, end);
    }

    private static boolean endsInUtc(byte[] bytes, int from, int end) {
        return end - from > UTC.length()
                && bytes[end - 3] == '+'
                && bytes[end - 2] == '0'
                && bytes[end - 1] == '0';
    }

    private static String text(byte[] bytes, int from, int end) {
        return new String(bytes, from, end - from, StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) throws Misfit {
        if (!text.startsWith(HEX)) {
            throw Misfit.value(null, "bytes in hex", text);
        }
        return HexFormat.of().parseHex(text, HEX.length(), text.length());
    }

    /// `{1,NULL,"a \"b\""}`; one dimension.
    private static List<@Nullable Object> list(Types.ListType type, String text) throws Misfit {
        if (!text.startsWith("{") || !text.endsWith("}") || text.startsWith("{{")) {
            throw Misfit.value(null, "an array of one dimension", text);
        }
        List<@Nullable Object> values = new ArrayList<>();
        int at = 1;
        int last = text.length() - 1;
        while (at < last) {
            boolean quoted = text.charAt(at) == '"';
            var element = new StringBuilder();
            at += quoted ? 1 : 0;
            while (at < last && text.charAt(at) != (quoted ? '"' : ',')) {
                at += quoted && text.charAt(at) == '\\' ? 1 : 0;
                element.append(text.charAt(at++));
            }
            // Behind the quote, and behind the comma.
            at += quoted ? 2 : 1;
            String word = element.toString();
            values.add(
                    !quoted && word.equals("NULL")
                            ? null
                            : DECODER.decode(type.elementType(), word));
        }
        return values;
    }
}
