package dev.tarn.pipeline.parquet;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Vector;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.FieldMetrics;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type.Repetition;
import org.jspecify.annotations.Nullable;

/// A column without lists, maps or structs: its pages are encoded here, a page at a time, from
/// arrays of primitives.
///
/// Pages are compressed when they are full and kept until the row group ends, because the
/// dictionary, which stands before them, is known only then.
final class FlatChunk implements Chunk {
    private static final int PAGE_ROWS_MAX = 20_000;
    private static final int PAGE_BYTES_MAX = 1 << 20;

    private final ColumnDescriptor column;
    private final PrimitiveType type;
    private final boolean optional;
    private final PageValues values;
    private final PageCompressor compressor;
    private final PageBuffer buffer;

    private final List<Page> pages = new ArrayList<>();
    private long pageBytes;
    private byte[] present = new byte[64];
    private int rows;
    private int nulls;
    private int[] picked = new int[0];
    private long chunkRows;
    private long allNulls;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Page(
            byte[] bytes, int plainSize, int rows, Statistics<?> statistics, Encoding encoding) {}

    /// @param buffer shared by the columns of a file: one page is encoded at a time
    FlatChunk(ColumnDescriptor column, PageCompressor compressor, PageBuffer buffer) {
        this.column = column;
        this.type = column.getPrimitiveType();
        this.optional = type.getRepetition() == Repetition.OPTIONAL;
        this.compressor = compressor;
        this.buffer = buffer;
        this.values =
                switch (type.getPrimitiveTypeName()) {
                    case BINARY, FIXED_LEN_BYTE_ARRAY -> new BytesValues(type);
                    case INT96 ->
                            throw new IllegalStateException("Iceberg has no type that is INT96");
                    default -> new NumberValues(type.getPrimitiveTypeName());
                };
    }

    @Override
    public void append(Batch batch, int source, int @Nullable [] selected, int count) {
        Vector vector = source < 0 ? null : batch.vector(source);
        int at = 0;
        while (at < count) {
            int part = Math.min(count - at, PAGE_ROWS_MAX - rows);
            if (vector == null) {
                appendNulls(part);
            } else {
                appendPart(vector, selected, at, part);
            }
            at += part;
            if (rows == PAGE_ROWS_MAX || values.plainBytes() >= PAGE_BYTES_MAX) {
                endPage();
            }
        }
    }

    private void appendNulls(int part) {
        requireOptional();
        reservePresent(part);
        rows += part;
        nulls += part;
    }

    private void appendPart(Vector vector, int @Nullable [] selected, int from, int part) {
        if (picked.length < part) {
            picked = new int[part];
        }
        reservePresent(part);
        int there = 0;
        for (int i = 0; i < part; i++) {
            int row = selected == null ? from + i : selected[from + i];
            if (!vector.isNull(row)) {
                picked[there++] = row;
                int at = rows + i;
                present[at >>> 3] |= (byte) (1 << (at & 7));
            }
        }
        values.append(vector, picked, there);
        rows += part;
        nulls += part - there;
        if (there < part) {
            requireOptional();
        }
    }

    private void requireOptional() {
        if (!optional) {
            throw new IllegalStateException(
                    "Column %s is required, found null"
                            .formatted(String.join(".", column.getPath())));
        }
    }

    private void reservePresent(int more) {
        int needed = (rows + more + 7) >>> 3;
        if (present.length < needed) {
            present = Arrays.copyOf(present, Math.max(needed, present.length * 2));
        }
    }

    private void endPage() {
        if (rows == 0) {
            return;
        }
        Statistics<?> statistics = Statistics.createStats(type);
        statistics.incrementNumNulls(nulls);
        values.describe(statistics);
        buffer.clear();
        if (optional) {
            writeLevels();
        }
        Encoding encoding = values.write(buffer);
        byte[] bytes = compressor.compress(buffer.array(), buffer.size());
        pages.add(new Page(bytes, buffer.size(), rows, statistics, encoding));
        pageBytes += bytes.length;
        chunkRows += rows;
        allNulls += nulls;
        Arrays.fill(present, 0, (rows + 7) >>> 3, (byte) 0);
        rows = 0;
        nulls = 0;
    }

    /// Which values are there, one bit each, behind the length of these bits.
    private void writeLevels() {
        buffer.addInt(0);
        if (nulls == 0 || nulls == rows) {
            Hybrid.writeRun(nulls == 0 ? 1 : 0, rows, 1, buffer);
        } else {
            int groups = (rows + 7) >>> 3;
            buffer.addVarInt((groups << 1) | 1);
            buffer.add(present, 0, groups);
        }
        buffer.setInt(0, buffer.size() - Integer.BYTES);
    }

    @Override
    public long memory() {
        return pageBytes + values.memory() + present.length;
    }

    @Override
    public long size() {
        return pageBytes + values.plainBytes();
    }

    @Override
    public void flush(ParquetFileWriter file) throws IOException {
        endPage();
        file.startColumn(column, chunkRows, compressor.codec());
        buffer.clear();
        int words = values.writeWords(buffer);
        if (words > 0) {
            byte[] bytes = compressor.compress(buffer.array(), buffer.size());
            file.writeDictionaryPage(
                    new DictionaryPage(
                            BytesInput.from(bytes), buffer.size(), words, Encoding.PLAIN));
        }
        for (Page page : pages) {
            file.writeDataPage(
                    page.rows(),
                    page.plainSize(),
                    BytesInput.from(page.bytes()),
                    page.statistics(),
                    page.rows(),
                    Encoding.RLE,
                    Encoding.RLE,
                    page.encoding());
        }
        file.endColumn();
        pages.clear();
        pageBytes = 0;
        chunkRows = 0;
    }

    @Override
    public Stream<FieldMetrics<?>> metrics() {
        return values.metrics(type.getId().intValue(), allNulls).stream();
    }

    @Override
    public void close() {}
}
