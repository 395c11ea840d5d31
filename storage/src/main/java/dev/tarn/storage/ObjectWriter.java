package dev.tarn.storage;

import java.io.OutputStream;

/// An object being written. It becomes visible, whole, when [#close] returns; after [#abort], or
/// when the process dies, it never was.
public abstract class ObjectWriter extends OutputStream {

    /// Bytes written so far.
    public abstract long position();

    /// Gives the object up. Closing afterwards does nothing.
    public abstract void abort();

    /// Makes the object visible.
    ///
    /// @throws PreconditionFailedException if the condition of the write does not hold
    @Override
    public abstract void close();
}
