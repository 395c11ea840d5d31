package dev.tarn.pipeline.source.fake;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.Setting;
import dev.tarn.pipeline.row.Batch;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/// Rows of random values: value = f(row number, column), within ranges or from templates.
final class MadeRows implements FakeRows {
    private final Block block;
    private final List<Types.NestedField> fields;
    private final long count;
    private final int stringLength;
    private final int bytesLength;
    private final int arraySize;
    private final int mapSize;
    private final Map<String, List<String>> templates = new HashMap<>();
    private final Map<String, String> narrow = new HashMap<>();

    /// What is wrong becomes a problem of the block.
    MadeRows(Block block, Schema schema) {
        this.block = block;
        this.fields = schema.columns();
        this.count = block.number("row.num", 0, Long.MAX_VALUE);
        this.stringLength = (int) block.number("string.length", 0, 1 << 20);
        this.bytesLength = (int) block.number("bytes.length", 0, 1 << 20);
        this.arraySize = (int) block.number("array.size", 0, 1 << 16);
        this.mapSize = (int) block.number("map.size", 0, 1 << 16);
        for (String type : FakeTable.NUMBERS) {
            templates.put(type, block.texts(type + ".template"));
        }
        templates.put("string", block.texts("string.template"));
        narrowTypes();
        checkNumbers();
    }

    /// `tinyint` and `smallint` are one type in Iceberg; their ranges are not.
    private void narrowTypes() {
        Setting schema = block.settingOrNull("schema");
        if (schema == null || schema.mapOrNull() == null) {
            return;
        }
        Setting fields = schema.mapOrNull().get("fields");
        if (fields != null && fields.mapOrNull() != null) {
            fields.mapOrNull().forEach((name, type) -> narrow.put(name, type.text()));
        }
    }

    private void checkNumbers() {
        for (String type : FakeTable.NUMBERS) {
            for (String option : List.of(type + ".min", type + ".max")) {
                String text = block.textOrNull(option);
                if (text != null && !isNumber(text)) {
                    block.problem(option, "expected a number, found '" + text + "'");
                }
            }
            for (String text : templates.getOrDefault(type, List.of())) {
                if (!isNumber(text)) {
                    block.problem(type + ".template", "expected numbers, found '" + text + "'");
                }
            }
        }
    }

    private static boolean isNumber(String text) {
        return text.matches("-?\\d+(\\.\\d+)?([eE]-?\\d+)?");
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public void set(Batch batch, long number) {
        for (int c = 0; c < fields.size(); c++) {
            batch.set(c, value(fields.get(c), new SplittableRandom(number * 1_000_003 + c)));
        }
    }

    private Object value(Types.NestedField field, SplittableRandom random) {
        return value(narrow.getOrDefault(field.name(), ""), field.type(), random);
    }

    private Object value(String name, Type type, SplittableRandom random) {
        return switch (type.typeId()) {
            case STRING -> {
                List<String> template = templates.getOrDefault("string", List.of());
                yield template.isEmpty()
                        ? letters(random)
                        : template.get(random.nextInt(template.size()));
            }
            case BOOLEAN -> random.nextBoolean();
            case INTEGER ->
                    switch (name) {
                        case "tinyint" -> (int) whole(name, 0, Byte.MAX_VALUE, random);
                        case "smallint" -> (int) whole(name, 0, Short.MAX_VALUE, random);
                        default -> (int) whole("int", 0, Integer.MAX_VALUE, random);
                    };
            case LONG -> whole("bigint", 0, Long.MAX_VALUE - 1, random);
            case FLOAT -> (float) real("float", Float.MAX_VALUE, random);
            case DOUBLE -> real("double", Double.MAX_VALUE, random);
            case DECIMAL -> {
                var decimal = (Types.DecimalType) type;
                int digits = Math.min(18, decimal.precision());
                yield new BigDecimal(
                        BigInteger.valueOf(random.nextLong(BigInteger.TEN.pow(digits).longValue())),
                        decimal.scale());
            }
            case DATE -> LocalDate.ofEpochDay(random.nextInt(20_000));
            case TIME -> LocalTime.ofSecondOfDay(random.nextInt(86_400));
            case TIMESTAMP ->
                    LocalDateTime.of(1990, 1, 1, 0, 0).plusSeconds(random.nextInt(1 << 30));
            case BINARY -> {
                byte[] bytes = new byte[bytesLength];
                random.nextBytes(bytes);
                yield ByteBuffer.wrap(bytes);
            }
            case LIST -> {
                List<Object> list = new ArrayList<>();
                for (int i = 0; i < arraySize; i++) {
                    list.add(value("", type.asListType().elementType(), random));
                }
                yield list;
            }
            case MAP -> {
                Map<Object, Object> map = new LinkedHashMap<>();
                for (int i = 0; i < mapSize; i++) {
                    map.put(
                            value("", type.asMapType().keyType(), random),
                            value("", type.asMapType().valueType(), random));
                }
                yield map;
            }
            case STRUCT -> {
                GenericRecord record = GenericRecord.create(type.asStructType());
                for (Types.NestedField field : type.asStructType().fields()) {
                    record.setField(field.name(), value("", field.type(), random));
                }
                yield record;
            }
            default -> throw new IllegalStateException("No made-up value for " + type);
        };
    }

    private String letters(SplittableRandom random) {
        var text = new StringBuilder(stringLength);
        for (int i = 0; i < stringLength; i++) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        return text.toString();
    }

    private long whole(String type, long min, long max, SplittableRandom random) {
        List<String> template = templates.getOrDefault(type, List.of());
        if (!template.isEmpty()) {
            return (long) Double.parseDouble(template.get(random.nextInt(template.size())));
        }
        String least = block.textOrNull(type + ".min");
        String greatest = block.textOrNull(type + ".max");
        long from = least == null ? min : new BigDecimal(least).longValue();
        long to = greatest == null ? max : new BigDecimal(greatest).longValue();
        return from >= to ? from : random.nextLong(from, to + 1);
    }

    private double real(String type, double max, SplittableRandom random) {
        List<String> template = templates.getOrDefault(type, List.of());
        if (!template.isEmpty()) {
            return Double.parseDouble(template.get(random.nextInt(template.size())));
        }
        String least = block.textOrNull(type + ".min");
        String greatest = block.textOrNull(type + ".max");
        double from = least == null ? 0 : Double.parseDouble(least);
        double to = greatest == null ? max : Double.parseDouble(greatest);
        return from >= to ? from : random.nextDouble(from, to);
    }
}
