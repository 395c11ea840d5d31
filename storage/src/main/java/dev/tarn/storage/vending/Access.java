package dev.tarn.storage.vending;

/// What may be done with the objects in a folder.
public enum Access {
    /// Objects are read and listed.
    READ,

    /// And written and deleted.
    READ_WRITE;

    public boolean includes(Access wanted) {
        return compareTo(wanted) >= 0;
    }
}
