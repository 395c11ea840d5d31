package dev.tarn.pipeline.row;

/// What the clients of a schema registry put before each record: a zero, and the id of its schema
/// in four bytes, big-endian.
final class RegistryHeader {
    static final int BYTES = 5;

    private RegistryHeader() {}

    /// @throws Misfit if it does not stand there
    static int id(byte[] bytes, int offset, int length) throws Misfit {
        if (length < BYTES || bytes[offset] != 0) {
            throw new Misfit(
                    null,
                    "expected a zero and the id of a schema before the record, found "
                            + (length == 0 ? "nothing" : "the byte " + (bytes[offset] & 0xff)));
        }
        return (bytes[offset + 1] & 0xff) << 24
                | (bytes[offset + 2] & 0xff) << 16
                | (bytes[offset + 3] & 0xff) << 8
                | (bytes[offset + 4] & 0xff);
    }
}
