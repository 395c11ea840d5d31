package dev.tarn.pipeline.sink;

import dev.tarn.pipeline.parquet.ParquetAppender;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.LongStream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableUtil;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.DeleteWriteResult;
import org.apache.iceberg.io.OutputFileFactory;
import org.jspecify.annotations.Nullable;

/// Rows that an upsert deletes, by the files they lie in, until a commit takes them: as deletion
/// vectors in a table of format version 3, as position delete files in one of version 2.
final class RowDeletions {
    private final Table table;
    private final PositionDeletes positionDeletes;
    private final String name = UUID.randomUUID().toString();
    private final SequencedMap<Place, Positions> deletions = new LinkedHashMap<>();
    private int fileCount;

    RowDeletions(Table table, ParquetAppender.Layout layout) {
        this.table = table;
        this.positionDeletes = new PositionDeletes(table, layout);
    }

    /// Positions of one file, as they come.
    private static final class Positions {
        private long[] values = new long[16];
        private int count;

        void add(long position) {
            if (count == values.length) {
                values = Arrays.copyOf(values, count * 2);
            }
            values[count++] = position;
        }

        long[] sorted() {
            long[] sorted = Arrays.copyOf(values, count);
            Arrays.sort(sorted);
            return sorted;
        }
    }

    void add(Place place, long position) {
        deletions.computeIfAbsent(place, _ -> new Positions()).add(position);
    }

    /// Writes what was deleted since the last call.
    ///
    /// @param data files that go with it
    Written complete(List<DataFile> data) {
        if (deletions.isEmpty()) {
            return Written.of(data);
        }
        List<String> touched =
                deletions.keySet().stream().filter(Place::committed).map(Place::location).toList();
        Written result;
        if (TableUtil.formatVersion(table) >= 3) {
            DeleteWriteResult vectors = vectors();
            result =
                    new Written(
                            data, vectors.deleteFiles(), vectors.rewrittenDeleteFiles(), touched);
        } else {
            result = new Written(data, positionDeletes(), List.of(), touched);
        }
        deletions.clear();
        positionDeletes.handedOver();
        return result;
    }

    private DeleteWriteResult vectors() {
        OutputFileFactory files =
                OutputFileFactory.builderFor(table, fileCount++, 0)
                        .format(FileFormat.PUFFIN)
                        .operationId(name)
                        .build();
        Map<String, Place> byLocation = new LinkedHashMap<>();
        deletions.keySet().forEach(place -> byLocation.put(place.location(), place));
        var vectors = new BaseDVFileWriter(files, location -> previous(byLocation.get(location)));
        deletions.forEach((place, positions) -> {
            for (long position : positions.sorted()) {
                vectors.delete(place.location(), position, place.spec(), place.partition());
            }
        });
        try {
            vectors.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        DeleteWriteResult result = vectors.result();
        for (DeleteFile file : result.deleteFiles()) {
            Place place = byLocation.get(file.referencedDataFile());
            if (place != null) {
                place.vector(file);
            }
        }
        return result;
    }

    @SuppressWarnings("NullAway") // null is Iceberg's word for none
    private PositionDeleteIndex previous(@Nullable Place place) {
        DeleteFile vector = place == null ? null : place.vector();
        return vector == null ? null : Deletions.vector(table, vector);
    }

    private List<DeleteFile> positionDeletes() {
        Map<List<Object>, NavigableMap<String, Place>> groups = new LinkedHashMap<>();
        for (Place place : deletions.keySet()) {
            groups.computeIfAbsent(
                            PositionDeletes.group(place.spec(), place.partition()),
                            g -> new TreeMap<>())
                    .put(place.location(), place);
        }
        List<DeleteFile> files = new ArrayList<>();
        for (NavigableMap<String, Place> group : groups.values()) {
            SequencedMap<String, LongStream> positions = new LinkedHashMap<>();
            group.forEach((location, place) ->
                    positions.put(
                            location,
                            LongStream.of(
                                    deletions.getOrDefault(place, new Positions()).sorted())));
            Place any = group.firstEntry().getValue();
            files.add(positionDeletes.write(any.spec(), any.partition(), positions));
        }
        return files;
    }

    /// Forgets what was deleted since the last [#complete].
    void clear() {
        deletions.clear();
    }

    /// Deletes what was written and not given up.
    void abort() {
        positionDeletes.abort();
    }
}
