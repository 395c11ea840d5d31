package dev.tarn.app.health;

import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectStore;
import dev.tarn.store.Database;

/// One thing this process cannot work without.
///
/// @param probe returns if it works, throws if not
public record Check(String name, Runnable probe) {

    public static Check database(Database database) {
        return new Check(
                "database",
                () -> database.read(tx -> tx.queryOne("SELECT 1", row -> row.number(1))));
    }

    /// Asks for an object below `root`. There is none; that the store says so is what counts.
    public static Check storage(ObjectStore store, Location root) {
        return new Check("storage", () -> store.find(root.resolve(".ready")));
    }
}
