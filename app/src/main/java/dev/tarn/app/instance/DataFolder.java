package dev.tarn.app.instance;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/// The folder of one installation, readable by its owner alone.
public record DataFolder(Path path) {

    /// Makes the folder and its parts where they are missing.
    public static DataFolder create(Path path) throws IOException {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new NotDirectoryException(path.toString());
        }
        DataFolder folder = new DataFolder(path);
        if (path.getParent() != null) {
            Files.createDirectories(path.getParent());
        }
        for (Path part :
                List.of(path, folder.store(), folder.keys(), folder.trino(), folder.logs())) {
            createPrivate(part);
        }
        return folder;
    }

    private static void createPrivate(Path path) throws IOException {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        var rights = PosixFilePermissions.fromString("rwx------");
        if (!Files.exists(path)) {
            if (posix) {
                Files.createDirectory(path, PosixFilePermissions.asFileAttribute(rights));
            } else {
                Files.createDirectory(path);
            }
        } else if (posix && !Files.getPosixFilePermissions(path).equals(rights)) {
            Files.setPosixFilePermissions(path, rights);
        }
    }

    public Path store() {
        return path.resolve("store");
    }

    public Path keys() {
        return path.resolve("keys");
    }

    public Path trino() {
        return path.resolve("trino");
    }

    public Path logs() {
        return path.resolve("logs");
    }

    public Path log() {
        return logs().resolve("tarn.log");
    }

    Path lock() {
        return path.resolve("lock");
    }

    Path instance() {
        return path.resolve("instance.json");
    }
}
