package dev.tarn.app.http;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.iceberg.rest.RESTSerializers;

/// The JSON of the wire: names in kebab case and Iceberg's own serializers, set up as Iceberg's
/// client does it. Fields that are not known are passed over.
public final class Json {
    private static final ObjectMapper MAPPER = mapper();

    private Json() {}

    public static byte[] write(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("Cannot write JSON of " + value.getClass(), e);
        }
    }

    /// Reads a request body.
    ///
    /// @throws HttpException 400, with line and column where the text is not JSON, or with what
    ///   does not fit
    public static <T> T read(byte[] body, Class<T> type) {
        String kind = type.getSimpleName();
        if (body.length == 0) {
            throw HttpException.badRequest("Body is empty, expected " + kind);
        }
        T value;
        try (JsonParser parser = MAPPER.createParser(body)) {
            value = MAPPER.readValue(parser, type);
            // Not left to the mapper: Iceberg's own deserializers read values within values through
            // it.
            if (parser.nextToken() != null) {
                throw HttpException.badRequest("Body goes on after the " + kind);
            }
        } catch (JsonProcessingException e) {
            throw HttpException.badRequest(
                    "Body is not a %s%s: %s"
                            .formatted(kind, place(e.getLocation()), e.getOriginalMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read JSON from memory", e);
        } catch (HttpException e) {
            throw e;
        } catch (RuntimeException e) {
            // Reading is a function of the body alone, so whatever a parser stumbles over came
            // from the client; not all of Iceberg's parsers check before they cast.
            throw HttpException.badRequest(
                    "Body is not a %s: %s"
                            .formatted(
                                    kind, e.getMessage() == null ? e.getClass() : e.getMessage()));
        }
        if (value == null) {
            throw HttpException.badRequest("Body is null, expected " + kind);
        }
        return value;
    }

    private static String place(JsonLocation location) {
        return location == null
                ? ""
                : " at line %s, column %s".formatted(location.getLineNr(), location.getColumnNr());
    }

    private static ObjectMapper mapper() {
        JsonMapper mapper =
                JsonMapper.builder()
                        .visibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY)
                        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                        .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
                        .build();
        RESTSerializers.registerAll(mapper);
        return mapper;
    }
}
