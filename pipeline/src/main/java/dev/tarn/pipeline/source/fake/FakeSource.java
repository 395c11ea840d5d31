package dev.tarn.pipeline.source.fake;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.Option;
import dev.tarn.pipeline.job.Option.Kind;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.job.Setting;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.row.Decoder;
import dev.tarn.pipeline.row.Formats;
import dev.tarn.pipeline.row.Misfit;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.row.RowKind;
import dev.tarn.pipeline.source.Position;
import dev.tarn.pipeline.source.Split;
import dev.tarn.pipeline.source.SplitReader;
import dev.tarn.pipeline.source.SplitSource;
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
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Rows that depend on nothing but the job file: value = f(row number, column).
public final class FakeSource implements SplitSource {
    private static final List<String> NUMBERS =
            List.of("tinyint", "smallint", "int", "bigint", "float", "double");

    public static final OptionTable OPTIONS =
            new OptionTable(
                    "FakeSource",
                    "Made-up rows, the same in every run. A `tinyint` or `smallint` column is an"
                            + " Iceberg `int`.",
                    options());

    private final Block block;
    private final Columns columns;
    private final long rowCount;
    private final int splitCount;
    private final int stringLength;
    private final int bytesLength;
    private final int arraySize;
    private final int mapSize;
    private final Map<String, List<String>> templates = new HashMap<>();
    private final Map<String, String> narrow = new HashMap<>();
    private final List<List<@Nullable Object>> rows = new ArrayList<>();
    private final List<RowKind> kinds = new ArrayList<>();

    private static List<Option> options() {
        List<Option> options = new ArrayList<>();
        options.add(Option.required("schema", Kind.MAP, "`fields` or `columns`, see above."));
        options.add(Option.honoured("row.num", Kind.NUMBER, "5", "Rows in all."));
        options.add(
                Option.honoured(
                        "rows",
                        Kind.LIST,
                        null,
                        "The rows themselves, `{ kind = INSERT, fields = [...] }`; instead of"
                                + " `row.num`."));
        options.add(Option.honoured("split.num", Kind.NUMBER, "1", "Parts the rows are read in."));
        options.add(Option.honoured("string.length", Kind.NUMBER, "5", "Letters of a string."));
        options.add(Option.honoured("bytes.length", Kind.NUMBER, "5", "Length of bytes."));
        options.add(Option.honoured("array.size", Kind.NUMBER, "5", "Elements of an array."));
        options.add(Option.honoured("map.size", Kind.NUMBER, "5", "Entries of a map, at most."));
        for (String type : NUMBERS) {
            options.add(Option.honoured(type + ".min", Kind.TEXT, null, "The least " + type + "."));
            options.add(
                    Option.honoured(type + ".max", Kind.TEXT, null, "The greatest " + type + "."));
        }
        for (String type : NUMBERS) {
            options.add(
                    Option.honoured(type + ".template", Kind.LIST, null, "Values to choose from."));
        }
        options.add(Option.honoured("string.template", Kind.LIST, null, "Values to choose from."));
        for (String type : NUMBERS) {
            options.add(
                    Option.withoutEffect(
                            type + ".fake.mode", Kind.TEXT, "A template is used where given."));
        }
        options.add(
                Option.withoutEffect(
                        "string.fake.mode", Kind.TEXT, "A template is used where given."));
        options.add(
                Option.withoutEffect(
                        "split.read-interval", Kind.NUMBER, "Rows come as fast as they can."));
        options.add(
                Option.honoured("plugin_output", Kind.TEXT, null, "The name sinks take it by.")
                        .formerly("result_table_name"));
        options.add(Option.withoutEffect("parallelism", Kind.NUMBER, "The runner decides."));
        options.add(
                Option.honoured(
                        "tables_configs",
                        Kind.LIST,
                        null,
                        "Several tables, a block of options for each; an option that stands beside"
                                + " it is meant for all."));
        options.add(Option.refused("auto.increment.enabled", "values are random"));
        options.add(Option.refused("auto.increment.start", "values are random"));
        options.add(Option.refused("vector.dimension", "there are no vectors"));
        options.add(Option.refused("vector.float.min", "there are no vectors"));
        options.add(Option.refused("vector.float.max", "there are no vectors"));
        return options;
    }

    public FakeSource(Block block) {
        this.block = block;
        Columns given = Columns.of(block);
        this.columns = given == null ? new Columns(new Schema(List.of()), null, List.of()) : given;
        this.stringLength = (int) block.number("string.length", 0, 1 << 20);
        this.bytesLength = (int) block.number("bytes.length", 0, 1 << 20);
        this.arraySize = (int) block.number("array.size", 0, 1 << 16);
        this.mapSize = (int) block.number("map.size", 0, 1 << 16);
        this.splitCount = (int) block.number("split.num", 1, 1 << 16);
        for (String type : NUMBERS) {
            templates.put(type, block.texts(type + ".template"));
        }
        templates.put("string", block.texts("string.template"));
        narrowTypes();
        checkNumbers();
        Setting written = block.settingOrNull("rows");
        if (written != null && written.listOrNull() != null) {
            written.listOrNull().forEach(this::addRow);
            this.rowCount = rows.size();
        } else {
            this.rowCount = block.number("row.num", 0, Long.MAX_VALUE);
        }
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
        for (String type : NUMBERS) {
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

    private void addRow(Setting row) {
        Setting fields = row.mapOrNull() == null ? row : row.mapOrNull().get("fields");
        Setting kind = row.mapOrNull() == null ? null : row.mapOrNull().get("kind");
        RowKind happened = RowKind.INSERT;
        try {
            happened =
                    kind == null ? happened : RowKind.valueOf(kind.text().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            block.problem(
                    "rows",
                    row.line(),
                    "kind %s, expected INSERT, UPDATE_BEFORE, UPDATE_AFTER or DELETE"
                            .formatted(kind.text()));
        }
        List<Setting> values = fields == null ? null : fields.listOrNull();
        List<Types.NestedField> expected = columns.schema().columns();
        if (values == null || values.size() != expected.size()) {
            block.problem(
                    "rows",
                    row.line(),
                    "expected fields = [...] with %s values, found %s"
                            .formatted(expected.size(), values == null ? "none" : values.size()));
            return;
        }
        var decoder = new Decoder(Formats.ISO);
        List<@Nullable Object> decoded = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            Setting value = values.get(i);
            if (value.value() == null) {
                decoded.add(null);
                continue;
            }
            try {
                decoded.add(decoder.decode(expected.get(i).type(), value.text()));
            } catch (Misfit e) {
                block.problem("rows", row.line(), expected.get(i).name() + ": " + e.reason());
                decoded.add(null);
            }
        }
        rows.add(decoded);
        kinds.add(happened);
    }

    @Override
    public Block block() {
        return block;
    }

    @Override
    public List<Columns> tables() {
        return List.of(columns);
    }

    @Override
    public List<Split> splits() {
        List<Split> splits = new ArrayList<>();
        for (int i = 0; i < splitCount; i++) {
            splits.add(new Split("split-" + i, 0, 0));
        }
        return splits;
    }

    @Override
    public boolean remembersSplits() {
        return false;
    }

    @Override
    public String fingerprint(Split split) {
        return rowCount + "/" + splitCount;
    }

    @Override
    public @Nullable String changeOrNull(Split split) {
        return null;
    }

    @Override
    public SplitReader open(Split split, Position from, List<Set<String>> required) {
        int number = Integer.parseInt(split.name().substring("split-".length()));
        return new Reader(
                rowCount * number / splitCount, rowCount * (number + 1) / splitCount, from.rows());
    }

    private final class Reader implements SplitReader {
        private final long first;
        private final long end;
        private long next;

        Reader(long first, long end, long behind) {
            this.first = first;
            this.end = end;
            this.next = first + behind;
        }

        @Override
        public @Nullable Batch next(int rowsMax, Rejections rejections) {
            if (next >= end) {
                return null;
            }
            int size = (int) Math.min(rowsMax, end - next);
            var batch = new Batch(columns.schema(), size);
            List<Types.NestedField> fields = columns.schema().columns();
            for (int i = 0; i < size; i++, next++) {
                for (int c = 0; c < fields.size(); c++) {
                    batch.set(
                            c,
                            rows.isEmpty()
                                    ? value(
                                            fields.get(c),
                                            new SplittableRandom(next * 1_000_003 + c))
                                    : rows.get((int) next).get(c));
                }
                if (!kinds.isEmpty()) {
                    batch.kind(kinds.get((int) next));
                }
                batch.endRow();
            }
            return batch;
        }

        @Override
        public Position position() {
            return new Position(next - first, 0, 0);
        }

        @Override
        public long bytesRead() {
            return 0;
        }

        @Override
        public void close() {}
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
