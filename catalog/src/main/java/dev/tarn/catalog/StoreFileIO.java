package dev.tarn.catalog;

import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectInfo;
import dev.tarn.storage.ObjectNotFoundException;
import dev.tarn.storage.ObjectStore;
import dev.tarn.storage.PreconditionFailedException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.DelegateFileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;

/// Iceberg's way to bytes, over an [ObjectStore]. Lives in this process only: it cannot be
/// serialized.
public final class StoreFileIO implements DelegateFileIO {
    private static final int DELETE_BATCH = 1000;

    private final transient ObjectStore store;

    public StoreFileIO(ObjectStore store) {
        this.store = store;
    }

    /// The object a path names. A plain absolute path, as some writers leave in manifests, is a
    /// local file.
    public static Location location(String path) {
        return Location.of(path.startsWith("/") ? "file://" + path : path);
    }

    @Override
    public InputFile newInputFile(String path) {
        return new StoreInputFile(store, path);
    }

    @Override
    public OutputFile newOutputFile(String path) {
        return new StoreOutputFile(store, path);
    }

    @Override
    public void deleteFile(String path) {
        store.delete(location(path));
    }

    @Override
    public void deleteFiles(Iterable<String> paths) {
        List<Location> batch = new ArrayList<>();
        for (String path : paths) {
            batch.add(location(path));
            if (batch.size() == DELETE_BATCH) {
                store.deleteAll(batch);
                batch.clear();
            }
        }
        if (!batch.isEmpty()) {
            store.deleteAll(batch);
        }
    }

    @Override
    public Iterable<FileInfo> listPrefix(String prefix) {
        try (Stream<ObjectInfo> objects = store.list(location(prefix))) {
            return objects.map(o ->
                            new FileInfo(
                                    o.location().toString(), o.size(), o.modified().toEpochMilli()))
                    .toList();
        }
    }

    @Override
    public void deletePrefix(String prefix) {
        List<String> paths = new ArrayList<>();
        listPrefix(prefix).forEach(file -> paths.add(file.location()));
        deleteFiles(paths);
    }

    private record StoreInputFile(ObjectStore store, String location) implements InputFile {

        @Override
        public long getLength() {
            return store.find(StoreFileIO.location(location)).orElseThrow(this::missing).size();
        }

        @Override
        public SeekableInputStream newStream() {
            try {
                return new ObjectInputStream(store.open(StoreFileIO.location(location)));
            } catch (ObjectNotFoundException e) {
                throw missing();
            }
        }

        @Override
        public boolean exists() {
            return store.find(StoreFileIO.location(location)).isPresent();
        }

        private NotFoundException missing() {
            return new NotFoundException("File does not exist: %s", location);
        }
    }

    private record StoreOutputFile(ObjectStore store, String location) implements OutputFile {

        @Override
        public PositionOutputStream create() {
            if (store.find(StoreFileIO.location(location)).isPresent()) {
                throw new AlreadyExistsException("File already exists: %s", location);
            }
            try {
                return open(Condition.ABSENT);
            } catch (PreconditionFailedException e) {
                throw new AlreadyExistsException(e, "File already exists: %s", location);
            }
        }

        @Override
        public PositionOutputStream createOrOverwrite() {
            return open(Condition.NONE);
        }

        private PositionOutputStream open(Condition condition) {
            return new ObjectOutputStream(store.create(StoreFileIO.location(location), condition));
        }

        @Override
        public InputFile toInputFile() {
            return new StoreInputFile(store, location);
        }
    }
}
