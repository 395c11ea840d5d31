package dev.tarn.app.http.rest;

import java.util.Locale;
import java.util.Map;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.rest.RESTCatalogProperties;

/// Who plans the scans of a table, if the table says so in its property `scan-planning-mode`:
/// `client` or `server`. What a server tells overrules what a client's user has set, so by default
/// nothing is told; and clients refuse a table with a mode they do not know.
final class PlanningMode {
    private PlanningMode() {}

    /// What goes into the `config` of a load.
    static Map<String, String> config(TableMetadata metadata) {
        String name = RESTCatalogProperties.SCAN_PLANNING_MODE;
        String mode = metadata.property(name, "").toLowerCase(Locale.ROOT);
        return mode.equals("client") || mode.equals("server") ? Map.of(name, mode) : Map.of();
    }
}
