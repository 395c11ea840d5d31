package dev.tarn.catalog;

import dev.tarn.storage.ObjectWriter;
import java.io.IOException;
import org.apache.iceberg.io.PositionOutputStream;

/// An object being written, as Iceberg wants it.
final class ObjectOutputStream extends PositionOutputStream {
    private final ObjectWriter writer;
    private boolean closed;

    ObjectOutputStream(ObjectWriter writer) {
        this.writer = writer;
    }

    @Override
    public long getPos() {
        return writer.position();
    }

    @Override
    public void write(int value) throws IOException {
        writer.write(value);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        writer.write(from, offset, length);
    }

    @Override
    public void flush() throws IOException {
        writer.flush();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            writer.close();
        }
    }
}
