package dev.tarn.store;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks a database for a sign of life.
final class Reachable {
    private static final Logger LOG = LoggerFactory.getLogger(Reachable.class);

    private Reachable() {}

    static boolean check(Database database) {
        try {
            return database.read(tx -> tx.queryOne("SELECT 1", row -> row.number(1)).isPresent());
        } catch (StoreException e) {
            LOG.debug("database unreachable", e);
            return false;
        }
    }
}
