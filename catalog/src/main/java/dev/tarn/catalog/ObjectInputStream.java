package dev.tarn.catalog;

import dev.tarn.storage.ObjectReader;
import java.io.EOFException;
import java.util.Objects;
import org.apache.iceberg.io.RangeReadable;
import org.apache.iceberg.io.SeekableInputStream;

/// An object as a stream that can jump. Small reads are served from a buffer, large ones are not.
final class ObjectInputStream extends SeekableInputStream implements RangeReadable {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final ObjectReader reader;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private long bufferStart;
    private int bufferLength;
    private long position;
    private boolean closed;

    ObjectInputStream(ObjectReader reader) {
        this.reader = reader;
    }

    @Override
    public long getPos() {
        return position;
    }

    @Override
    public void seek(long newPosition) throws EOFException {
        if (newPosition < 0 || newPosition > reader.size()) {
            throw new EOFException(
                    "Cannot seek to %s, the object has %s bytes"
                            .formatted(newPosition, reader.size()));
        }
        position = newPosition;
    }

    @Override
    public int read() {
        if (position >= reader.size()) {
            return -1;
        }
        fill();
        return buffer[(int) (position++ - bufferStart)] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        long left = reader.size() - position;
        if (left <= 0) {
            return -1;
        }
        int count;
        if (length >= BUFFER_BYTES) {
            count = (int) Math.min(length, left);
            reader.read(position, into, offset, count);
        } else {
            fill();
            int at = (int) (position - bufferStart);
            count = Math.min(length, bufferLength - at);
            System.arraycopy(buffer, at, into, offset, count);
        }
        position += count;
        return count;
    }

    private void fill() {
        if (position >= bufferStart && position < bufferStart + bufferLength) {
            return;
        }
        int count = (int) Math.min(BUFFER_BYTES, reader.size() - position);
        reader.read(position, buffer, 0, count);
        bufferStart = position;
        bufferLength = count;
    }

    @Override
    public void readFully(long from, byte[] into, int offset, int length) throws EOFException {
        if (from + length > reader.size()) {
            throw new EOFException(
                    "Cannot read to %s, the object has %s bytes"
                            .formatted(from + length, reader.size()));
        }
        reader.read(from, into, offset, length);
    }

    @Override
    public int readTail(byte[] into, int offset, int length) {
        int count = (int) Math.min(length, reader.size());
        reader.read(reader.size() - count, into, offset, count);
        return count;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            reader.close();
        }
    }
}
