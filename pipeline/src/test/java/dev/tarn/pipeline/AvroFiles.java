package dev.tarn.pipeline;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;

/// Avro data files for tests.
final class AvroFiles {
    private static final String SCHEMA =
            """
            { "type": "record", "name": "Row", "fields": [
              { "name": "id", "type": ["null", "long"] }, { "name": "name", "type": %s } ] }
            """;
    private static final int BLOCK_BYTES = 1_000;

    private AvroFiles() {}

    static byte[] ids(long from, long to) throws IOException {
        return ids(from, to, -1);
    }

    /// Rows `(id, "n" + id)`, in many blocks.
    ///
    /// @param odd before which id a row comes whose name is a number
    static byte[] ids(long from, long to, long odd) throws IOException {
        String name = odd < 0 ? "\"string\"" : "[\"string\", \"int\"]";
        Schema schema = new Schema.Parser().parse(SCHEMA.formatted(name));
        var bytes = new ByteArrayOutputStream();
        try (var writer = new DataFileWriter<GenericRecord>(new GenericDatumWriter<>(schema))) {
            writer.setCodec(CodecFactory.deflateCodec(1)).setSyncInterval(BLOCK_BYTES);
            writer.create(schema, bytes);
            for (long id = from; id < to; id++) {
                if (id == odd) {
                    writer.append(row(schema, -1, 7));
                }
                writer.append(row(schema, id, "n" + id));
            }
        }
        return bytes.toByteArray();
    }

    private static GenericRecord row(Schema schema, long id, Object name) {
        GenericRecord row = new GenericData.Record(schema);
        row.put("id", id);
        row.put("name", name);
        return row;
    }
}
