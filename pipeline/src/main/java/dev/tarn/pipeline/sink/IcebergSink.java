package dev.tarn.pipeline.sink;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.Nearest;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.lake.TargetCatalog;
import dev.tarn.pipeline.row.Columns;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// A table as the end of one source.
public final class IcebergSink {
    /// What is done about the table at the start of a run.
    public enum SchemaSaveMode {
        CREATE_SCHEMA_WHEN_NOT_EXIST,
        RECREATE_SCHEMA,
        ERROR_WHEN_SCHEMA_NOT_EXIST,
        IGNORE
    }

    /// What is done about the rows in it.
    public enum DataSaveMode {
        APPEND_DATA,
        DROP_DATA,
        ERROR_WHEN_DATA_EXISTS
    }

    public static final OptionTable OPTIONS = IcebergOptions.TABLE;

    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([a-z_]+)(?::([^}]*))?}");
    private static final Set<String> WRITE_PROPERTIES =
            Set.of(
                    "write.format.default",
                    "write.target-file-size-bytes",
                    "write.parquet.compression-codec",
                    "write.parquet.compression-level",
                    "write.parquet.row-group-size-bytes",
                    Merger.MIN_INPUT_FILES);

    private final Block block;
    private final Columns columns;
    private final TableIdentifier name;
    private final SchemaSaveMode schemaSaveMode;
    private final DataSaveMode dataSaveMode;
    private final SequencedMap<String, String> writeProperties;
    private final SequencedMap<String, String> createProperties;
    private final Schema schema;
    private final PartitionSpec spec;
    private final boolean upsert;
    private final Branch branch;
    private final boolean evolves;

    /// Settles which table it is and what it would be created as; what is wrong becomes a problem
    /// of the block.
    public IcebergSink(Block block, Columns columns, @Nullable String output) {
        this.block = block;
        this.columns = columns;
        String namespace = filled("namespace", columns.path(), output);
        String table = filled("table", columns.path(), output);
        this.name =
                TableIdentifier.of(
                        Namespace.of(namespace.split("\\.")), table.isEmpty() ? "unnamed" : table);
        this.schemaSaveMode = block.oneOf("schema_save_mode", SchemaSaveMode.class);
        this.dataSaveMode = block.oneOf("data_save_mode", DataSaveMode.class);
        this.writeProperties = block.texts("iceberg.table.write-props", Map.of());
        this.createProperties = block.texts("iceberg.table.auto-create-props", Map.of());
        this.evolves = block.truth("iceberg.table.schema-evolution-enabled");
        this.branch = new Branch(block.text("iceberg.table.commit-branch"));
        if (branch.name().isBlank()) {
            block.problem("iceberg.table.commit-branch", "expected a branch, found ''");
        }
        checkWriteProperties();
        this.schema = schemaToCreate();
        this.upsert = block.truth("iceberg.table.upsert-mode-enabled");
        this.spec =
                Partitioning.of(
                        block,
                        "iceberg.table.partition-keys",
                        block.texts("iceberg.table.partition-keys"),
                        schema);
    }

    private void checkWriteProperties() {
        writeProperties.forEach((key, value) -> {
            if (!WRITE_PROPERTIES.contains(key)) {
                String hint =
                        Nearest.of(key, WRITE_PROPERTIES)
                                .map(near -> ", did you mean " + near + "?")
                                .orElse("");
                block.problem("iceberg.table.write-props", "unknown property " + key + hint);
            } else if (key.equals("write.format.default") && !value.equalsIgnoreCase("parquet")) {
                block.problem(
                        "iceberg.table.write-props",
                        "%s: expected parquet, found '%s'".formatted(key, value));
            } else if (key.endsWith("-bytes") && !value.matches("[1-9]\\d{0,17}")) {
                block.problem(
                        "iceberg.table.write-props",
                        "%s: expected a number of bytes, found '%s'".formatted(key, value));
            } else if (key.endsWith("-codec")
                    && !List.of("zstd", "snappy", "gzip", "uncompressed").contains(value)) {
                block.problem(
                        "iceberg.table.write-props",
                        "%s: expected zstd, snappy, gzip or uncompressed, found '%s'"
                                .formatted(key, value));
            } else if (key.equals(Merger.MIN_INPUT_FILES)
                    && !value.matches("0|[2-9]|[1-9]\\d{1,5}")) {
                block.problem(
                        "iceberg.table.write-props",
                        "%s: expected 0 or a number from 2 on, found '%s'".formatted(key, value));
            } else if (key.endsWith("-level") && !value.matches("[1-9]|1\\d|2[0-2]")) {
                block.problem(
                        "iceberg.table.write-props",
                        "%s: expected 1 to 22, found '%s'".formatted(key, value));
            }
        });
    }

    private String filled(String option, @Nullable String path, @Nullable String output) {
        String[] parts = (path == null ? "" : path).split("\\.");
        String table = path != null ? parts[parts.length - 1] : output;
        String database = parts.length > 1 ? parts[0] : null;
        String inner = parts.length > 2 ? parts[1] : null;
        Matcher matcher = PLACEHOLDER.matcher(block.text(option));
        var text = new StringBuilder();
        while (matcher.find()) {
            String value =
                    switch (matcher.group(1)) {
                        case "table_name" -> table;
                        case "database_name" -> database;
                        case "schema_name" -> inner;
                        case "schema_full_name" ->
                                inner == null ? database : database + "." + inner;
                        case "table_full_name" -> path;
                        default -> null;
                    };
            value = value == null ? matcher.group(2) : value;
            if (value == null) {
                block.problem(
                        option,
                        "%s has no value, the source has no such part in schema.table"
                                .formatted(matcher.group()));
                value = "";
            }
            matcher.appendReplacement(text, Matcher.quoteReplacement(value));
        }
        return matcher.appendTail(text).toString();
    }

    /// The source's columns with fresh ids and the primary key required.
    private Schema schemaToCreate() {
        List<String> keys =
                block.has("iceberg.table.primary-keys")
                        ? block.texts("iceberg.table.primary-keys")
                        : columns.primaryKey().stream()
                                .filter(k -> columns.schema().findField(k) != null)
                                .toList();
        int[] lastId = {0};
        Schema fresh = TypeUtil.assignFreshIds(columns.schema(), () -> ++lastId[0]);
        Set<Integer> identifiers = new LinkedHashSet<>();
        List<Types.NestedField> fields =
                fresh.columns().stream()
                        .map(f -> keys.contains(f.name()) ? f.asRequired() : f)
                        .toList();
        for (String key : keys) {
            Types.NestedField field = fresh.findField(key);
            if (field == null) {
                block.problem("iceberg.table.primary-keys", "there is no column " + key);
            } else {
                identifiers.add(field.fieldId());
            }
        }
        try {
            return new Schema(fields, identifiers);
        } catch (IllegalArgumentException e) {
            // A float or a nested column cannot identify a row.
            block.problem("iceberg.table.primary-keys", String.valueOf(e.getMessage()));
            return fresh;
        }
    }

    public Block block() {
        return block;
    }

    public TableIdentifier name() {
        return name;
    }

    public DataSaveMode dataSaveMode() {
        return dataSaveMode;
    }

    public Map<String, String> writeProperties() {
        return writeProperties;
    }

    /// Whether a row takes the place of the one with the same key.
    public boolean upserts() {
        return upsert;
    }

    /// The branch rows go to.
    public Branch branch() {
        return branch;
    }

    /// Fields of the key by which rows of the table are upserted.
    ///
    /// @throws IllegalArgumentException if there is none
    public List<Integer> keyIds(Schema table) {
        if (!block.has("iceberg.table.primary-keys")) {
            List<Integer> ids = table.identifierFieldIds().stream().sorted().toList();
            if (ids.isEmpty()) {
                throw new IllegalArgumentException(
                        "Table %s has no identifier fields to upsert by: set iceberg.table.primary-keys"
                                .formatted(name));
            }
            return ids;
        }
        List<Integer> ids = new ArrayList<>();
        for (String key : block.texts("iceberg.table.primary-keys")) {
            Types.NestedField field = table.findField(key);
            if (field == null || field.isOptional()) {
                throw new IllegalArgumentException(
                        "Table %s cannot be upserted by %s: %s"
                                .formatted(
                                        name,
                                        key,
                                        field == null
                                                ? "there is no such column"
                                                : "the column may be null"));
            }
            ids.add(field.fieldId());
        }
        return ids;
    }

    /// The table as it would be created.
    public Schema schema() {
        return schema;
    }

    public PartitionSpec spec() {
        return spec;
    }

    /// Whether a table that is there is dropped and made anew by a run that begins.
    public boolean recreates() {
        return schemaSaveMode == SchemaSaveMode.RECREATE_SCHEMA;
    }

    /// Whether a table that is missing is created.
    public boolean creates() {
        return recreates() || schemaSaveMode == SchemaSaveMode.CREATE_SCHEMA_WHEN_NOT_EXIST;
    }

    /// What happens to the table before the first row.
    public String announcement(boolean exists) {
        String what = whatBecomesOfIt(exists);
        return branch.isMain() ? what : what + ", rows go to branch " + branch.name();
    }

    private String whatBecomesOfIt(boolean exists) {
        if (!exists) {
            return creates() ? "will be created" : "does not exist";
        }
        if (recreates()) {
            return "will be dropped and created anew";
        }
        return switch (dataSaveMode) {
            case DROP_DATA -> "exists, its rows will be deleted";
            case ERROR_WHEN_DATA_EXISTS -> "exists, rows are loaded only if it has none";
            default -> upsert ? "exists, rows will be upserted" : "exists, rows will be appended";
        };
    }

    /// Creates the table where it is missing.
    ///
    /// @param fresh whether the run starts anew, not where another stopped
    public void prepare(TargetCatalog catalog, boolean fresh) {
        boolean exists = catalog.exists(name);
        if (exists && fresh && schemaSaveMode == SchemaSaveMode.RECREATE_SCHEMA) {
            catalog.drop(name);
            exists = false;
        }
        if (exists) {
            return;
        }
        if (schemaSaveMode == SchemaSaveMode.ERROR_WHEN_SCHEMA_NOT_EXIST
                || schemaSaveMode == SchemaSaveMode.IGNORE) {
            throw new NoSuchTableException(
                    "Table %s does not exist and schema_save_mode is %s", name, schemaSaveMode);
        }
        catalog.create(name, schema, spec, createProperties);
    }

    /// Whether the table follows the source's columns.
    public boolean evolves() {
        return evolves;
    }
}
