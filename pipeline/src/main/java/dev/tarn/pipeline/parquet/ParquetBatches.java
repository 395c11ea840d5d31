package dev.tarn.pipeline.parquet;

import dev.tarn.pipeline.row.Batch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.mapping.MappingUtil;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.types.Types;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/// The rows of a Parquet file, in batches, in their order.
public final class ParquetBatches implements AutoCloseable {
    private final ParquetFileReader file;
    private MessageType type;
    private Schema schema;
    private List<ChunkReader> chunks = List.of();
    private long rowsLeftInGroup;
    private long position;
    private long bytes;
    private int group;

    /// Opens a file with all its columns, which are found by name.
    ///
    /// @throws IOException if it cannot be read or is no Parquet file
    public ParquetBatches(org.apache.iceberg.io.InputFile input) throws IOException {
        this.file = open(new Input(input));
        MessageType written = file.getFileMetaData().getSchema();
        this.schema = ParquetSchemaUtil.convert(written);
        this.type = named(written, schema);
    }

    /// Opens a file of a table.
    ///
    /// @param columns which ones to read; found by their ids, or by name in a file that has none
    /// @throws IOException if it cannot be read or is no Parquet file
    public ParquetBatches(org.apache.iceberg.io.InputFile input, Schema columns)
            throws IOException {
        this.file = open(new Input(input));
        MessageType written = file.getFileMetaData().getSchema();
        this.schema = columns;
        this.type = named(written, columns);
        select(columns);
    }

    /// Ids are given by name where there are none, as in a file of another program.
    private static MessageType named(MessageType written, Schema columns) {
        return ParquetSchemaUtil.hasIds(written)
                ? written
                : ParquetSchemaUtil.applyNameMapping(written, MappingUtil.create(columns));
    }

    /// Reads these columns only, before any row was read.
    ///
    /// @param columns by their ids
    public void select(Schema columns) {
        schema = columns;
        type = ParquetSchemaUtil.pruneColumns(type, columns);
        file.setRequestedSchema(type);
    }

    private static ParquetFileReader open(InputFile input) throws IOException {
        return new ParquetFileReader(
                input,
                ParquetReadOptions.builder(new PlainParquetConfiguration())
                        .withCodecFactory(new Codecs(1))
                        .build());
    }

    /// The columns that are read: all of the file as its footer has them, or those asked for.
    public Schema schema() {
        return schema;
    }

    public long rowCount() {
        return file.getRecordCount();
    }

    /// Leaves out rows, whole row groups without reading them.
    public void skip(long count) {
        long left = count;
        while (left > 0 && group < file.getRowGroups().size()) {
            long size = file.getRowGroups().get(group).getRowCount();
            if (left < size) {
                break;
            }
            file.skipNextRowGroup();
            bytes += file.getRowGroups().get(group).getCompressedSize();
            group++;
            left -= size;
            position += size;
        }
        while (left > 0) { // ends: each step leaves fewer, or the file ends
            Batch passed = next((int) Math.min(left, 4_096));
            if (passed == null) {
                return;
            }
            left -= passed.size();
        }
    }

    /// The next rows, or null at the end.
    ///
    /// @param rowsMax more than none
    public @Nullable Batch next(int rowsMax) {
        while (rowsLeftInGroup == 0) {
            if (!openGroup()) {
                return null;
            }
        }
        int count = (int) Math.min(rowsMax, rowsLeftInGroup);
        var batch = new Batch(schema, count);
        for (int i = 0; i < chunks.size(); i++) {
            chunks.get(i).read(batch, i, count);
        }
        for (int i = 0; i < count; i++) {
            batch.endRow();
        }
        rowsLeftInGroup -= count;
        position += count;
        return batch;
    }

    private boolean openGroup() {
        PageReadStore pages;
        try {
            pages = file.readNextRowGroup();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (pages == null) {
            return false;
        }
        List<ChunkReader> opened = new ArrayList<>();
        for (Types.NestedField column : schema.columns()) {
            opened.add(
                    ChunkReader.open(column, type, pages, file.getFileMetaData().getCreatedBy()));
        }
        chunks = opened;
        rowsLeftInGroup = pages.getRowCount();
        bytes += file.getRowGroups().get(group).getCompressedSize();
        group++;
        return true;
    }

    /// Rows read or left out so far.
    public long position() {
        return position;
    }

    /// Bytes of the row groups touched so far.
    public long bytes() {
        return bytes;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private record Input(org.apache.iceberg.io.InputFile file) implements InputFile {
        @Override
        public long getLength() {
            return file.getLength();
        }

        @Override
        public SeekableInputStream newStream() {
            org.apache.iceberg.io.SeekableInputStream stream = file.newStream();
            return new DelegatingSeekableInputStream(stream) {
                @Override
                public long getPos() throws IOException {
                    return stream.getPos();
                }

                @Override
                public void seek(long position) throws IOException {
                    stream.seek(position);
                }
            };
        }

        @Override
        public String toString() {
            return file.location();
        }
    }
}
