package dev.tarn.pipeline.row;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/// Reads one JSON object after the other into rows: in one pass where it is plain, else token by
/// token.
public final class JsonRows implements Rows {
    public static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build();

    private final PlainJson plain;
    private final JsonDecoder decoder;
    private final Required required;

    /// @param required columns in which a null does not fit, besides those of the schema
    /// @param strict whether a field that the schema does not have is a misfit; else it is left out
    public JsonRows(Schema schema, Formats formats, Set<String> required, boolean strict) {
        this(schema, formats, required, strict, null);
    }

    /// @param epochs what numbers count that stand for timestamps, and that numbers may stand for
    ///   dates: days; null if neither fits
    JsonRows(
            Schema schema,
            Formats formats,
            Set<String> required,
            boolean strict,
            @Nullable EpochUnit epochs) {
        this.plain = new PlainJson(schema, formats, strict);
        this.decoder = new JsonDecoder(schema.asStruct(), new Decoder(formats), strict, epochs);
        this.required = new Required(schema, required);
    }

    @Override
    public void read(Batch batch, byte[] bytes, int offset, int length) throws Misfit {
        if (plain.read(batch, bytes, offset, length) && required.missing(batch) < 0) {
            batch.endRow();
            return;
        }
        batch.clearRow();
        try (JsonParser parser = FACTORY.createParser(bytes, offset, length)) {
            parser.nextToken();
            decoder.read(parser, batch);
            if (parser.nextToken() != null) {
                throw new Misfit(null, "expected one JSON object, found text behind it");
            }
            required.check(batch);
            batch.endRow();
        } catch (Misfit e) {
            batch.clearRow();
            throw e;
        } catch (JsonParseException e) {
            batch.clearRow();
            throw new Misfit(null, "not JSON, " + e.getOriginalMessage());
        } catch (IOException e) {
            // What else Jackson finds, such as nesting without end; there is no stream to fail.
            batch.clearRow();
            throw new Misfit(null, "not JSON, " + Misfit.shortened(String.valueOf(e.getMessage())));
        }
    }

    /// Adds the object whose `{` is the parser's current token. Reads it to its end in any case.
    public void read(Batch batch, JsonParser parser) throws IOException, Misfit {
        try {
            decoder.read(parser, batch);
            required.check(batch);
            batch.endRow();
        } catch (Misfit e) {
            batch.clearRow();
            throw e;
        }
    }
}
