package dev.tarn.storage.local;

import dev.tarn.storage.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/// The files under a [FolderStore]: one folder per bucket and `.tarn` for what is not an object.
/// This process owns them; a lock file keeps others out.
final class Folder implements AutoCloseable {
    private static final int KNOWN_FOLDERS_MAX = 100_000;

    private final Path root;
    private final Path temporary;
    private final boolean fsync;
    private final KeyNames names;
    private final FileChannel lock;

    /// Held for reading while an object moves into a folder, for writing while empty ones go.
    private final ReadWriteLock moves = new ReentrantReadWriteLock();

    /// Folders that exist and whose entry in their parent has reached the disk.
    private final Set<Path> known = ConcurrentHashMap.newKeySet();

    private Folder(Path root, Path own, boolean fsync, KeyNames names, FileChannel lock) {
        this.root = root;
        this.temporary = own.resolve("temporary");
        this.fsync = fsync;
        this.names = names;
        this.lock = lock;
    }

    static Folder open(Path path, boolean fsync) {
        Path root = path.toAbsolutePath().normalize();
        Path own = root.resolve(".tarn");
        try {
            Files.createDirectories(own);
            FileChannel lock = lock(root, own.resolve("lock"));
            try {
                Folder folder =
                        new Folder(root, own, fsync, new KeyNames(escapesCase(own, fsync)), lock);
                // An unfinished write was never promised to anyone.
                deleteTree(folder.temporary);
                Files.createDirectories(folder.temporary);
                return folder;
            } catch (IOException | RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new StorageException("Object folder cannot be opened: " + root, e);
        }
    }

    private static FileChannel lock(Path root, Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            channel.close();
            throw new StorageException("Object folder is used by another process: " + root);
        }
        return channel;
    }

    /// Decided when the folder is made and written down, because it names every file.
    private static boolean escapesCase(Path own, boolean fsync) throws IOException {
        Path format = own.resolve("format");
        boolean ignoresCase = Files.exists(own.resolve("lock".toUpperCase(Locale.ROOT)));
        if (!Files.exists(format)) {
            Path written = own.resolve("format.new");
            Files.writeString(written, ignoresCase ? "1 case=escaped\n" : "1 case=kept\n");
            sync(written, fsync);
            Files.move(written, format, StandardCopyOption.ATOMIC_MOVE);
            sync(own, fsync);
        }
        String text = Files.readString(format).strip();
        boolean escapes = text.equals("1 case=escaped");
        if (!escapes && !text.equals("1 case=kept")) {
            throw new StorageException(
                    "Object folder has format '%s', expected format 1: %s"
                            .formatted(text, own.getParent()));
        }
        if (!escapes && ignoresCase) {
            throw new StorageException(
                    "Object folder was made where file names keep their case, found a file system"
                            + " that ignores it: "
                            + own.getParent());
        }
        return escapes;
    }

    Path root() {
        return root;
    }

    Path bucket(String bucket) {
        return root.resolve(bucket);
    }

    Path file(String bucket, String key) {
        return names.resolve(bucket(bucket), key);
    }

    Path newTemporary() {
        return temporary.resolve(UUID.randomUUID().toString());
    }

    void makeBucket(String bucket) throws IOException {
        Files.createDirectory(bucket(bucket));
        sync(root, fsync);
    }

    /// @return whether it is gone; false if it still has an object
    boolean removeBucket(String bucket) throws IOException {
        moves.writeLock().lock();
        try {
            known.clear();
            Files.walkFileTree(bucket(bucket), new EmptyFolders());
            sync(root, fsync);
            return true;
        } catch (DirectoryNotEmptyException e) {
            return false;
        } finally {
            moves.writeLock().unlock();
        }
    }

    /// Writes the bytes of `file` to the disk.
    void syncFile(FileChannel file) throws IOException {
        if (fsync) {
            file.force(false);
        }
    }

    /// Moves a finished file to its name. When [#syncEntry] has returned it also survives a power
    /// cut.
    void move(Path finished, Path target) throws IOException {
        moves.readLock().lock();
        try {
            makeParents(target);
            Files.move(finished, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            // Somebody removed folders behind our back.
            known.clear();
            makeParents(target);
            Files.move(finished, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            moves.readLock().unlock();
        }
    }

    void syncEntry(Path file) throws IOException {
        Path folder = file.getParent();
        while (folder != null && !synced(folder)) {
            // Emptied and pruned meanwhile: that it is gone is an entry of the folder above.
            folder = folder.getParent();
        }
    }

    private boolean synced(Path folder) throws IOException {
        try {
            sync(folder, fsync);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private void makeParents(Path target) throws IOException {
        Path parent = target.getParent();
        if (parent != null) {
            makeFolder(parent);
        }
    }

    private void makeFolder(Path folder) throws IOException {
        Path parent = folder.getParent();
        if (parent == null || parent.equals(root) || known.contains(folder)) {
            return;
        }
        makeFolder(parent);
        try {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        }
        sync(parent, fsync);
        if (known.size() >= KNOWN_FOLDERS_MAX) {
            known.clear();
        }
        known.add(folder);
    }

    /// Removes the folders of a deleted object that are empty now, unless somebody writes
    /// meanwhile: an empty folder does no harm.
    void prune(Path deleted) throws IOException {
        if (!moves.writeLock().tryLock()) {
            return;
        }
        try {
            Path folder = deleted.getParent();
            while (folder != null && !root.equals(folder.getParent())) {
                known.remove(folder);
                Files.deleteIfExists(folder);
                folder = folder.getParent();
            }
        } catch (DirectoryNotEmptyException e) {
            // The first folder that is still in use ends the walk.
            return;
        } finally {
            moves.writeLock().unlock();
        }
    }

    private static void sync(Path path, boolean fsync) throws IOException {
        if (fsync) {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(
                folder,
                new EmptyFolders() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new StorageException("Object folder cannot be closed: " + root, e);
        }
    }

    private static class EmptyFolders extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            throw new DirectoryNotEmptyException(file.toString());
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
                throws IOException {
            if (failure != null) {
                throw failure;
            }
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
        }
    }
}
