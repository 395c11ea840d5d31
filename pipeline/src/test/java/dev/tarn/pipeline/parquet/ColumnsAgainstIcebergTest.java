package dev.tarn.pipeline.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.pipeline.row.Batch;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.iceberg.Files;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.internal.column.columnindex.ColumnIndex;
import org.apache.parquet.internal.column.columnindex.OffsetIndex;
import org.apache.parquet.io.LocalInputFile;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The same random rows through Iceberg's writer over parquet-java and through ours: Iceberg's
/// reader gives the same rows from both, and both tell a manifest the same of them.
class ColumnsAgainstIcebergTest {
    private static final List<Type> TYPES =
            List.of(
                    Types.BooleanType.get(),
                    Types.IntegerType.get(),
                    Types.LongType.get(),
                    Types.FloatType.get(),
                    Types.DoubleType.get(),
                    Types.DateType.get(),
                    Types.TimeType.get(),
                    Types.TimestampType.withoutZone(),
                    Types.TimestampType.withZone(),
                    Types.StringType.get(),
                    Types.BinaryType.get(),
                    Types.FixedType.ofLength(5),
                    Types.UUIDType.get(),
                    Types.DecimalType.of(7, 2),
                    Types.DecimalType.of(18, 4),
                    Types.DecimalType.of(31, 9),
                    Types.ListType.ofOptional(1_001, Types.IntegerType.get()),
                    Types.MapType.ofOptional(
                            1_002, 1_003, Types.StringType.get(), Types.DoubleType.get()),
                    Types.StructType.of(
                            Types.NestedField.optional(1_004, "x", Types.StringType.get()),
                            Types.NestedField.required(1_005, "y", Types.LongType.get())));

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void sameRowsAndSameMetricsAsIcebergsWriter(long seed) throws IOException {
        var random = new Random(seed);
        Schema schema = schema(random);
        int rows = List.of(1, 7, 300, 2_100, 45_000).get(random.nextInt(5));
        List<Record> records = rows(schema, rows, random);
        CompressionCodecName codec =
                List.of(
                                CompressionCodecName.ZSTD,
                                CompressionCodecName.SNAPPY,
                                CompressionCodecName.GZIP,
                                CompressionCodecName.UNCOMPRESSED)
                        .get(random.nextInt(4));
        // Small groups, so that many begin with a dictionary of their own.
        long groupBytes = random.nextBoolean() ? 1 << 16 : 128 << 20;

        Path ours = folder.resolve("ours.parquet");
        Metrics metrics =
                write(schema, records, ours, codec, groupBytes, 1 + random.nextInt(5_000), random);
        Path theirs = folder.resolve("theirs.parquet");
        Metrics expected = writeWithIceberg(schema, records, theirs);

        assertThat(read(schema, ours)).as("seed %s", seed).isEqualTo(read(schema, theirs));
        assertThat(metrics.recordCount()).isEqualTo(expected.recordCount());
        assertThat(metrics.valueCounts()).isEqualTo(expected.valueCounts());
        assertThat(metrics.nullValueCounts()).isEqualTo(expected.nullValueCounts());
        assertThat(metrics.nanValueCounts()).isEqualTo(expected.nanValueCounts());
        assertThat(metrics.lowerBounds()).isEqualTo(expected.lowerBounds());
        assertThat(metrics.upperBounds()).isEqualTo(expected.upperBounds());
        assertThat(metrics.columnSizes().keySet()).isEqualTo(expected.columnSizes().keySet());
        checkIndexes(ours, rows);

        for (Path file : List.of(ours, theirs)) {
            assertThat(readHere(schema, file, random))
                    .as("seed %s, %s, read here", seed, file)
                    .isEqualTo(read(schema, file));
            Schema later = later(schema);
            assertThat(readHere(later, file, random))
                    .as("seed %s, %s, read here with wider columns", seed, file)
                    .isEqualTo(read(later, file));
        }
    }

    /// What the table may have become since: wider columns, one more, one less.
    private static Schema later(Schema schema) {
        List<Types.NestedField> fields = new ArrayList<>();
        for (Types.NestedField field : schema.columns()) {
            Type wider =
                    switch (field.type()) {
                        case Types.IntegerType _ -> Types.LongType.get();
                        case Types.FloatType _ -> Types.DoubleType.get();
                        case Types.DecimalType d when d.precision() == 7 ->
                                Types.DecimalType.of(12, d.scale());
                        case Types.DecimalType d when d.precision() == 18 ->
                                Types.DecimalType.of(20, d.scale());
                        case Types.DecimalType d -> Types.DecimalType.of(38, d.scale());
                        default -> field.type();
                    };
            if (!(field.type() instanceof Types.DateType)) {
                fields.add(Types.NestedField.from(field).ofType(wider).build());
            }
        }
        fields.add(2, Types.NestedField.optional(500, "later", Types.StringType.get()));
        fields.add(
                Types.NestedField.optional("given")
                        .withId(501)
                        .ofType(Types.IntegerType.get())
                        .withInitialDefault(Literal.of(7))
                        .build());
        return new Schema(fields);
    }

    private static List<String> readHere(Schema schema, Path file, Random random)
            throws IOException {
        int size = 1 + random.nextInt(5_000);
        try (var batches = new ParquetBatches(Files.localInput(file.toFile()), schema)) {
            List<String> all = new ArrayList<>();
            for (Batch batch = batches.next(size); batch != null; batch = batches.next(size)) {
                for (int row = 0; row < batch.size(); row++) {
                    var line = new StringBuilder();
                    for (int i = 0; i < schema.columns().size(); i++) {
                        line.append(shown(batch.value(i, row))).append('|');
                    }
                    all.add(line.toString());
                }
                assertThat(batches.position()).isEqualTo(all.size());
            }
            return all;
        }
    }

    private static Schema schema(Random random) {
        List<Types.NestedField> fields = new ArrayList<>();
        for (int i = 0; i < TYPES.size(); i++) {
            Type type = TYPES.get(i);
            boolean required = type.isPrimitiveType() && random.nextInt(3) == 0;
            fields.add(
                    Types.NestedField.builder()
                            .withId(i + 1)
                            .withName("c%d".formatted(i))
                            .ofType(type)
                            .isOptional(!required)
                            .build());
        }
        return new Schema(fields);
    }

    private static List<Record> rows(Schema schema, int count, Random random) {
        int width = schema.columns().size();
        // How many nulls and how many different values a column has.
        double[] nulls = new double[width];
        int[] different = new int[width];
        for (int i = 0; i < width; i++) {
            nulls[i] = List.of(0.0, 0.0, 0.01, 0.5, 1.0).get(random.nextInt(5));
            different[i] = List.of(1, 3, 900, Integer.MAX_VALUE).get(random.nextInt(4));
        }
        List<Record> records = new ArrayList<>();
        for (int r = 0; r < count; r++) {
            GenericRecord record = GenericRecord.create(schema);
            for (int i = 0; i < width; i++) {
                Types.NestedField field = schema.columns().get(i);
                if (field.isRequired() || random.nextDouble() >= nulls[i]) {
                    Random one =
                            different[i] == Integer.MAX_VALUE
                                    ? random
                                    : new Random(i * 31L + random.nextInt(different[i]));
                    record.set(i, value(field.type(), one));
                }
            }
            records.add(record);
        }
        return records;
    }

    private static Object value(Type type, Random random) {
        return switch (type.typeId()) {
            case BOOLEAN -> random.nextBoolean();
            case INTEGER -> random.nextInt() >> random.nextInt(32);
            case LONG -> random.nextLong() >> random.nextInt(64);
            case FLOAT ->
                    random.nextInt(9) == 0
                            ? List.of(Float.NaN, -0f, 0f, Float.NEGATIVE_INFINITY)
                                    .get(random.nextInt(4))
                            : Float.intBitsToFloat(random.nextInt() & 0xbfffffff);
            case DOUBLE ->
                    random.nextInt(9) == 0
                            ? List.of(Double.NaN, -0.0, 0.0, Double.POSITIVE_INFINITY)
                                    .get(random.nextInt(4))
                            : random.nextGaussian() * 1e6;
            case DATE -> LocalDate.ofEpochDay(random.nextInt(100_000) - 30_000);
            case TIME ->
                    LocalTime.ofNanoOfDay(
                            random.nextLong(ChronoUnit.DAYS.getDuration().toNanos() / 1_000)
                                    * 1_000);
            case TIMESTAMP -> {
                var time =
                        LocalDateTime.of(1969, 12, 31, 23, 59)
                                .plus(
                                        random.nextLong(4_000_000_000_000_000L)
                                                - 1_000_000_000_000_000L,
                                        ChronoUnit.MICROS);
                yield ((Types.TimestampType) type).shouldAdjustToUTC()
                        ? time.atOffset(ZoneOffset.UTC)
                        : time;
            }
            case STRING -> text(random);
            case BINARY -> ByteBuffer.wrap(bytes(random, random.nextInt(40)));
            case FIXED -> bytes(random, 5);
            case UUID -> new UUID(random.nextLong(), random.nextLong());
            case DECIMAL -> {
                var decimal = (Types.DecimalType) type;
                BigInteger bound = BigInteger.TEN.pow(decimal.precision());
                BigInteger digits = new BigInteger(random.nextInt(102), random).mod(bound);
                yield new BigDecimal(
                        random.nextBoolean() ? digits : digits.negate(), decimal.scale());
            }
            case LIST -> {
                List<Object> list = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(random.nextInt(4) == 0 ? null : random.nextInt());
                }
                yield list;
            }
            case MAP -> {
                Map<Object, Object> map = new LinkedHashMap<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    map.put("k" + i, random.nextInt(4) == 0 ? null : random.nextDouble());
                }
                yield map;
            }
            case STRUCT -> {
                GenericRecord struct = GenericRecord.create(type.asStructType());
                struct.setField("x", random.nextBoolean() ? null : text(random));
                struct.setField("y", random.nextLong());
                yield struct;
            }
            default -> throw new IllegalArgumentException("No values of " + type);
        };
    }

    private static String text(Random random) {
        int length = random.nextInt(10) == 0 ? random.nextInt(200) : random.nextInt(12);
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            // Ascii, two bytes, three bytes, four bytes.
            text.appendCodePoint(
                    List.of('a' + random.nextInt(26), 0xe4, 0x20ac, 0xffff, 0x1f30a)
                            .get(random.nextInt(10) < 7 ? 0 : random.nextInt(5)));
        }
        return text.toString();
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /// In batches of `size` rows, each as a whole or as two selections.
    private static Metrics write(
            Schema schema,
            List<Record> records,
            Path file,
            CompressionCodecName codec,
            long groupBytes,
            int size,
            Random random)
            throws IOException {
        int[] sources = IntStream.range(0, schema.columns().size()).toArray();
        try (var appender =
                new ParquetAppender(
                        schema,
                        Files.localOutput(file.toFile()),
                        new ParquetAppender.Layout(codec, 2, groupBytes),
                        MetricsConfig.getDefault())) {
            for (int from = 0; from < records.size(); from += size) {
                int end = Math.min(records.size(), from + size);
                var batch = new Batch(schema, end - from);
                for (Record record : records.subList(from, end)) {
                    for (int source : sources) {
                        batch.set(source, record.get(source));
                    }
                    batch.endRow();
                }
                if (random.nextBoolean()) {
                    appender.add(batch, sources, null, batch.size());
                } else {
                    int[] all = IntStream.range(0, batch.size()).toArray();
                    int cut = random.nextInt(batch.size() + 1);
                    appender.add(batch, sources, Arrays.copyOf(all, cut), cut);
                    appender.add(
                            batch,
                            sources,
                            Arrays.copyOfRange(all, cut, all.length),
                            all.length - cut);
                }
            }
            return appender.finish().metrics();
        }
    }

    private static Metrics writeWithIceberg(Schema schema, List<Record> records, Path file)
            throws IOException {
        FileAppender<Record> appender =
                Parquet.write(Files.localOutput(file.toFile()))
                        .schema(schema)
                        .createWriterFunc(type -> GenericParquetWriter.create(schema, type))
                        .metricsConfig(MetricsConfig.getDefault())
                        .build();
        try (appender) {
            appender.addAll(records);
        }
        return appender.metrics();
    }

    private static List<String> read(Schema schema, Path file) throws IOException {
        try (CloseableIterable<Record> rows =
                Parquet.read(Files.localInput(file.toFile()))
                        .project(schema)
                        .createReaderFunc(type -> GenericParquetReaders.buildReader(schema, type))
                        .build()) {
            List<String> all = new ArrayList<>();
            for (Record row : rows) {
                var line = new StringBuilder();
                for (int i = 0; i < schema.columns().size(); i++) {
                    line.append(shown(row.get(i))).append('|');
                }
                all.add(line.toString());
            }
            return all;
        }
    }

    private static String shown(Object value) {
        return switch (value) {
            case null -> "null";
            case byte[] bytes -> Arrays.toString(bytes);
            case ByteBuffer buffer -> {
                byte[] bytes = new byte[buffer.remaining()];
                buffer.duplicate().get(bytes);
                yield Arrays.toString(bytes);
            }
            case OffsetDateTime time -> time.toInstant().toString();
            default -> value.toString();
        };
    }

    /// Every chunk has both indexes, they agree with its pages, and the counts add up.
    private static void checkIndexes(Path file, int rows) throws IOException {
        try (var reader = ParquetFileReader.open(new LocalInputFile(file))) {
            long counted = 0;
            for (BlockMetaData block : reader.getFooter().getBlocks()) {
                counted += block.getRowCount();
                for (ColumnChunkMetaData column : block.getColumns()) {
                    OffsetIndex offsets = reader.readOffsetIndex(column);
                    ColumnIndex index = reader.readColumnIndex(column);
                    assertThat(offsets).as("offset index of %s", column).isNotNull();
                    assertThat(offsets.getFirstRowIndex(0)).isZero();
                    if (index != null) {
                        assertThat(index.getNullPages()).hasSize(offsets.getPageCount());
                        assertThat(index.getNullCounts().stream().mapToLong(n -> n).sum())
                                .isEqualTo(column.getStatistics().getNumNulls());
                    }
                }
            }
            assertThat(counted).isEqualTo(rows);
        }
    }
}
