package dev.tarn.storage.local;

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
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Plain files of this machine as objects: `file:///path` is the file `/path`. For one machine, for
/// tests and for reading what others left there; everything else has a bucket.
///
/// [Condition#ABSENT] holds against every process, because the file system decides it; a condition
/// on a version only against this one.
public final class LocalStore implements ObjectStore {
    private static final String UNFINISHED = ".tarn-unfinished-";
    private static final int LOCKS = 256;

    private final boolean fsync;
    private final List<Lock> locks =
            IntStream.range(0, LOCKS).<Lock>mapToObj(i -> new ReentrantLock()).toList();

    public LocalStore() {
        this(true);
    }

    /// @param fsync false gives up the promise that a finished write survives a power cut
    public LocalStore(boolean fsync) {
        this.fsync = fsync;
    }

    private static Path path(Location location) {
        String key = location.key();
        if (!location.scheme().equals("file") || !location.bucket().isEmpty()) {
            throw new InvalidKeyException("Location is not a local file: " + location);
        }
        for (String name : key.split("/", -1)) {
            if (name.isEmpty() || name.equals(".") || name.equals("..")) {
                throw new InvalidKeyException(
                        "Local file must be named by a path without '', '.' and '..', found: "
                                + location);
            }
            if (name.startsWith(UNFINISHED)) {
                throw new InvalidKeyException("Name is reserved: " + location);
            }
        }
        try {
            return Path.of("/" + key);
        } catch (InvalidPathException e) {
            throw new StorageException("Local file cannot have this name: " + location, e);
        }
    }

    @Override
    public Optional<ObjectInfo> find(Location location) {
        try {
            BasicFileAttributes file =
                    Files.readAttributes(path(location), BasicFileAttributes.class);
            return file.isDirectory() ? Optional.empty() : Optional.of(info(location, file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            if (isBelowFile(path(location))) {
                return Optional.empty();
            }
            throw new StorageException("Local file cannot be read: " + location, e);
        }
    }

    /// `p/q` where `p` is a file.
    private static boolean isBelowFile(Path path) {
        for (Path above = path.getParent(); above != null; above = above.getParent()) {
            if (Files.isRegularFile(above)) {
                return true;
            }
        }
        return false;
    }

    private static ObjectInfo info(Location location, BasicFileAttributes file) {
        Instant modified = file.lastModifiedTime().toInstant();
        long nanos = ChronoUnit.NANOS.between(Instant.EPOCH, modified);
        String etag =
                "%x-%x-%x"
                        .formatted(
                                nanos,
                                file.size(),
                                file.fileKey() == null ? 0 : file.fileKey().hashCode());
        return new ObjectInfo(location, file.size(), etag, modified);
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
        Path path = path(location);
        try {
            if (find(location).isEmpty()) {
                throw new ObjectNotFoundException(location);
            }
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            return new OpenFile(location, channel, channel.size());
        } catch (NoSuchFileException e) {
            throw new ObjectNotFoundException(location);
        } catch (IOException e) {
            throw new StorageException("Local file cannot be opened: " + location, e);
        }
    }

    @Override
    public ObjectInfo write(Location location, byte[] content, Condition condition) {
        try (Unfinished file = begin(location, condition)) {
            file.write(ByteBuffer.wrap(content));
            return finish(file, location, condition);
        } catch (IOException e) {
            throw new StorageException("Local file cannot be written: " + location, e);
        }
    }

    @Override
    public ObjectWriter create(Location location, Condition condition) {
        try {
            Unfinished file = begin(location, condition);
            return new StagedWriter(
                    location,
                    new StagedWriter.Pending() {
                        @Override
                        public void write(byte[] bytes, int offset, int length) throws IOException {
                            file.write(ByteBuffer.wrap(bytes, offset, length));
                        }

                        @Override
                        public void commit() throws IOException {
                            finish(file, location, condition);
                        }

                        @Override
                        public void close() throws IOException {
                            file.close();
                        }
                    });
        } catch (IOException e) {
            throw new StorageException("Local file cannot be written: " + location, e);
        }
    }

    private Unfinished begin(Location location, Condition condition) throws IOException {
        check(location, condition);
        Path target = path(location);
        Path folder = target.getParent();
        if (folder == null) {
            throw new InvalidKeyException("Location is not a local file: " + location);
        }
        makeFolders(folder);
        return new Unfinished(folder.resolve(UNFINISHED + UUID.randomUUID()));
    }

    private void makeFolders(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Path parent = folder.getParent();
        if (parent != null) {
            makeFolders(parent);
        }
        try {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        }
        if (parent != null) {
            sync(parent);
        }
    }

    private ObjectInfo finish(Unfinished file, Location location, Condition condition)
            throws IOException {
        if (fsync) {
            file.channel.force(false);
        }
        Path target = path(location);
        Lock lock = locks.get(Math.floorMod(target.hashCode(), LOCKS));
        lock.lock();
        try {
            check(location, condition);
            if (condition instanceof Condition.Absent) {
                link(file.path, target, location, condition);
            } else {
                Files.move(file.path, target, StandardCopyOption.ATOMIC_MOVE);
            }
            Path folder = target.getParent();
            if (folder != null) {
                sync(folder);
            }
            return info(location, Files.readAttributes(target, BasicFileAttributes.class));
        } finally {
            lock.unlock();
        }
    }

    /// A second name fails where the name is taken; a move would not.
    private static void link(Path unfinished, Path target, Location location, Condition condition)
            throws IOException {
        try {
            Files.createLink(target, unfinished);
        } catch (FileAlreadyExistsException e) {
            throw new PreconditionFailedException(location, condition);
        } catch (UnsupportedOperationException e) {
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private void check(Location location, Condition condition) {
        boolean holds =
                switch (condition) {
                    case Condition.None() -> true;
                    case Condition.Absent() -> find(location).isEmpty();
                    case Condition.Matches(String etag) ->
                            find(location).filter(info -> info.etag().equals(etag)).isPresent();
                };
        if (!holds) {
            throw new PreconditionFailedException(location, condition);
        }
    }

    private void sync(Path folder) throws IOException {
        if (fsync) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    @Override
    public void delete(Location location) {
        Path path = path(location);
        Lock lock = locks.get(Math.floorMod(path.hashCode(), LOCKS));
        lock.lock();
        try {
            if (Files.isRegularFile(path)) {
                Files.deleteIfExists(path);
                Path folder = path.getParent();
                if (folder != null) {
                    sync(folder);
                }
            }
        } catch (IOException e) {
            throw new StorageException("Local file cannot be deleted: " + location, e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void deleteAll(Collection<Location> locations) {
        locations.forEach(this::delete);
    }

    @Override
    public Stream<ObjectInfo> list(Location prefix) {
        int slash = prefix.key().lastIndexOf('/');
        String folder = slash < 0 ? "" : prefix.key().substring(0, slash + 1);
        return walk(folder, prefix.key())
                .flatMap(key -> find(new Location("file", "", key)).stream());
    }

    /// @param folder a key that is empty or ends in a slash
    private static Stream<String> walk(String folder, String prefix) {
        var keys = new ArrayList<String>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/" + folder))) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                boolean below = Files.isDirectory(file);
                String key = folder + name + (below ? "/" : "");
                boolean inside = key.startsWith(prefix) || (below && prefix.startsWith(key));
                if (inside && !name.startsWith(UNFINISHED)) {
                    keys.add(key);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Stream.empty();
        } catch (IOException e) {
            throw new StorageException("Local folder cannot be listed: /" + folder, e);
        }
        keys.sort(
                Comparator.comparing(
                        key -> key.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned));
        return keys.stream().flatMap(key -> key.endsWith("/") ? walk(key, prefix) : Stream.of(key));
    }

    @Override
    public void close() {}

    /// A file that no listing shows, gone on close unless it was moved.
    private static final class Unfinished implements AutoCloseable {
        final Path path;
        final FileChannel channel;

        Unfinished(Path path) throws IOException {
            this.path = path;
            this.channel =
                    FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        }

        void write(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
            Files.deleteIfExists(path);
        }
    }

    private record OpenFile(Location location, FileChannel channel, long size)
            implements ObjectReader {
        @Override
        public void read(long position, byte[] into, int offset, int length) {
            try {
                ByteBuffer buffer = ByteBuffer.wrap(into, offset, length);
                while (buffer.hasRemaining()) {
                    int read = channel.read(buffer, position + buffer.position() - offset);
                    if (read < 0) {
                        throw new StorageException(
                                "Object %s has %s bytes, wanted %s from %s on"
                                        .formatted(location, size, length, position));
                    }
                }
            } catch (IOException e) {
                throw new StorageException("Local file cannot be read: " + location, e);
            }
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new StorageException("Local file cannot be closed: " + location, e);
            }
        }
    }
}
