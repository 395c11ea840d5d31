package dev.tarn.storage.local;

import dev.tarn.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Bytes on their way to becoming an object: a file nobody sees. Give it to a commit or close it.
public final class StagedObject implements AutoCloseable {
    private final Path path;
    private final FileChannel channel;
    private final @Nullable MessageDigest md5;
    private long size;
    private boolean done;

    /// @param md5 whether the entity tag must be the MD5 of the bytes
    StagedObject(Path path, boolean md5) {
        this.path = path;
        this.md5 = md5 ? md5() : null;
        try {
            this.channel =
                    FileChannel.open(
                            path,
                            StandardOpenOption.CREATE_NEW,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.READ);
        } catch (IOException e) {
            throw new StorageException("Temporary file cannot be made: " + path, e);
        }
    }

    public void write(byte[] bytes, int offset, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        if (md5 != null) {
            md5.update(bytes, offset, length);
        }
        size += length;
    }

    /// Appends bytes of a file without reading them into memory.
    public void append(FileChannel source, long position, long length) throws IOException {
        if (md5 != null) {
            throw new IllegalStateException("A copy has the entity tag of its parts");
        }
        long copied = 0;
        while (copied < length) {
            long step = source.transferTo(position + copied, length - copied, channel);
            if (step <= 0) {
                throw new IOException("Object file became shorter while it was copied");
            }
            copied += step;
        }
        size += length;
    }

    public long size() {
        return size;
    }

    /// The MD5 of the bytes, or a random tag in the form of a multipart object's, which no client
    /// takes for an MD5. Ends the writing.
    String etag() {
        return md5 != null ? HexFormat.of().formatHex(md5.digest()) : randomHex() + "-1";
    }

    static String randomHex() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    /// Ends the file with what is known of it and brings all of it to the disk.
    void finish(Folder folder, Attributes attributes) throws IOException {
        ByteBuffer footer = Footer.encode(attributes);
        while (footer.hasRemaining()) {
            channel.write(footer);
        }
        folder.syncFile(channel);
        channel.close();
    }

    /// Keeps the file as it is, without a footer, for a later copy.
    Path keep() throws IOException {
        channel.close();
        done = true;
        return path;
    }

    /// The tag of a part: sixteen bytes in hex, the MD5 where it is known.
    String partEtag() {
        return md5 != null ? HexFormat.of().formatHex(md5.digest()) : randomHex();
    }

    /// Gives the file its name in `folder`.
    void moveTo(Folder folder, Path target) throws IOException {
        folder.move(path, target);
        done = true;
    }

    /// Removes the file unless it has become an object.
    @Override
    public void close() {
        if (done) {
            return;
        }
        done = true;
        try {
            channel.close();
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new StorageException("Temporary file cannot be removed: " + path, e);
        }
    }

    static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
