package dev.tarn.app.http.rest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericFileWriterFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.encryption.EncryptedOutputFile;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/// Real rows in Parquet files, and real deletes.
final class WrittenRows {
    static final Schema SCHEMA =
            new Schema(
                    NestedField.required(1, "id", Types.LongType.get()),
                    NestedField.optional(2, "grp", Types.StringType.get()),
                    NestedField.optional(
                            3,
                            "at",
                            Types.StructType.of(
                                    NestedField.optional(4, "city", Types.StringType.get()))));

    private final Table table;

    WrittenRows(Table table) {
        this.table = table;
    }

    /// A file with the rows `first` up to and without `end`, all of one group.
    DataFile write(long first, long end, String group) {
        List<Record> rows = new ArrayList<>();
        for (long id = first; id < end; id++) {
            GenericRecord at = GenericRecord.create(SCHEMA.findType("at").asStructType());
            at.setField("city", "city" + id % 3);
            GenericRecord row = GenericRecord.create(SCHEMA);
            rows.add(row.copy(Map.of("id", id, "grp", group, "at", at)));
        }
        PartitionSpec spec = table.spec();
        PartitionKey key = new PartitionKey(spec, SCHEMA);
        key.partition(rows.getFirst());
        var writer =
                new GenericFileWriterFactory.Builder(table)
                        .dataSchema(SCHEMA)
                        .dataFileFormat(FileFormat.PARQUET)
                        .build()
                        .newDataWriter(file(key), spec, spec.isPartitioned() ? key : null);
        try (writer) {
            rows.forEach(writer::write);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return writer.toDataFile();
    }

    DeleteFile deletePositions(DataFile file, long... positions) {
        var writer =
                new GenericFileWriterFactory.Builder(table)
                        .deleteFileFormat(FileFormat.PARQUET)
                        .build()
                        .newPositionDeleteWriter(file(file), spec(file), partition(file));
        try (writer) {
            for (long position : positions) {
                writer.write(PositionDelete.<Record>create().set(file.location(), position));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return writer.toDeleteFile();
    }

    DeleteFile deleteIds(DataFile like, long... ids) {
        Schema key = SCHEMA.select("id");
        var writer =
                new GenericFileWriterFactory.Builder(table)
                        .deleteFileFormat(FileFormat.PARQUET)
                        .equalityFieldIds(new int[] {1})
                        .equalityDeleteRowSchema(key)
                        .build()
                        .newEqualityDeleteWriter(file(like), spec(like), partition(like));
        try (writer) {
            for (long id : ids) {
                writer.write(GenericRecord.create(key).copy("id", id));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return writer.toDeleteFile();
    }

    /// Deletes one row of each file, by deletion vectors that all lie in one Puffin file.
    List<DeleteFile> deleteByVectors(long position, DataFile... files) {
        var output =
                OutputFileFactory.builderFor(table, 1, System.nanoTime())
                        .format(FileFormat.PUFFIN)
                        .build();
        var writer = new BaseDVFileWriter(output, path -> null);
        try (writer) {
            for (DataFile file : files) {
                writer.delete(file.location(), position, spec(file), partition(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return writer.result().deleteFiles();
    }

    private PartitionSpec spec(DataFile file) {
        return table.specs().get(file.specId());
    }

    private @Nullable StructLike partition(DataFile file) {
        return spec(file).isPartitioned() ? file.partition() : null;
    }

    private EncryptedOutputFile file(PartitionKey key) {
        var files = OutputFileFactory.builderFor(table, 1, System.nanoTime()).build();
        return table.spec().isPartitioned() ? files.newOutputFile(key) : files.newOutputFile();
    }

    private EncryptedOutputFile file(DataFile like) {
        var files = OutputFileFactory.builderFor(table, 1, System.nanoTime()).build();
        return spec(like).isPartitioned()
                ? files.newOutputFile(spec(like), like.partition())
                : files.newOutputFile();
    }

    static List<String> read(IcebergGenerics.ScanBuilder scan) {
        List<String> rows = new ArrayList<>();
        try (var records = scan.build()) {
            records.forEach(row -> rows.add(row.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        rows.sort(null);
        return rows;
    }
}
