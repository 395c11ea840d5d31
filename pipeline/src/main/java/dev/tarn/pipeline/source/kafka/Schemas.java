package dev.tarn.pipeline.source.kafka;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.row.AvroRows;
import dev.tarn.pipeline.row.Misfit;
import dev.tarn.pipeline.row.ProtoFiles;
import dev.tarn.pipeline.row.ProtobufRows;
import dev.tarn.pipeline.row.Rows;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/// Where the schemas of records come from that do not say their own: the job or a registry.
///
/// @param avro the schema of all records, null if the job gives none
/// @param protobuf the type of all messages, null if the job gives none
/// @param headed whether a registry's header stands before each record
record Schemas(
        @Nullable Schema avro,
        @Nullable Descriptor protobuf,
        boolean headed,
        @Nullable SchemaRegistry registry) {

    private static final String AVRO = "AVRO";
    private static final String PROTOBUF = "PROTOBUF";

    /// What is wrong becomes a problem of the block.
    static Schemas of(Block block) {
        return new Schemas(
                avro(block),
                protobuf(block),
                block.truth("strip_schema_registry_header")
                        || block.has("tarn.schema_registry.url"),
                registry(block));
    }

    /// Whether what is needed is there, and nothing else.
    ///
    /// @param format of the values, as the job says it
    void look(Block block, String format, boolean readsAvro, boolean readsProtobuf) {
        look(block, format, "avro", "avro_schema", readsAvro, avro != null);
        look(block, format, "protobuf", "protobuf_schema", readsProtobuf, protobuf != null);
        if (registry != null && !readsAvro && !readsProtobuf) {
            block.problem(
                    "tarn.schema_registry.url",
                    "is for format = avro or protobuf, found " + format);
        }
    }

    private void look(
            Block block, String format, String kind, String option, boolean reads, boolean given) {
        if (reads && !block.has(option) && registry == null) {
            block.problem(
                    "format",
                    "%s needs a schema to read with: %s or tarn.schema_registry.url"
                            .formatted(kind, option));
        }
        if (!reads && given) {
            block.problem(option, "is for format = %s, found %s".formatted(kind, format));
        }
        if (given && registry != null) {
            block.problem(option, "expected this or tarn.schema_registry.url, found both");
        }
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

    private static @Nullable Descriptor protobuf(Block block) {
        String text = block.textOrNull("protobuf_schema");
        String name = block.textOrNull("protobuf_message_name");
        if (text == null || name == null) {
            if (text != null || name != null) {
                block.problem(
                        text == null ? "protobuf_schema" : "protobuf_message_name",
                        "missing, the schema and the name of its message are given together");
            }
            return null;
        }
        try {
            FileDescriptor file = ProtoFiles.compile(text, Map.of());
            Descriptor type = type(file.getMessageTypes(), name);
            if (type != null) {
                return type;
            }
            block.problem(
                    "protobuf_message_name",
                    "expected a message of protobuf_schema, one of %s, found %s"
                            .formatted(
                                    file.getMessageTypes().stream()
                                            .map(Descriptor::getFullName)
                                            .toList(),
                                    name));
        } catch (IllegalArgumentException e) {
            block.problem("protobuf_schema", "not a schema of Protocol Buffers, " + e.getMessage());
        }
        return null;
    }

    /// By its full name, or the name without the package.
    private static @Nullable Descriptor type(List<Descriptor> types, String name) {
        for (Descriptor type : types) {
            String full = type.getFullName();
            String bare =
                    full.substring(type.getFile().getPackage().length()).replaceFirst("^\\.", "");
            if (full.equals(name) || bare.equals(name)) {
                return type;
            }
            Descriptor inner = type(type.getNestedTypes(), name);
            if (inner != null) {
                return inner;
            }
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
    Rows avro(org.apache.iceberg.Schema columns, Set<String> required) {
        if (registry != null) {
            return AvroRows.registered(columns, required, id -> avro(registry, id));
        }
        if (avro == null) {
            throw new IllegalStateException("Avro without a schema, which look() refuses");
        }
        return AvroRows.of(columns, required, avro, headed);
    }

    private static Schema avro(SchemaRegistry registry, int id) throws Misfit, IOException {
        SchemaRegistry.Registered found = registry.schema(id, AVRO);
        try {
            // The names a schema uses of others are known to the parser once those are read.
            var parser = new Schema.Parser();
            found.references().values().forEach(parser::parse);
            return parser.parse(found.text());
        } catch (AvroRuntimeException e) {
            throw registry.notOf(AVRO, id, e);
        }
    }

    /// @param required columns in which a null does not fit, besides those of the schema
    Rows protobuf(org.apache.iceberg.Schema columns, Set<String> required) {
        if (registry != null) {
            return ProtobufRows.registered(columns, required, id -> protobuf(registry, id));
        }
        if (protobuf == null) {
            throw new IllegalStateException("Protobuf without a schema, which look() refuses");
        }
        return ProtobufRows.of(columns, required, protobuf, headed);
    }

    private static FileDescriptor protobuf(SchemaRegistry registry, int id)
            throws Misfit, IOException {
        SchemaRegistry.Registered found = registry.schema(id, PROTOBUF);
        try {
            return ProtoFiles.compile(found.text(), found.references());
        } catch (IllegalArgumentException e) {
            throw registry.notOf(PROTOBUF, id, e);
        }
    }
}
