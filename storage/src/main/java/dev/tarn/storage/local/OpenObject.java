package dev.tarn.storage.local;

import dev.tarn.storage.ObjectReader;
import dev.tarn.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// One version of an object, open. It stays readable when the object is replaced or deleted.
public final class OpenObject implements ObjectReader {
    private final StoredObject object;
    private final FileChannel channel;

    OpenObject(StoredObject object, FileChannel channel) {
        this.object = object;
        this.channel = channel;
    }

    public StoredObject object() {
        return object;
    }

    @Override
    public long size() {
        return object.size();
    }

    @Override
    public void read(long position, byte[] into, int offset, int length) {
        read(position, ByteBuffer.wrap(into, offset, length));
    }

    /// Fills the rest of `into`.
    public void read(long position, ByteBuffer into) {
        if (position < 0 || position + into.remaining() > object.size()) {
            throw new StorageException(
                    "Object %s/%s has %s bytes, wanted %s from %s on"
                            .formatted(
                                    object.bucket(),
                                    object.key(),
                                    object.size(),
                                    into.remaining(),
                                    position));
        }
        try {
            long at = position;
            while (into.hasRemaining()) {
                int read = channel.read(into, at);
                if (read < 0) {
                    throw new StorageException(
                            "Object file of %s/%s became shorter"
                                    .formatted(object.bucket(), object.key()));
                }
                at += read;
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /// Copies bytes to the end of `target` without reading them into memory.
    public void copyTo(StagedObject target, long position, long length) {
        try {
            target.append(channel, position, length);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private StorageException unreadable(IOException cause) {
        return new StorageException(
                "Object cannot be read: %s/%s".formatted(object.bucket(), object.key()), cause);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }
}
