package dev.tarn.pipeline.row;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.UninitializedMessageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Reads messages of Protocol Buffers, each alone, into rows: the fields that have the name of a
/// column.
///
/// A message does not say its schema. It is one for all, or the message comes behind the header of
/// a schema registry ([RegistryHeader]) and the place of its type in that schema: how many numbers,
/// and the numbers, each a zigzag varint; a single zero stands for the first type.
public final class ProtobufRows implements Rows {

    /// Schemas that messages were written with.
    public interface Files {

        /// @throws Misfit if there is no such schema
        /// @throws IOException if that cannot be said now
        FileDescriptor file(int id) throws Misfit, IOException;
    }

    /// Types that are kept ready; those of a topic are few.
    private static final int READY_MAX = 1_000;

    private static final int DEPTH_MAX = 100;

    private record Place(int id, List<Integer> path) {
        private static final Place ONLY = new Place(-1, List.of());
    }

    /// A type ready to read.
    ///
    /// @param fields of the columns; null where it has none
    private record Ready(Descriptor type, List<@Nullable FieldDescriptor> fields) {}

    private final Schema schema;
    private final Required required;
    private final boolean headed;

    /// Null if all messages are of one type.
    private final @Nullable Files files;

    private final ProtobufValues values = new ProtobufValues();
    private final Map<Integer, FileDescriptor> known = new HashMap<>();
    private final Map<Place, Ready> ready = new HashMap<>();

    private ProtobufRows(
            Schema schema, Set<String> required, boolean headed, @Nullable Files files) {
        this.schema = schema;
        this.required = new Required(schema, required);
        this.headed = headed;
        this.files = files;
    }

    /// Of messages behind a header, which tells their type.
    ///
    /// @param required columns in which a null does not fit, besides those of the schema
    public static ProtobufRows registered(Schema schema, Set<String> required, Files files) {
        return new ProtobufRows(schema, required, true, files);
    }

    /// Of messages that are all of one type.
    ///
    /// @param headed whether a header stands before each, which is then not looked at
    public static ProtobufRows of(
            Schema schema, Set<String> required, Descriptor only, boolean headed) {
        var rows = new ProtobufRows(schema, required, headed, null);
        rows.ready.put(Place.ONLY, rows.ready(only));
        return rows;
    }

    @Override
    public void read(Batch batch, byte[] bytes, int offset, int length) throws Misfit, IOException {
        int header = 0;
        int id = 0;
        if (headed) {
            id = RegistryHeader.id(bytes, offset, length);
            header = RegistryHeader.BYTES;
        }
        CodedInputStream in = CodedInputStream.newInstance(bytes, offset + header, length - header);
        Ready at = ready(headed ? new Place(id, path(in)) : Place.ONLY);
        DynamicMessage message = message(at.type, in);
        try {
            for (int i = 0; i < at.fields.size(); i++) {
                FieldDescriptor field = at.fields.get(i);
                if (field != null) {
                    batch.set(i, values.value(message, field, schema.columns().get(i).type()));
                }
            }
            required.check(batch);
            batch.endRow();
        } catch (Misfit e) {
            batch.clearRow();
            throw e;
        }
    }

    private static List<Integer> path(CodedInputStream in) throws Misfit {
        try {
            int depth = in.readSInt32();
            if (depth < 0 || depth > DEPTH_MAX) {
                throw new Misfit(
                        null,
                        "expected the place of the message's type behind the id of its schema,"
                                + " found a depth of "
                                + depth);
            }
            List<Integer> path = new ArrayList<>();
            for (int i = 0; i < depth; i++) {
                path.add(in.readSInt32());
            }
            return depth == 0 ? List.of(0) : path;
        } catch (IOException e) {
            throw new Misfit(
                    null,
                    "expected the place of the message's type behind the id of its schema, "
                            + e.getMessage());
        }
    }

    private Ready ready(Place place) throws Misfit, IOException {
        Place key = files == null ? Place.ONLY : place;
        Ready at = ready.get(key);
        if (at == null) {
            if (files == null) {
                throw new IllegalStateException("No type, which of() sets");
            }
            FileDescriptor file = known.get(place.id);
            if (file == null) {
                file = files.file(place.id);
            }
            if (ready.size() >= READY_MAX) {
                ready.clear();
                known.clear();
            }
            known.put(place.id, file);
            at = ready(type(file, place));
            ready.put(key, at);
        }
        return at;
    }

    private static Descriptor type(FileDescriptor file, Place place) throws Misfit {
        List<Descriptor> types = file.getMessageTypes();
        Descriptor type = null;
        for (int index : place.path) {
            if (index < 0 || index >= types.size()) {
                throw new Misfit(
                        null,
                        "schema %s has no type at %s"
                                .formatted(Integer.toUnsignedString(place.id), place.path));
            }
            type = types.get(index);
            types = type.getNestedTypes();
        }
        if (type == null) {
            throw new IllegalStateException("The place of a type is never empty");
        }
        return type;
    }

    private Ready ready(Descriptor type) {
        List<@Nullable FieldDescriptor> fields = new ArrayList<>();
        for (Types.NestedField column : schema.columns()) {
            fields.add(type.findFieldByName(column.name()));
        }
        return new Ready(type, fields);
    }

    private static DynamicMessage message(Descriptor type, CodedInputStream in) throws Misfit {
        try {
            DynamicMessage message = DynamicMessage.newBuilder(type).mergeFrom(in).build();
            // The end of a group that never began is where reading stops, too.
            in.checkLastTagWas(0);
            return message;
        } catch (IOException | UninitializedMessageException e) {
            throw new Misfit(
                    null,
                    "not a message of %s, %s"
                            .formatted(
                                    type.getFullName(),
                                    Misfit.shortened(String.valueOf(e.getMessage()))));
        }
    }
}
