package dev.tarn.storage.local;

import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectWriter;
import dev.tarn.storage.StorageException;
import java.io.IOException;

/// Writes an object through a buffer, because encoders write a few bytes at a time.
final class StagedWriter extends ObjectWriter {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Location location;
    private final Pending pending;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int buffered;
    private long flushed;
    private boolean done;

    StagedWriter(Location location, Pending pending) {
        this.location = location;
        this.pending = pending;
    }

    /// A file nobody sees yet.
    interface Pending {
        void write(byte[] bytes, int offset, int length) throws IOException;

        /// Makes it the object, and closes.
        void commit() throws IOException;

        /// Removes it unless it was committed.
        void close() throws IOException;
    }

    @Override
    public long position() {
        return flushed + buffered;
    }

    @Override
    public void write(int b) throws IOException {
        requireOpen();
        if (buffered == buffer.length) {
            flushBuffer();
        }
        buffer[buffered++] = (byte) b;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        requireOpen();
        if (length > buffer.length - buffered) {
            flushBuffer();
        }
        if (length > buffer.length) {
            pending.write(bytes, offset, length);
            flushed += length;
        } else {
            System.arraycopy(bytes, offset, buffer, buffered, length);
            buffered += length;
        }
    }

    private void requireOpen() throws IOException {
        if (done) {
            throw new IOException("Writer is closed: " + location);
        }
    }

    private void flushBuffer() throws IOException {
        pending.write(buffer, 0, buffered);
        flushed += buffered;
        buffered = 0;
    }

    @Override
    public void abort() {
        if (done) {
            return;
        }
        done = true;
        try {
            pending.close();
        } catch (IOException e) {
            throw new StorageException("Unfinished object cannot be removed: " + location, e);
        }
    }

    @Override
    public void close() {
        if (done) {
            return;
        }
        done = true;
        try {
            try {
                flushBuffer();
                pending.commit();
            } finally {
                pending.close();
            }
        } catch (IOException e) {
            throw new StorageException("Object cannot be written: " + location, e);
        }
    }
}
