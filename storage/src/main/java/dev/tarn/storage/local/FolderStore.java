package dev.tarn.storage.local;

import dev.tarn.storage.BucketNotFoundException;
import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectInfo;
import dev.tarn.storage.ObjectNotFoundException;
import dev.tarn.storage.ObjectReader;
import dev.tarn.storage.ObjectStore;
import dev.tarn.storage.ObjectWriter;
import dev.tarn.storage.PreconditionFailedException;
import dev.tarn.storage.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Buckets and objects in a folder of this machine. The S3 endpoint serves it to other processes;
/// in this one it is used directly. One process at a time owns the folder.
public final class FolderStore implements ObjectStore {
    private static final Logger LOG = LoggerFactory.getLogger(FolderStore.class);
    private static final SequencedMap<String, String> NOTHING = new LinkedHashMap<>();
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final int LOCKS = 1024;
    private static final int ATTEMPTS_MAX = 8;

    private final Folder folder;
    private final InstantSource clock;
    private final List<Lock> locks;
    private final Uploads uploads;

    private FolderStore(Folder folder, InstantSource clock) {
        this.folder = folder;
        this.clock = clock;
        this.uploads = new Uploads(this, clock);
        this.locks = IntStream.range(0, LOCKS).<Lock>mapToObj(i -> new ReentrantLock()).toList();
    }

    /// Opens or makes the folder; what an earlier process left unfinished goes.
    ///
    /// @throws StorageException if another process has it open
    public static FolderStore open(Path root) {
        return open(root, true, InstantSource.system());
    }

    /// @param fsync false gives up the promise that a finished write survives a power cut
    public static FolderStore open(Path root, boolean fsync, InstantSource clock) {
        return new FolderStore(Folder.open(root, fsync), clock);
    }

    // Buckets

    public record Bucket(String name, Instant created) {}

    /// @return false if there was one
    public boolean createBucket(String name) {
        if (!BUCKET.matcher(name).matches()) {
            throw new InvalidKeyException(
                    "Bucket name must be 3 to 63 of a-z, 0-9, '.' and '-', found: " + name);
        }
        try {
            folder.makeBucket(name);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            throw new StorageException("Bucket cannot be made: " + name, e);
        }
    }

    public boolean hasBucket(String name) {
        return BUCKET.matcher(name).matches() && Files.isDirectory(folder.bucket(name));
    }

    public List<Bucket> buckets() {
        var buckets = new ArrayList<Bucket>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder.root())) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (hasBucket(name)) {
                    buckets.add(new Bucket(name, Files.getLastModifiedTime(file).toInstant()));
                }
            }
        } catch (IOException e) {
            throw new StorageException("Buckets cannot be listed: " + folder.root(), e);
        }
        buckets.sort(Comparator.comparing(Bucket::name));
        return buckets;
    }

    /// @return false if it has objects
    public boolean deleteBucket(String name) {
        requireBucket(name);
        try {
            return folder.removeBucket(name);
        } catch (IOException e) {
            throw new StorageException("Bucket cannot be removed: " + name, e);
        }
    }

    private void requireBucket(String name) {
        if (!hasBucket(name)) {
            throw new BucketNotFoundException(name);
        }
    }

    // Objects by bucket and key, as the endpoint uses them

    public Optional<StoredObject> stat(String bucket, String key) {
        Optional<OpenObject> open = openObject(bucket, key);
        open.ifPresent(OpenObject::close);
        return open.map(OpenObject::object);
    }

    public Optional<OpenObject> openObject(String bucket, String key) {
        requireBucket(bucket);
        return openFile(bucket, key, folder.file(bucket, key));
    }

    private Optional<OpenObject> openFile(String bucket, String key, Path file) {
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            try {
                Footer.Content content = Footer.read(channel);
                var object = new StoredObject(bucket, key, content.size(), content.attributes());
                return Optional.of(new OpenObject(object, channel));
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new StorageException("Object cannot be read: %s/%s".formatted(bucket, key), e);
        }
    }

    /// Begins an object.
    ///
    /// @param md5 whether the entity tag must be the MD5 of the bytes
    public StagedObject stage(boolean md5) {
        return new StagedObject(folder.newTemporary(), md5);
    }

    /// Makes the staged bytes the object of this name, in one step and for good.
    ///
    /// @throws PreconditionFailedException if the condition does not hold; nothing changed
    public StoredObject commit(
            StagedObject staged,
            String bucket,
            String key,
            Condition condition,
            SequencedMap<String, String> headers,
            SequencedMap<String, String> tags) {
        return commit(
                staged,
                bucket,
                key,
                condition,
                new Attributes(staged.etag(), now(), headers, tags));
    }

    StoredObject commit(
            StagedObject staged,
            String bucket,
            String key,
            Condition condition,
            Attributes attributes) {
        requireBucket(bucket);
        Path file = folder.file(bucket, key);
        try (staged) {
            staged.finish(folder, attributes);
            Lock lock = lockOf(file);
            lock.lock();
            try {
                check(bucket, key, condition);
                staged.moveTo(folder, file);
            } finally {
                lock.unlock();
            }
            folder.syncEntry(file);
            return new StoredObject(bucket, key, staged.size(), attributes);
        } catch (IOException e) {
            throw new StorageException("Object cannot be written: %s/%s".formatted(bucket, key), e);
        }
    }

    /// Fails early where a write cannot win; [#commit] decides.
    public void check(String bucket, String key, Condition condition) {
        requireBucket(bucket);
        boolean holds =
                switch (condition) {
                    case Condition.None() -> true;
                    // Asked of every commit, so without the exception that opening nothing throws.
                    case Condition.Absent() -> !Files.exists(folder.file(bucket, key));
                    case Condition.Matches(String etag) ->
                            stat(bucket, key).filter(o -> o.etag().equals(etag)).isPresent();
                };
        if (!holds) {
            throw new PreconditionFailedException(new Location("s3", bucket, key), condition);
        }
    }

    /// Replaces the tags and nothing else.
    ///
    /// @return false if there is no such object
    public boolean tag(String bucket, String key, SequencedMap<String, String> tags) {
        for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
            Optional<OpenObject> found = openObject(bucket, key);
            if (found.isEmpty()) {
                return false;
            }
            try (OpenObject object = found.get();
                    StagedObject copy = stage(false)) {
                object.copyTo(copy, 0, object.size());
                Attributes attributes = object.object().attributes().withTags(tags);
                commit(copy, bucket, key, new Condition.Matches(attributes.etag()), attributes);
                return true;
            } catch (PreconditionFailedException e) {
                LOG.debug(
                        "tag bucket={} key={} attempt={} lost to another version",
                        bucket,
                        key,
                        attempt);
            }
        }
        throw new StorageException(
                "Tags cannot be set, the object changed %s times meanwhile: %s/%s"
                        .formatted(ATTEMPTS_MAX, bucket, key));
    }

    /// @throws PreconditionFailedException if the condition does not hold
    public void delete(String bucket, String key, Condition condition) {
        requireBucket(bucket);
        Path file = folder.file(bucket, key);
        try {
            boolean deleted;
            Lock lock = lockOf(file);
            lock.lock();
            try {
                check(bucket, key, condition);
                deleted = Files.deleteIfExists(file);
            } finally {
                lock.unlock();
            }
            if (deleted) {
                folder.syncEntry(file);
                folder.prune(file);
            }
        } catch (IOException e) {
            throw new StorageException("Object cannot be deleted: %s/%s".formatted(bucket, key), e);
        }
    }

    /// Objects that are sent in parts.
    public Uploads uploads() {
        return uploads;
    }

    /// Walks the keys that start with `prefix`, from `from` on: see [KeyCursor#behind].
    public KeyCursor cursor(String bucket, String prefix, byte[] from) {
        requireBucket(bucket);
        try {
            return new KeyCursor(folder.bucket(bucket), prefix, from);
        } catch (IOException e) {
            throw new StorageException(
                    "Objects cannot be listed: %s/%s".formatted(bucket, prefix), e);
        }
    }

    /// What the cursor found, unless it is deleted meanwhile.
    public Optional<StoredObject> stat(String bucket, KeyCursor.Found found) {
        Optional<OpenObject> open = openFile(bucket, found.key(), found.file());
        open.ifPresent(OpenObject::close);
        return open.map(OpenObject::object);
    }

    private Lock lockOf(Path file) {
        return locks.get(Math.floorMod(file.hashCode(), LOCKS));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    // Objects by location

    @Override
    public Optional<ObjectInfo> find(Location location) {
        return stat(location.bucket(), location.key()).map(object -> info(location, object));
    }

    @Override
    public byte[] read(Location location) {
        try (ObjectReader object = open(location)) {
            byte[] bytes = new byte[Math.toIntExact(object.size())];
            object.read(0, bytes, 0, bytes.length);
            return bytes;
        }
    }

    @Override
    public ObjectReader open(Location location) {
        return openObject(location.bucket(), location.key())
                .orElseThrow(() -> new ObjectNotFoundException(location));
    }

    @Override
    public ObjectInfo write(Location location, byte[] content, Condition condition) {
        try (StagedObject staged = stage(false)) {
            staged.write(content, 0, content.length);
            return info(location, commit(staged, location, condition));
        } catch (IOException e) {
            throw new StorageException("Object cannot be written: " + location, e);
        }
    }

    @Override
    public ObjectWriter create(Location location, Condition condition) {
        check(location.bucket(), location.key(), condition);
        StagedObject staged = stage(false);
        return new StagedWriter(
                location,
                new StagedWriter.Pending() {
                    @Override
                    public void write(byte[] bytes, int offset, int length) throws IOException {
                        staged.write(bytes, offset, length);
                    }

                    @Override
                    public void commit() {
                        FolderStore.this.commit(staged, location, condition);
                    }

                    @Override
                    public void close() {
                        staged.close();
                    }
                });
    }

    private StoredObject commit(StagedObject staged, Location location, Condition condition) {
        return commit(staged, location.bucket(), location.key(), condition, NOTHING, NOTHING);
    }

    @Override
    public void delete(Location location) {
        delete(location.bucket(), location.key(), Condition.NONE);
    }

    @Override
    public void deleteAll(Collection<Location> locations) {
        locations.forEach(this::delete);
    }

    @Override
    public Stream<ObjectInfo> list(Location prefix) {
        KeyCursor cursor = cursor(prefix.bucket(), prefix.key(), KeyCursor.behind(""));
        return StreamSupport.stream(
                new Spliterators.AbstractSpliterator<ObjectInfo>(
                        Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL) {
                    @Override
                    public boolean tryAdvance(Consumer<? super ObjectInfo> action) {
                        Optional<StoredObject> next = next(cursor, prefix.bucket());
                        next.ifPresent(object ->
                                action.accept(
                                        info(
                                                new Location(
                                                        prefix.scheme(),
                                                        prefix.bucket(),
                                                        object.key()),
                                                object)));
                        return next.isPresent();
                    }
                },
                false);
    }

    /// The next object of a walk; empty behind the last.
    public Optional<StoredObject> next(KeyCursor cursor, String bucket) {
        try {
            for (KeyCursor.Found found = cursor.next(); found != null; found = cursor.next()) {
                Optional<StoredObject> object = stat(bucket, found);
                if (object.isPresent()) {
                    return object;
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new StorageException("Objects cannot be listed: " + bucket, e);
        }
    }

    private static ObjectInfo info(Location location, StoredObject object) {
        return new ObjectInfo(location, object.size(), object.etag(), object.modified());
    }

    @Override
    public void close() {
        folder.close();
    }
}
