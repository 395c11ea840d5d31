package dev.tarn.pipeline.source.kafka;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.row.AvroRows;
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
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// How the values of messages are read, and their keys where a message without a value is a delete.
///
/// @param avro the schema of all records, null if each tells its own
/// @param headed whether a registry's header stands before each record
/// @param key how keys are read, null if messages without a value are left out
/// @param epochs what numbers for timestamps count in Debezium's events
record Formatting(
        Format value,
        String delimiter,
        @Nullable Schema avro,
        boolean headed,
        @Nullable SchemaRegistry registry,
        @Nullable Format key,
        EpochUnit epochs) {

    enum Format {
        JSON,
        TEXT,
        DEBEZIUM_JSON,
        CANAL_JSON,
        AVRO
    }

    private static final Set<Format> OF_KEYS = Set.of(Format.JSON, Format.TEXT, Format.AVRO);
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
                        avro(block),
                        block.truth("strip_schema_registry_header")
                                || block.has("tarn.schema_registry.url"),
                        registry(block),
                        deletes ? format(block, "tarn.key_format", OF_KEYS) : null,
                        block.oneOf("tarn.epoch_unit", EpochUnit.class));
        if (columns == null) {
            if (value == Format.AVRO || deletes) {
                block.problem(
                        "schema",
                        "missing, required when %s"
                                .formatted(
                                        deletes ? "tarn.tombstones is delete" : "format is avro"));
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
        boolean asks = value == Format.AVRO || key == Format.AVRO;
        if (value == Format.AVRO && avro == null && registry == null) {
            block.problem(
                    "format",
                    "avro needs a schema to read with: avro_schema or tarn.schema_registry.url");
        }
        if (!asks && (avro != null || registry != null)) {
            block.problem(
                    avro == null ? "tarn.schema_registry.url" : "avro_schema",
                    "is for format = avro, found " + value.name().toLowerCase(Locale.ROOT));
        }
        if (avro != null && registry != null) {
            block.problem("avro_schema", "expected this or tarn.schema_registry.url, found both");
        }
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
        if (key == Format.AVRO && registry == null) {
            block.problem("tarn.key_format", "avro needs tarn.schema_registry.url");
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

    private static @Nullable Schema avro(Block block) {
        String text = block.textOrNull("avro_schema");
        if (text == null) {
            return null;
        }
        try {
            Schema schema = new Schema.Parser().parse(text);
            if (schema.getType() == Schema.Type.RECORD) {
                return schema;
            }
            block.problem("avro_schema", "expected a record, found " + schema.getType().getName());
        } catch (AvroRuntimeException e) {
            block.problem("avro_schema", "not a schema of Avro, " + e.getMessage());
        }
        return null;
    }

    private static @Nullable SchemaRegistry registry(Block block) {
        String uri = block.textOrNull("tarn.schema_registry.url");
        String username = block.textOrNull("tarn.schema_registry.username");
        if (uri == null) {
            if (username != null) {
                block.problem("tarn.schema_registry.username", "needs tarn.schema_registry.url");
            }
            return null;
        }
        if (!uri.matches("https?://[^/@]+(/.*)?")) {
            block.problem(
                    "tarn.schema_registry.url",
                    "expected http://host:port or https://, without a user, found '%s'"
                            .formatted(uri.replaceAll("//[^/@]*@", "//***@")));
        }
        return new SchemaRegistry(
                uri.replaceAll("/+$", ""),
                username,
                block.textOrNull("tarn.schema_registry.password"));
    }

    /// @param required columns in which a null does not fit, besides those of the schema
    Rows values(Columns columns, Set<String> required) {
        return switch (value) {
            case JSON -> new JsonRows(columns.schema(), Formats.ISO, required, false);
            case DEBEZIUM_JSON -> new DebeziumRows(columns, required, epochs);
            case CANAL_JSON -> new CanalRows(columns, required);
            case TEXT -> new DelimitedRows(columns.schema(), Formats.ISO, required, delimiter);
            case AVRO -> avro(columns.schema(), required);
        };
    }

    private Rows avro(org.apache.iceberg.Schema columns, Set<String> required) {
        if (registry != null) {
            return AvroRows.registered(columns, required, registry);
        }
        if (avro == null) {
            throw new IllegalStateException("Avro without a schema, which look() refuses");
        }
        return AvroRows.of(columns, required, avro, headed);
    }

    /// Reads a key into a row that has nothing else; null if messages without a value are left out.
    @Nullable Rows deletes(Columns columns) {
        Set<String> keys = new HashSet<>(columns.primaryKey());
        org.apache.iceberg.Schema loose = columns.loose();
        return switch (key) {
            case null -> null;
            case TEXT -> new KeyText(loose.findField(columns.primaryKey().getFirst()), loose);
            case AVRO -> avro(loose, keys);
            default -> new JsonRows(loose, Formats.ISO, keys, false);
        };
    }
}
