package dev.tarn.pipeline.row;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.squareup.wire.schema.CoreLoader;
import com.squareup.wire.schema.ErrorCollector;
import com.squareup.wire.schema.Linker;
import com.squareup.wire.schema.Loader;
import com.squareup.wire.schema.Location;
import com.squareup.wire.schema.ProtoFile;
import com.squareup.wire.schema.Schema;
import com.squareup.wire.schema.SchemaException;
import com.squareup.wire.schema.internal.SchemaEncoder;
import com.squareup.wire.schema.internal.parser.ProtoParser;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Compiles the text of Protocol Buffers' schemas (`proto2`, `proto3`). What Google's own files of
/// `google/protobuf/` say is known.
public final class ProtoFiles implements Loader {
    private static final String MAIN = "schema.proto";

    private final Map<String, String> texts;

    private ProtoFiles(Map<String, String> texts) {
        this.texts = texts;
    }

    /// @param imports text by the name that it is imported by
    /// @throws IllegalArgumentException if that is no schema, with the place and the reason
    public static FileDescriptor compile(String text, Map<String, String> imports) {
        Map<String, String> texts = new HashMap<>(imports);
        texts.put(MAIN, text);
        var files = new ProtoFiles(texts);
        try {
            List<ProtoFile> all = texts.keySet().stream().map(files::load).toList();
            Schema schema = new Linker(files, new ErrorCollector(), true, true).link(all);
            return descriptor(schema, MAIN, new HashMap<>());
        } catch (SchemaException | IllegalStateException e) {
            // What the parser throws where it reads on, and where names are looked up.
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (DescriptorValidationException | InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static FileDescriptor descriptor(
            Schema schema, String path, Map<String, FileDescriptor> made)
            throws DescriptorValidationException, InvalidProtocolBufferException {
        FileDescriptor known = made.get(path);
        if (known != null) {
            return known;
        }
        ProtoFile file = schema.protoFile(path);
        if (file == null) {
            throw new IllegalArgumentException("%s is imported and not there".formatted(path));
        }
        var proto =
                FileDescriptorProto.parseFrom(new SchemaEncoder(schema).encode(file).toByteArray());
        List<FileDescriptor> imports = new ArrayList<>();
        for (String name : proto.getDependencyList()) {
            imports.add(descriptor(schema, name, made));
        }
        FileDescriptor descriptor =
                FileDescriptor.buildFrom(proto, imports.toArray(FileDescriptor[]::new));
        made.put(path, descriptor);
        return descriptor;
    }

    @Override
    public ProtoFile load(String path) {
        String text = texts.get(path);
        if (text == null) {
            try {
                return CoreLoader.INSTANCE.load(path);
            } catch (IllegalStateException e) {
                throw new IllegalArgumentException(
                        "%s is imported and not there".formatted(path), e);
            }
        }
        return ProtoFile.Companion.get(ProtoParser.Companion.parse(Location.get(path), text));
    }

    @Override
    public Loader withErrors(ErrorCollector errors) {
        return this;
    }
}
