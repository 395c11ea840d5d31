package dev.tarn.catalog.table;

import dev.tarn.catalog.Locations;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.storage.Location;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.TableMetadata;

/// The folders that keys to a table open: its location, and those that its properties name. Only
/// what lies within the warehouse by the rules of today, whatever the table was allowed when it got
/// them; and nothing at all of a table that itself lies elsewhere.
public final class TableFolders {
    private final Locations locations;

    TableFolders(Locations locations) {
        this.locations = locations;
    }

    /// Empty if no keys may be given. The table's own location comes first.
    public List<Location> of(Warehouse warehouse, TableMetadata metadata) {
        if (!locations.mayBeOpened(warehouse, metadata.location())) {
            return List.of();
        }
        List<Location> folders = new ArrayList<>();
        folders.add(folder(metadata.location()));
        for (String property : Locations.FOLDER_PROPERTIES) {
            String named = metadata.properties().get(property);
            if (named != null && locations.mayBeOpened(warehouse, named)) {
                Location further = folder(named);
                boolean within =
                        folders.stream().anyMatch(f -> f.equals(further) || further.isWithin(f));
                if (!within) {
                    folders.add(further);
                }
            }
        }
        return List.copyOf(folders);
    }

    /// Whether keys may be given to all of these folders.
    public boolean areWithin(Warehouse warehouse, List<Location> folders) {
        return folders.stream()
                .allMatch(folder -> locations.mayBeOpened(warehouse, folder.toString()));
    }

    private static Location folder(String text) {
        int end = text.length();
        while (text.charAt(end - 1) == '/') { // ends: a scheme stands before the slashes
            end--;
        }
        return Location.of(text.substring(0, end));
    }
}
