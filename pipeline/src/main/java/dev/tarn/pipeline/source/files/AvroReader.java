package dev.tarn.pipeline.source.files;

import dev.tarn.pipeline.row.AvroFields;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Misfit;
import dev.tarn.pipeline.row.Rejected;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.source.Position;
import dev.tarn.pipeline.source.SplitReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.file.SeekableInput;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.iceberg.Schema;
import org.apache.iceberg.avro.AvroSchemaUtil;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Rows of an Avro data file, columns found by name.
final class AvroReader implements SplitReader {
    private final InputFile file;
    private final Schema schema;
    private final DataFileReader<GenericRecord> records;
    private final AvroFields fields;
    private long rows;

    AvroReader(InputFile file, Schema schema, Set<String> required, Position from)
            throws IOException {
        this.file = file;
        this.schema = schema;
        GenericDatumReader<GenericRecord> datum = new GenericDatumReader<>();
        this.records = open(file, datum);
        try {
            org.apache.avro.Schema written = records.getSchema();
            for (Types.NestedField column : schema.columns()) {
                if (written.getType() != org.apache.avro.Schema.Type.RECORD
                        || written.getField(column.name()) == null) {
                    throw new IOException("it has no column " + column.name());
                }
            }
            this.fields = new AvroFields(schema, required, written);
            datum.setExpected(fields.read());
            // A row is told by its number: those before are read and left.
            for (; rows < from.rows() && records.hasNext(); rows++) {
                records.next();
            }
        } catch (Misfit e) {
            records.close();
            throw new IOException(e.reason(), e);
        } catch (IOException | RuntimeException e) {
            records.close();
            throw e;
        }
    }

    /// The columns of the file's schema, none required: other files of the source may have nulls
    /// there.
    static Schema infer(InputFile file) throws IOException {
        try (DataFileReader<GenericRecord> records = open(file, new GenericDatumReader<>())) {
            if (records.getSchema().getType() != org.apache.avro.Schema.Type.RECORD) {
                throw new IOException(
                        "expected records, found " + records.getSchema().getType().getName());
            }
            return new Schema(
                    AvroSchemaUtil.toIceberg(records.getSchema()).columns().stream()
                            .map(Types.NestedField::asOptional)
                            .toList());
        }
    }

    private static DataFileReader<GenericRecord> open(
            InputFile file, GenericDatumReader<GenericRecord> datum) throws IOException {
        Seekable input;
        try {
            input = new Seekable(file.newStream(), file.getLength());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        try {
            return new DataFileReader<>(input, datum);
        } catch (IOException | RuntimeException e) {
            input.close();
            throw e;
        }
    }

    @Override
    public @Nullable Batch next(int rowsMax, Rejections rejections) throws IOException {
        Batch batch = null;
        for (int taken = 0; taken < rowsMax; taken++) {
            GenericRecord row;
            try {
                if (!records.hasNext()) {
                    break;
                }
                row = records.next();
            } catch (AvroRuntimeException e) {
                throw new IOException(
                        "row %s, %s".formatted(rows + 1, Misfit.shortened("" + e.getMessage())), e);
            }
            rows++;
            batch = batch == null ? new Batch(schema, rowsMax) : batch;
            try {
                fields.add(batch, row);
            } catch (Misfit e) {
                rejections.add(
                        new Rejected(
                                file.location(), rows, e.column(), e.reason(), row.toString()));
            }
        }
        return batch;
    }

    @Override
    public Position position() {
        return new Position(rows, 0, rows);
    }

    @Override
    public long bytesRead() {
        try {
            return records.tell();
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public void close() throws IOException {
        records.close();
    }

    private record Seekable(SeekableInputStream stream, long length) implements SeekableInput {
        @Override
        public void seek(long position) throws IOException {
            stream.seek(position);
        }

        @Override
        public long tell() throws IOException {
            return stream.getPos();
        }

        @Override
        public int read(byte[] into, int offset, int count) throws IOException {
            return stream.read(into, offset, count);
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }
}
