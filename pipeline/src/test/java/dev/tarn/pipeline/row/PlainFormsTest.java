package dev.tarn.pipeline.row;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the quick readers accept, they read as the decoders do; and they accept what is common.
class PlainFormsTest {
    private static final Schema SCHEMA =
            new Schema(
                    Types.NestedField.optional(1, "b", Types.BooleanType.get()),
                    Types.NestedField.optional(2, "i", Types.IntegerType.get()),
                    Types.NestedField.optional(3, "l", Types.LongType.get()),
                    Types.NestedField.optional(4, "f", Types.FloatType.get()),
                    Types.NestedField.optional(5, "d", Types.DoubleType.get()),
                    Types.NestedField.optional(6, "n", Types.DecimalType.of(9, 3)),
                    Types.NestedField.optional(7, "w", Types.DecimalType.of(30, 3)),
                    Types.NestedField.optional(8, "day", Types.DateType.get()),
                    Types.NestedField.optional(9, "ts", Types.TimestampType.withoutZone()),
                    Types.NestedField.optional(10, "süß", Types.StringType.get()));

    private static final List<String> ODD =
            List.of(
                    "0",
                    "-0",
                    "-0.0",
                    "0.1",
                    "-0.3",
                    "00",
                    "007",
                    "+5",
                    " 5",
                    "5 ",
                    "1.",
                    ".5",
                    "1e3",
                    "1E-2",
                    "1d",
                    "0x10",
                    "NaN",
                    "Infinity",
                    "-Infinity",
                    "--1",
                    "-",
                    "",
                    "2147483647",
                    "2147483648",
                    "-2147483648",
                    "-2147483649",
                    "9223372036854775807",
                    "9223372036854775808",
                    "999999999999999999",
                    "9007199254740993",
                    "9007199254740992.5",
                    "0.30000000000000004",
                    "123456.789",
                    "1234567.8",
                    "1.2345",
                    "12.300",
                    "true",
                    "false",
                    "TRUE",
                    "t",
                    "1",
                    "null",
                    "2024-02-29",
                    "2023-02-29",
                    "1900-02-29",
                    "2000-02-29",
                    "2024-13-01",
                    "2024-00-10",
                    "2024-04-31",
                    "0000-01-01",
                    "9999-12-31",
                    "1969-12-31",
                    "2024-1-1",
                    "10000-01-01",
                    "2024-01-01 00:00:00",
                    "2024-01-01T23:59:59.999999",
                    "2024-01-01T23:59:59.9999999",
                    "1969-12-31 23:59:59.000001",
                    "2024-01-01T12:30",
                    "2024-01-01T24:00:00",
                    "2024-01-01T10:00:00Z",
                    "2024-01-01 10:00:00+02:00",
                    "2024-01-01 10:00:00.",
                    "2024-01-01 10:60:00",
                    "2024-02-29T01:02:03.5Z",
                    "käse",
                    "\ud83c\udf0a",
                    "a\"b",
                    "a\\b",
                    "tab\there",
                    "a,b");

    private static Object decoded(int column, String text) {
        Type type = SCHEMA.columns().get(column).type();
        try {
            var batch = new Batch(SCHEMA, 1);
            batch.set(column, new Decoder(Formats.ISO).decode(type, text));
            return batch.value(column, 0);
        } catch (Misfit e) {
            return e;
        }
    }

    @Test
    void textIsReadAsTheDecoderReadsIt() {
        var plain = new PlainText(SCHEMA, Formats.ISO);
        int accepted = 0;
        for (int column = 0; column < SCHEMA.columns().size(); column++) {
            for (String text : ODD) {
                var batch = new Batch(SCHEMA, 1);
                byte[] bytes = (">" + text + "<").getBytes(StandardCharsets.UTF_8);
                if (plain.set(batch, column, bytes, 1, bytes.length - 1)) {
                    accepted++;
                    assertThat(batch.value(column, 0))
                            .as("%s as %s", text, SCHEMA.columns().get(column))
                            .isEqualTo(decoded(column, text));
                }
            }
        }
        assertThat(accepted).isGreaterThan(120);
    }

    @Test
    void bytesThatAreNoTextAreLeftToTheDecoder() {
        var plain = new PlainText(SCHEMA, Formats.ISO);
        for (byte[] bytes :
                List.of(
                        new byte[] {(byte) 0xc0, (byte) 0x80}, // longer than need be
                        new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}, // half a pair
                        new byte[] {
                            (byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80
                        }, // too large
                        new byte[] {(byte) 0xe2, (byte) 0x82}, // cut off
                        new byte[] {'a', (byte) 0x80}, // a middle without a start
                        new byte[] {(byte) 0xff})) {
            assertThat(plain.set(new Batch(SCHEMA, 1), 9, bytes, 0, bytes.length)).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void numbersAreReadAsTheDecoderReadsThem(long seed) {
        var random = new Random(seed);
        var plain = new PlainText(SCHEMA, Formats.ISO);
        int accepted = 0;
        for (int i = 0; i < 20_000; i++) {
            String text =
                    switch (random.nextInt(4)) {
                        case 0 -> Long.toString(random.nextLong() >> random.nextInt(64));
                        case 1 -> Double.toString(random.nextGaussian() * random.nextInt(100_000));
                        case 2 ->
                                random.nextInt(1_000_000) + "." + Math.abs(random.nextInt(100_000));
                        default ->
                                "-"
                                        + random.nextLong(1L << random.nextInt(1, 60))
                                        + ".0"
                                        + random.nextInt(1_000);
                    };
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            for (int column = 1; column < 7; column++) {
                var batch = new Batch(SCHEMA, 1);
                if (plain.set(batch, column, bytes, 0, bytes.length)) {
                    accepted++;
                    assertThat(batch.value(column, 0))
                            .as("seed %s, %s in column %s", seed, text, column)
                            .isEqualTo(decoded(column, text));
                }
            }
        }
        assertThat(accepted).isGreaterThan(20_000);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void objectsAreReadAsTheJsonDecoderReadsThem(long seed) throws IOException {
        var random = new Random(seed);
        boolean strict = seed % 2 == 0;
        var plain = new PlainJson(SCHEMA, Formats.ISO, strict);
        var decoder = new JsonDecoder(SCHEMA.asStruct(), new Decoder(Formats.ISO), strict);
        int accepted = 0;
        for (int i = 0; i < 30_000; i++) {
            String json = object(random);
            byte[] bytes = ("x" + json).getBytes(StandardCharsets.UTF_8);
            var quick = new Batch(SCHEMA, 1);
            if (plain.read(quick, bytes, 1, bytes.length - 1)) {
                accepted++;
                quick.endRow();
                assertThat(row(quick)).as("seed %s, %s", seed, json).isEqualTo(slow(decoder, json));
            }
        }
        assertThat(accepted).isGreaterThan(2_000);
    }

    private static String row(Batch batch) {
        var row = new StringBuilder();
        for (int i = 0; i < SCHEMA.columns().size(); i++) {
            row.append(batch.value(i, 0)).append('|');
        }
        return row.toString();
    }

    private static String slow(JsonDecoder decoder, String json) throws IOException {
        JsonFactory factory =
                JsonFactory.builder().enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER).build();
        var batch = new Batch(SCHEMA, 1);
        try (JsonParser parser = factory.createParser(json)) {
            parser.nextToken();
            decoder.read(parser, batch);
            batch.endRow();
            return parser.nextToken() == null ? row(batch) : "text behind";
        } catch (Misfit | com.fasterxml.jackson.core.JsonParseException e) {
            return e.toString();
        }
    }

    private static String object(Random random) {
        var json = new StringBuilder(random.nextInt(9) == 0 ? " {" : "{");
        int fields = random.nextInt(5);
        for (int i = 0; i < fields; i++) {
            json.append(i == 0 ? "" : random.nextInt(30) == 0 ? " , " : ",");
            int column = random.nextInt(SCHEMA.columns().size() + 1);
            String name =
                    column == SCHEMA.columns().size()
                            ? "other"
                            : SCHEMA.columns().get(column).name();
            json.append('"').append(name).append("\":").append(random.nextInt(9) == 0 ? " " : "");
            json.append(value(random, column));
        }
        return json.append(random.nextInt(40) == 0 ? "} x" : "}").toString();
    }

    /// Mostly what fits the column, with something odd now and then.
    private static String value(Random random, int column) {
        if (random.nextInt(12) == 0) {
            String odd = ODD.get(random.nextInt(ODD.size()));
            return random.nextBoolean() ? odd : "\"" + odd + "\"";
        }
        if (random.nextInt(12) == 0) {
            return List.of("null", "[1]", "{\"a\":1}", "\"\\u00e4\\n\"", "tru", "1.5e3", "-")
                    .get(random.nextInt(7));
        }
        return switch (column) {
            case 0 -> random.nextBoolean() ? "true" : "false";
            case 1 -> Integer.toString(random.nextInt());
            case 2 -> Long.toString(random.nextLong());
            case 3, 4 -> Double.toString(random.nextInt(1_000_000) / 1000.0);
            case 5, 6 -> "%d.%02d".formatted(random.nextInt(100_000), random.nextInt(100));
            case 7 ->
                    "\"20%02d-%02d-%02d\""
                            .formatted(
                                    random.nextInt(30),
                                    1 + random.nextInt(12),
                                    1 + random.nextInt(31));
            case 8 ->
                    "\"2024-05-%02dT%02d:00:00.%03d\""
                            .formatted(
                                    1 + random.nextInt(31),
                                    random.nextInt(24),
                                    random.nextInt(1000));
            default ->
                    "\""
                            + (random.nextBoolean() ? "word " : "käse \ud83c\udf0a")
                            + random.nextInt(99)
                            + "\"";
        };
    }
}
