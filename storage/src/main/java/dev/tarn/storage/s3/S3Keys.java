package dev.tarn.storage.s3;

import dev.tarn.storage.StorageException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/// The pair of keys that opens the endpoint.
public record S3Keys(String accessKey, String secretKey) {

    /// Reads the file, or makes it with new random keys, for its owner's eyes only.
    public static S3Keys loadOrCreate(Path file) {
        try {
            if (!Files.exists(file)) {
                create(file);
            }
            List<String> lines = Files.readAllLines(file);
            if (lines.size() != 2 || lines.getFirst().isBlank() || lines.getLast().isBlank()) {
                throw new StorageException(
                        "Key file must have two lines, an access key and a secret key, found %s: %s"
                                .formatted(lines.size(), file));
            }
            return new S3Keys(lines.getFirst().strip(), lines.getLast().strip());
        } catch (IOException e) {
            throw new StorageException("Key file cannot be read: " + file, e);
        }
    }

    private static void create(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new StorageException("Key file has no folder: " + file);
        }
        Files.createDirectories(folder);
        Path unfinished =
                Files.createTempFile(
                        folder,
                        "keys",
                        ".new",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                unfinished, "TARN" + random(8).toUpperCase(Locale.ROOT) + "\n" + random(20) + "\n");
        try {
            Files.createLink(file, unfinished); // of two that start at once one wins
        } catch (FileAlreadyExistsException e) {
            return;
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private static String random(int bytes) {
        byte[] random = new byte[bytes];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    @Override
    public String toString() {
        return "S3Keys[accessKey=%s, secretKey=***]".formatted(accessKey);
    }
}
