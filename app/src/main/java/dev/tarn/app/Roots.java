package dev.tarn.app;

import dev.tarn.app.api.WarehouseRoots;
import dev.tarn.storage.Location;
import dev.tarn.storage.StorageException;
import dev.tarn.storage.local.FolderStore;
import dev.tarn.storage.s3.S3Store;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.apache.iceberg.exceptions.BadRequestException;
import org.jspecify.annotations.Nullable;

/// Where warehouses may lie, for each kind of storage.
public final class Roots {
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");

    private Roots() {}

    /// Each has a bucket of its own in the built-in storage.
    static WarehouseRoots builtin(FolderStore store) {
        return new WarehouseRoots() {
            @Override
            public Location locate(String warehouse, @Nullable Location asked) {
                Location root = asked == null ? new Location("s3", warehouse, "") : bucketed(asked);
                if (!BUCKET.matcher(root.bucket()).matches()) {
                    throw new BadRequestException(
                            "Bucket of a warehouse must be 3 to 63 of a-z, 0-9, '.' and '-', found:"
                                    + " %s; choose another name, or give a root",
                            root.bucket());
                }
                return root;
            }

            @Override
            public void prepare(Location root) {
                store.createBucket(root.bucket());
            }
        };
    }

    /// In an S3 of others somebody must say where, in a bucket that is there.
    static WarehouseRoots another(S3Store store) {
        return new WarehouseRoots() {
            @Override
            public Location locate(String warehouse, @Nullable Location asked) {
                if (asked == null) {
                    throw new BadRequestException(
                            "Root of warehouse %s is missing, expected s3://bucket/prefix",
                            warehouse);
                }
                return bucketed(asked);
            }

            @Override
            public void prepare(Location root) {
                try {
                    store.requireBucket(root.bucket());
                } catch (StorageException e) {
                    throw new BadRequestException(
                            e, "Bucket %s cannot be used: %s", root.bucket(), e.getMessage());
                }
            }
        };
    }

    /// Plain files lie below one folder, each warehouse in one of its own.
    public static WarehouseRoots folder(Path folder) {
        Location whole = Location.of("file://" + folder);
        return new WarehouseRoots() {
            @Override
            public Location locate(String warehouse, @Nullable Location asked) {
                Location root = asked == null ? whole.resolve(warehouse) : plain(asked);
                if (!root.isWithin(whole)) {
                    throw new BadRequestException(
                            "Root of a warehouse must lie in the storage folder, expected below %s,"
                                    + " found %s",
                            whole, root);
                }
                return root;
            }

            @Override
            public void prepare(Location root) {}
        };
    }

    private static Location bucketed(Location asked) {
        Location root = plain(asked);
        if (!root.scheme().equals("s3")) {
            throw new BadRequestException(
                    "Root of a warehouse must be s3://bucket or s3://bucket/prefix, found: %s",
                    asked);
        }
        return root;
    }

    /// Without slashes at the end, and without steps that a file system would take as such.
    private static Location plain(Location asked) {
        String key = asked.key().replaceAll("/+$", "");
        if (!key.isEmpty()
                && Arrays.stream(key.split("/", -1))
                        .anyMatch(
                                part -> part.isEmpty() || part.equals(".") || part.equals(".."))) {
            throw new BadRequestException(
                    "Root of a warehouse must have no empty part, '.' or '..', found: %s", asked);
        }
        return new Location(asked.scheme(), asked.bucket(), key);
    }
}
