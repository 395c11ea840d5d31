package dev.tarn.pipeline.parquet;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.mapping.MappingUtil;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.parquet.ParquetValueReader;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/// The rows of a Parquet file.
public final class ParquetRows implements AutoCloseable {
    private final ParquetFileReader file;
    private final MessageType type;
    private final Schema schema;
    private @Nullable ParquetValueReader<Record> rows;
    private long rowsLeftInGroup;
    private long position;
    private long bytes;
    private int group;

    /// Opens a file with all its columns, which are found by name.
    ///
    /// @throws IOException if it cannot be read or is no Parquet file
    public ParquetRows(org.apache.iceberg.io.InputFile input) throws IOException {
        this.file = open(new Input(input));
        MessageType written = file.getFileMetaData().getSchema();
        this.schema = ParquetSchemaUtil.convert(written);
        // Ids are given by name, because a file of another program has none.
        this.type =
                ParquetSchemaUtil.hasIds(written)
                        ? written
                        : ParquetSchemaUtil.applyNameMapping(written, MappingUtil.create(schema));
    }

    /// Opens a file of a table.
    ///
    /// @param columns which ones to read; found by their ids, or by name in a file that has none
    /// @throws IOException if it cannot be read or is no Parquet file
    public ParquetRows(org.apache.iceberg.io.InputFile input, Schema columns) throws IOException {
        this.file = open(new Input(input));
        MessageType written = file.getFileMetaData().getSchema();
        MessageType named =
                ParquetSchemaUtil.hasIds(written)
                        ? written
                        : ParquetSchemaUtil.applyNameMapping(written, MappingUtil.create(columns));
        this.schema = columns;
        this.type = ParquetSchemaUtil.pruneColumns(named, columns);
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
        for (; left > 0; left--) {
            next();
        }
    }

    /// The next row, or null at the end. The record is the reader's own until the next call.
    public @Nullable Record next() {
        while (rowsLeftInGroup == 0) {
            try {
                PageReadStore pages = file.readNextRowGroup();
                if (pages == null) {
                    return null;
                }
                ParquetValueReader<Record> reader = GenericParquetReaders.buildReader(schema, type);
                reader.setPageSource(pages);
                rows = reader;
                rowsLeftInGroup = pages.getRowCount();
                bytes += file.getRowGroups().get(group).getCompressedSize();
                group++;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        ParquetValueReader<Record> reader = rows;
        if (reader == null) {
            throw new IllegalStateException("A row group has rows but no reader");
        }
        rowsLeftInGroup--;
        position++;
        return reader.read(null);
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
