package dev.tarn.pipeline.row;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.jspecify.annotations.Nullable;

/// Reads Avro records, each alone, into rows: the fields that have the name of a column.
///
/// A record does not say its schema. It is one for all, or the record comes behind a header of five
/// bytes, a zero and the id of its schema in a schema registry (big-endian).
public final class AvroRows implements Rows {

    /// Schemas that records were written with.
    public interface Schemas {

        /// @throws Misfit if there is no such schema
        /// @throws IOException if that cannot be said now
        Schema schema(int id) throws Misfit, IOException;
    }

    private static final int ID_OF_THE_ONLY = -1;

    /// Schemas that are kept ready; the schemas of a topic are few.
    private static final int READY_MAX = 1_000;

    /// A schema ready to read with.
    private record Ready(GenericDatumReader<GenericRecord> reader, AvroFields fields) {}

    private final org.apache.iceberg.Schema schema;
    private final Set<String> required;
    private final Schemas schemas;
    private final boolean headed;
    private final boolean asks;
    private final Map<Integer, Ready> ready = new HashMap<>();
    private @Nullable BinaryDecoder decoder;

    private AvroRows(
            org.apache.iceberg.Schema schema,
            Set<String> required,
            Schemas schemas,
            boolean headed,
            boolean asks) {
        this.schema = schema;
        this.required = Set.copyOf(required);
        this.schemas = schemas;
        this.headed = headed;
        this.asks = asks;
    }

    /// Of records behind a header, which tells their schema.
    ///
    /// @param required columns in which a null does not fit, besides those of the schema
    public static AvroRows registered(
            org.apache.iceberg.Schema schema, Set<String> required, Schemas schemas) {
        return new AvroRows(schema, required, schemas, true, true);
    }

    /// Of records that are all of one schema.
    ///
    /// @param headed whether a header stands before each, which is then not looked at
    public static AvroRows of(
            org.apache.iceberg.Schema schema, Set<String> required, Schema only, boolean headed) {
        return new AvroRows(schema, required, id -> only, headed, false);
    }

    @Override
    public void read(Batch batch, byte[] bytes, int offset, int length) throws Misfit, IOException {
        int id = id(bytes, offset, length);
        Ready at = ready.get(id);
        if (at == null) {
            at = ready(schemas.schema(id));
            if (ready.size() >= READY_MAX) {
                ready.clear();
            }
            ready.put(id, at);
        }
        int header = headed ? RegistryHeader.BYTES : 0;
        at.fields.add(batch, record(at, bytes, offset + header, length - header));
    }

    private int id(byte[] bytes, int offset, int length) throws Misfit {
        if (!headed) {
            return ID_OF_THE_ONLY;
        }
        int id = RegistryHeader.id(bytes, offset, length);
        return asks ? id : ID_OF_THE_ONLY;
    }

    private Ready ready(Schema written) throws Misfit {
        var fields = new AvroFields(schema, required, written);
        return new Ready(new GenericDatumReader<>(written, fields.read()), fields);
    }

    private GenericRecord record(Ready at, byte[] bytes, int offset, int length) throws Misfit {
        try {
            BinaryDecoder from = DecoderFactory.get().binaryDecoder(bytes, offset, length, decoder);
            decoder = from;
            GenericRecord record = at.reader.read(null, from);
            if (!from.isEnd()) {
                throw new Misfit(null, "expected one record, found bytes behind it");
            }
            return record;
        } catch (IOException | RuntimeException e) {
            // Bytes of another schema make Avro fail in any way, also by an index out of bounds.
            throw new Misfit(
                    null,
                    "not a record of its schema, "
                            + Misfit.shortened(String.valueOf(e.getMessage())));
        }
    }
}
