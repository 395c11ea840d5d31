package dev.tarn.storage;

/// One version of an object, open for reading at any position. Not for use by several threads.
public interface ObjectReader extends AutoCloseable {

    /// Size in bytes.
    long size();

    /// Reads exactly `length` bytes from `position` on.
    ///
    /// @throws StorageException if the object ends before that or cannot be read
    void read(long position, byte[] into, int offset, int length);

    @Override
    void close();
}
