package dev.tarn.storage;

import java.util.Objects;

/// The name of an object: `s3://bucket/key`, or `file:///absolute/path` where the bucket is empty.
///
/// The text is kept as it was given, because Iceberg compares locations as text. The key is
/// literal: `..`, `%20` and empty components mean nothing here.
public record Location(String scheme, String bucket, String key) {

    public Location {
        Objects.requireNonNull(scheme, "scheme");
        Objects.requireNonNull(bucket, "bucket");
        Objects.requireNonNull(key, "key");
    }

    /// Reads `scheme://bucket/key`; `file:/path` and `file:///path` name the same object.
    public static Location of(String text) {
        int colon = text.indexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException(
                    "Location has no scheme, expected s3://bucket/key, found: " + text);
        }
        String scheme = text.substring(0, colon);
        String rest = text.substring(colon + 1);
        if (scheme.equals("file") || scheme.equals("local")) {
            String path = rest.startsWith("//") ? rest.substring(2) : rest;
            if (!path.startsWith("/")) {
                throw new IllegalArgumentException(
                        "Location must be absolute, expected file:///path, found: " + text);
            }
            return new Location("file", "", path.substring(1));
        }
        if (!rest.startsWith("//")) {
            throw new IllegalArgumentException(
                    "Location is not a URI, expected s3://bucket/key, found: " + text);
        }
        int slash = rest.indexOf('/', 2);
        String bucket = slash < 0 ? rest.substring(2) : rest.substring(2, slash);
        if (bucket.isEmpty()) {
            throw new IllegalArgumentException("Location has no bucket: " + text);
        }
        return new Location(scheme, bucket, slash < 0 ? "" : rest.substring(slash + 1));
    }

    /// The location below this one, with exactly one slash between.
    public Location resolve(String child) {
        String base = key.isEmpty() || key.endsWith("/") ? key : key + "/";
        return new Location(scheme, bucket, base + child);
    }

    /// Whether this object lies below `folder`. A sibling with the same prefix (`orders2` beside
    /// `orders`) does not.
    public boolean isWithin(Location folder) {
        if (!scheme.equals(folder.scheme) || !bucket.equals(folder.bucket)) {
            return false;
        }
        String prefix =
                folder.key.isEmpty() || folder.key.endsWith("/") ? folder.key : folder.key + "/";
        return key.startsWith(prefix);
    }

    @Override
    public String toString() {
        return scheme + "://" + bucket + "/" + key;
    }
}
