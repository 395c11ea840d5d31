package dev.tarn.pipeline.sink;

import java.util.List;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;

/// What a writer has for the next commit of its table.
///
/// @param deletes of rows, in these files and in those of the table
/// @param replaced deletes of the table that `deletes` contain
/// @param touched data files of the table in which rows are deleted: they must still be there
public record Written(
        List<DataFile> data,
        List<DeleteFile> deletes,
        List<DeleteFile> replaced,
        List<String> touched) {

    public Written {
        data = List.copyOf(data);
        deletes = List.copyOf(deletes);
        replaced = List.copyOf(replaced);
        touched = List.copyOf(touched);
    }

    public static Written of(List<DataFile> data) {
        return new Written(data, List.of(), List.of(), List.of());
    }

    public boolean isEmpty() {
        return data.isEmpty() && deletes.isEmpty();
    }
}
