package dev.tarn.catalog;

import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.storage.Location;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.view.ViewProperties;
import org.jspecify.annotations.Nullable;

/// Where tables and views may lie, and where they lie if nobody says.
///
/// Every location that comes from outside passes [#require] before a byte is written below it.
public final class Locations {
    public static final String LOCATION = "location";
    private static final int COMPONENT_LENGTH_MAX = 80;
    private static final int SUFFIX_LENGTH = 12;

    /// Properties that name folders, so that setting one is choosing a location.
    public static final List<String> FOLDER_PROPERTIES =
            List.of(
                    TableProperties.WRITE_DATA_LOCATION,
                    TableProperties.WRITE_METADATA_LOCATION,
                    ViewProperties.WRITE_METADATA_LOCATION,
                    "write.object-storage.path",
                    "write.folder-storage.path");

    private final List<Location> furtherAllowed;

    public Locations(List<Location> furtherAllowed) {
        this.furtherAllowed = List.copyOf(furtherAllowed);
    }

    /// The location as it is kept: without trailing slashes.
    ///
    /// @throws BadRequestException if it lies outside the warehouse
    public String require(Warehouse warehouse, String what, String text) {
        if (!isAllowed(warehouse, text)) {
            throw new BadRequestException(
                    "%s must lie within warehouse %s, expected below %s, found %s",
                    what, warehouse.name(), warehouse.root(), text);
        }
        return stripTrailingSlashes(text);
    }

    public boolean isAllowed(Warehouse warehouse, String text) {
        Location location;
        try {
            location = canonical(Location.of(text));
        } catch (IllegalArgumentException e) {
            throw new BadRequestException(e, "%s", e.getMessage());
        }
        boolean climbs =
                Arrays.stream(location.key().split("/"))
                        .anyMatch(part -> part.equals("..") || part.equals("."));
        return !climbs
                && (location.isWithin(canonical(warehouse.root()))
                        || furtherAllowed.stream().anyMatch(a -> location.isWithin(canonical(a))));
    }

    /// Whether keys may be given to a folder: it lies within the warehouse, and is not the whole of
    /// it. To be asked whenever keys are given: what was allowed when the table got its location
    /// may not be allowed any more.
    public boolean mayBeOpened(Warehouse warehouse, String folder) {
        try {
            String stripped = stripTrailingSlashes(folder);
            return !Location.of(stripped).key().isEmpty() && isAllowed(warehouse, stripped);
        } catch (IllegalArgumentException | BadRequestException e) {
            return false;
        }
    }

    /// Whether a file that some metadata names is ours to delete. Metadata may name anything, so
    /// whatever is not plainly within the warehouse is not.
    public boolean isOurs(Warehouse warehouse, String path) {
        try {
            return isAllowed(warehouse, StoreFileIO.location(path).toString());
        } catch (IllegalArgumentException | BadRequestException e) {
            return false;
        }
    }

    /// A location in the one form in which rows keep it, whichever way it was written.
    public static String canonical(String text) {
        return stripTrailingSlashes(canonical(Location.of(text)).toString());
    }

    static Location canonical(Location location) {
        return switch (location.scheme()) {
            case "s3a", "s3n" -> new Location("s3", location.bucket(), location.key());
            default -> location;
        };
    }

    public void requireProperties(Warehouse warehouse, Map<String, String> properties) {
        for (String key : FOLDER_PROPERTIES) {
            String value = properties.get(key);
            if (value != null) {
                require(warehouse, "Property " + key, value);
            }
        }
    }

    public void requireNamespaceProperties(Warehouse warehouse, Map<String, String> properties) {
        String location = properties.get(LOCATION);
        if (location != null) {
            require(warehouse, "Location of the namespace", location);
        }
    }

    /// Where a table or view lies: where it was told to, or in a folder that no other ever had.
    public String choose(
            Warehouse warehouse,
            Namespace namespace,
            Map<String, String> namespaceProperties,
            String name,
            @Nullable String requested) {
        if (requested != null) {
            return require(warehouse, "Location of " + name, requested);
        }
        String base = ofNamespace(warehouse, namespace, namespaceProperties);
        String suffix = UUID.randomUUID().toString().replace("-", "").substring(0, SUFFIX_LENGTH);
        // Once more, because the namespace may have got its location under other rules.
        return require(
                warehouse,
                "Location of " + name,
                stripTrailingSlashes(base) + "/" + component(name) + "-" + suffix);
    }

    /// The folder in which the tables of a namespace lie if nobody says otherwise.
    public String ofNamespace(
            Warehouse warehouse, Namespace namespace, Map<String, String> properties) {
        String told = properties.get(LOCATION);
        if (told != null) {
            return told;
        }
        Location folder = warehouse.root();
        for (String level : namespace.levels()) {
            folder = folder.resolve(component(level));
        }
        return folder.toString();
    }

    /// A name as part of a key. Only what no client, shell or file system reads as anything else is
    /// kept; the suffix makes the folder unique, so different names may become the same here.
    static String component(String name) {
        var kept = new StringBuilder();
        name.codePoints()
                .limit(COMPONENT_LENGTH_MAX)
                .forEach(c -> kept.appendCodePoint(isPlain(c) ? c : '_'));
        if (kept.charAt(0) == '.') {
            kept.setCharAt(0, '_');
        }
        return kept.toString();
    }

    private static boolean isPlain(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '_'
                || c == '.';
    }

    private static String stripTrailingSlashes(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '/' && !text.startsWith("://", end - 3)) {
            end--;
        }
        return text.substring(0, end);
    }
}
