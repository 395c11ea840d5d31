package dev.tarn.catalog.planning;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tarn.catalog.StoreFileIO;
import dev.tarn.storage.ObjectNotFoundException;
import dev.tarn.storage.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.inmemory.InMemoryInputFile;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.SeekableInputStream;
import org.jspecify.annotations.Nullable;

/// Manifests and manifest lists: each is read whole, with one call, and kept while there is room,
/// since it never changes. Lives in this process only.
final class ManifestIO implements FileIO {
    /// In the whole process.
    private static final int READS_MAX = 16;

    private static final int ENTRY_OVERHEAD_BYTES = 256;

    /// Of one plan.
    private static final long AHEAD_BYTES_MAX = 32 << 20;

    /// A larger manifest is read piece by piece.
    private static final long WHOLE_BYTES_MAX = 16 << 20;

    private final transient ObjectStore store;
    private final transient StoreFileIO pieces;
    private final transient Cache<String, byte[]> cache;
    private final transient Semaphore reads = new Semaphore(READS_MAX);

    ManifestIO(ObjectStore store, long cacheBytes) {
        this.store = store;
        this.pieces = new StoreFileIO(store);
        this.cache =
                Caffeine.newBuilder()
                        .maximumWeight(cacheBytes)
                        .weigher((String path, byte[] bytes) -> bytes.length + ENTRY_OVERHEAD_BYTES)
                        .executor(Runnable::run)
                        .build();
    }

    @Override
    public InputFile newInputFile(String path) {
        return new Whole(path);
    }

    @Override
    public InputFile newInputFile(String path, long length) {
        return length > WHOLE_BYTES_MAX ? pieces.newInputFile(path) : new Whole(path);
    }

    /// The same for one plan, of whose manifests many are read at the same time, before they are
    /// asked for: first those with deletes, as far as there is memory for them.
    FileIO ahead(ScanManifests manifests, ExecutorService readers) {
        Map<String, Whole> ahead = new ConcurrentHashMap<>();
        long room = AHEAD_BYTES_MAX;
        List<ManifestFile> wanted = new ArrayList<>(manifests.deletes());
        wanted.addAll(manifests.data());
        for (ManifestFile manifest : wanted) {
            room -= manifest.length();
            if (room < 0) {
                break;
            }
            Whole file = ahead.computeIfAbsent(manifest.path(), Whole::new);
            // Whoever asks for a manifest that cannot be read is told so then.
            var _ = readers.submit(file::bytes);
        }
        return new Ahead(ahead);
    }

    private byte[] read(String path) {
        reads.acquireUninterruptibly();
        try {
            return store.read(StoreFileIO.location(path));
        } catch (ObjectNotFoundException e) {
            throw new NotFoundException(e, "File does not exist: %s", path);
        } finally {
            reads.release();
        }
    }

    @Override
    public OutputFile newOutputFile(String path) {
        throw new UnsupportedOperationException("Planning writes nothing: " + path);
    }

    @Override
    public void deleteFile(String path) {
        throw new UnsupportedOperationException("Planning deletes nothing: " + path);
    }

    private final class Ahead implements FileIO {
        private final transient Map<String, Whole> files;

        Ahead(Map<String, Whole> files) {
            this.files = files;
        }

        @Override
        public InputFile newInputFile(String path) {
            InputFile file = files.remove(path);
            return file == null ? ManifestIO.this.newInputFile(path) : file;
        }

        @Override
        public InputFile newInputFile(String path, long length) {
            InputFile file = files.remove(path);
            return file == null ? ManifestIO.this.newInputFile(path, length) : file;
        }

        @Override
        public OutputFile newOutputFile(String path) {
            return ManifestIO.this.newOutputFile(path);
        }

        @Override
        public void deleteFile(String path) {
            ManifestIO.this.deleteFile(path);
        }
    }

    private final class Whole implements InputFile {
        private final String path;
        private byte @Nullable [] bytes;

        Whole(String path) {
            this.path = path;
        }

        /// Kept here too: the cache may have no room.
        private synchronized byte[] bytes() {
            if (bytes == null) {
                bytes = cache.get(path, ManifestIO.this::read);
            }
            return bytes;
        }

        @Override
        public long getLength() {
            return bytes().length;
        }

        @Override
        public SeekableInputStream newStream() {
            return new InMemoryInputFile(path, bytes()).newStream();
        }

        @Override
        public String location() {
            return path;
        }

        @Override
        public boolean exists() {
            return pieces.newInputFile(path).exists();
        }
    }
}
