package dev.tarn.pipeline.source.kafka;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.row.CanalRows;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.row.DebeziumRows;
import dev.tarn.pipeline.row.DelimitedRows;
import dev.tarn.pipeline.row.EpochUnit;
import dev.tarn.pipeline.row.Formats;
import dev.tarn.pipeline.row.JsonRows;
import dev.tarn.pipeline.row.Rows;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// How the values of messages are read, and their keys where a message without a value is a delete.
///
/// @param schemas of records that do not say their own
/// @param key how keys are read, null if messages without a value are left out
/// @param epochs what numbers for timestamps count in Debezium's events
record Formatting(
        Format value, String delimiter, Schemas schemas, @Nullable Format key, EpochUnit epochs) {

    enum Format {
        JSON,
        TEXT,
        DEBEZIUM_JSON,
        CANAL_JSON,
        AVRO,
        PROTOBUF;

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Set<Format> OF_KEYS =
            Set.of(Format.JSON, Format.TEXT, Format.AVRO, Format.PROTOBUF);
    private static final Set<Format> OF_SCHEMAS = Set.of(Format.AVRO, Format.PROTOBUF);
    private static final Set<Format> EVENTS = Set.of(Format.DEBEZIUM_JSON, Format.CANAL_JSON);

    /// What is wrong becomes a problem of the block.
    ///
    /// @param columns null if the job gives none: then the text of a message is one
    static Formatting of(Block block, @Nullable Columns columns) {
        Format value = format(block, "format", Set.of(Format.values()));
        String delimiter = block.text("field_delimiter");
        if (delimiter.isEmpty()) {
            block.problem("field_delimiter", "expected a delimiter, found ''");
        }
        boolean deletes = block.oneOf("tarn.tombstones", Tombstones.class) == Tombstones.DELETE;
        var formatting =
                new Formatting(
                        value,
                        delimiter,
                        Schemas.of(block),
                        deletes ? format(block, "tarn.key_format", OF_KEYS) : null,
                        block.oneOf("tarn.epoch_unit", EpochUnit.class));
        if (columns == null) {
            if (OF_SCHEMAS.contains(value) || deletes) {
                block.problem(
                        "schema",
                        "missing, required when "
                                + (deletes
                                        ? "tarn.tombstones is delete"
                                        : "format is " + value.word()));
            }
            return formatting;
        }
        formatting.look(block, columns);
        return formatting;
    }

    private enum Tombstones {
        SKIP,
        DELETE
    }

    private void look(Block block, Columns columns) {
        for (Types.NestedField field : columns.schema().columns()) {
            if (value == Format.TEXT && field.type().isNestedType()) {
                block.problem(
                        "schema",
                        "column %s: a %s cannot be read from text"
                                .formatted(field.name(), field.type()));
            }
            if (value == Format.CANAL_JSON && field.type().typeId() == Type.TypeID.BINARY) {
                block.problem(
                        "schema",
                        "column %s: Canal writes bytes as text, which cannot be told from text"
                                .formatted(field.name()));
            }
        }
        schemas.look(
                block,
                value.word(),
                value == Format.AVRO || key == Format.AVRO,
                value == Format.PROTOBUF || key == Format.PROTOBUF);
        if (key == null) {
            return;
        }
        if (EVENTS.contains(value)) {
            block.problem(
                    "tarn.tombstones",
                    "expected skip, found delete: change events tell of deletes themselves");
        }
        if (columns.primaryKey().isEmpty()) {
            block.problem(
                    "tarn.tombstones", "delete needs schema.primaryKey, the columns in the key");
        }
        if (key == Format.TEXT && columns.primaryKey().size() > 1) {
            block.problem(
                    "tarn.key_format",
                    "text is for a key of one column, there are %s"
                            .formatted(columns.primaryKey().size()));
        }
        if (OF_SCHEMAS.contains(key) && schemas.registry() == null) {
            block.problem("tarn.key_format", key.word() + " needs tarn.schema_registry.url");
        }
    }

    private static Format format(Block block, String option, Set<Format> allowed) {
        String format = block.text(option);
        List<Format> known = Arrays.stream(Format.values()).filter(allowed::contains).toList();
        for (Format one : known) {
            if (one.name().equalsIgnoreCase(format)) {
                return one;
            }
        }
        block.problem(
                option,
                "expected one of %s, %s is not supported by this runner"
                        .formatted(known.toString().toLowerCase(Locale.ROOT), format));
        return Format.JSON;
    }

    /// @param required columns in which a null does not fit, besides those of the schema
    Rows values(Columns columns, Set<String> required) {
        return switch (value) {
            case JSON -> new JsonRows(columns.schema(), Formats.ISO, required, false);
            case DEBEZIUM_JSON -> new DebeziumRows(columns, required, epochs);
            case CANAL_JSON -> new CanalRows(columns, required);
            case TEXT -> new DelimitedRows(columns.schema(), Formats.ISO, required, delimiter);
            case AVRO -> schemas.avro(columns.schema(), required);
            case PROTOBUF -> schemas.protobuf(columns.schema(), required);
        };
    }

    /// Reads a key into a row that has nothing else; null if messages without a value are left out.
    @Nullable Rows deletes(Columns columns) {
        Set<String> keys = new HashSet<>(columns.primaryKey());
        org.apache.iceberg.Schema loose = columns.loose();
        return switch (key) {
            case null -> null;
            case TEXT -> new KeyText(loose.findField(columns.primaryKey().getFirst()), loose);
            case AVRO -> schemas.avro(loose, keys);
            case PROTOBUF -> schemas.protobuf(loose, keys);
            default -> new JsonRows(loose, Formats.ISO, keys, false);
        };
    }
}
