package dev.tarn.storage.local;

import java.time.Instant;

/// An object of a [FolderStore], without its bytes.
public record StoredObject(String bucket, String key, long size, Attributes attributes) {

    public String etag() {
        return attributes.etag();
    }

    public Instant modified() {
        return attributes.modified();
    }
}
