package dev.tarn.storage.vending;

import dev.tarn.storage.Location;
import java.util.Comparator;
import java.util.List;

/// Some folders, and what may be done with the objects in them. The order in which folders are
/// named makes no difference, so that equal scopes get equal keys.
///
/// @param folders without a slash at their end, none within another; never a whole bucket
public record Scope(Access access, List<Location> folders) {
    private static final int FOLDERS_MAX = 16;

    public Scope {
        folders =
                folders.stream()
                        .map(Scope::withoutSlash)
                        .distinct()
                        .sorted(Comparator.comparing(Location::toString))
                        .toList();
        List<Location> all = folders;
        folders = all.stream().filter(one -> all.stream().noneMatch(one::isWithin)).toList();
        if (folders.isEmpty() || folders.size() > FOLDERS_MAX) {
            throw new IllegalArgumentException(
                    "Scope must have 1 to %s folders, found %s"
                            .formatted(FOLDERS_MAX, folders.size()));
        }
    }

    private static Location withoutSlash(Location folder) {
        String key = folder.key();
        int end = key.length();
        while (end > 0 && key.charAt(end - 1) == '/') {
            end--;
        }
        if (end == 0) {
            throw new IllegalArgumentException("A whole bucket is no folder: " + folder);
        }
        return new Location(folder.scheme(), folder.bucket(), key.substring(0, end));
    }

    /// Whether the object may be touched so.
    ///
    /// @param key literal, as the store keeps it
    public boolean allows(Access wanted, String bucket, String key) {
        return access.includes(wanted) && contains(bucket, key);
    }

    /// Whether all that a listing of this prefix shows lies within.
    public boolean allowsListing(String bucket, String prefix) {
        return contains(bucket, prefix);
    }

    private boolean contains(String bucket, String key) {
        for (Location folder : folders) {
            String name = folder.key();
            if (folder.bucket().equals(bucket)
                    && key.length() > name.length()
                    && key.charAt(name.length()) == '/'
                    && key.startsWith(name)) {
                return true;
            }
        }
        return false;
    }
}
