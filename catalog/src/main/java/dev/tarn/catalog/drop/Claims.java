package dev.tarn.catalog.drop;

import dev.tarn.catalog.Locations;
import dev.tarn.catalog.StoreFileIO;
import dev.tarn.store.Transaction;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which files lie below the location of a table or view that is there or can be restored. Whatever
/// another table's metadata says, what lies in its folder is not ours to delete.
final class Claims {
    private static final int FOLDERS_PER_QUERY = 100;

    private static final String SELECT =
            "SELECT DISTINCT location FROM relation WHERE location IN (?"
                    + ", ?".repeat(FOLDERS_PER_QUERY - 1)
                    + ")";

    private Claims() {}

    /// Those of the files that nobody claims.
    static List<String> unclaimed(Transaction tx, List<String> files) {
        Map<String, List<String>> foldersByFile = new LinkedHashMap<>();
        Set<String> folders = new LinkedHashSet<>();
        for (String file : files) {
            List<String> above = foldersAbove(file);
            foldersByFile.put(file, above);
            folders.addAll(above);
        }
        Set<String> claimed = claimed(tx, List.copyOf(folders));
        return files.stream()
                .filter(file ->
                        foldersByFile.getOrDefault(file, List.of()).stream()
                                .noneMatch(claimed::contains))
                .toList();
    }

    private static Set<String> claimed(Transaction tx, List<String> folders) {
        Set<String> claimed = new HashSet<>();
        for (int from = 0; from < folders.size(); from += FOLDERS_PER_QUERY) {
            Object[] arguments = new Object[FOLDERS_PER_QUERY];
            for (int i = 0; i < FOLDERS_PER_QUERY; i++) {
                // Always as many, so that it is always the same statement.
                arguments[i] = folders.get(Math.min(from + i, folders.size() - 1));
            }
            claimed.addAll(tx.query(SELECT, row -> row.string(1), arguments));
        }
        return claimed;
    }

    /// Every folder a file lies in, as locations are kept.
    static List<String> foldersAbove(String file) {
        String canonical = Locations.canonical(StoreFileIO.location(file).toString());
        int start = canonical.indexOf("://") + "://".length();
        List<String> folders = new ArrayList<>();
        for (int slash = canonical.indexOf('/', start);
                slash >= 0;
                slash = canonical.indexOf('/', slash + 1)) {
            folders.add(Locations.canonical(canonical.substring(0, slash) + "/"));
        }
        return folders;
    }
}
