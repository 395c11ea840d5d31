package dev.tarn.catalog;

import dev.tarn.storage.ObjectStore;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.SupportsBulkOperations;

/// Iceberg's way to bytes, over an [ObjectStore].
public final class StoreFileIO implements SupportsBulkOperations {
    public StoreFileIO(ObjectStore store) {}

    @Override
    public InputFile newInputFile(String path) { throw new UnsupportedOperationException(); }

    @Override
    public OutputFile newOutputFile(String path) { throw new UnsupportedOperationException(); }

    @Override
    public void deleteFile(String path) { throw new UnsupportedOperationException(); }

    @Override
    public void deleteFiles(Iterable<String> paths) { throw new UnsupportedOperationException(); }
}
