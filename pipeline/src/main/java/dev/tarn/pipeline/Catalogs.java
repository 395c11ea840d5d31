package dev.tarn.pipeline;

import dev.tarn.catalog.Catalog;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.lake.ForeignCatalog;
import dev.tarn.pipeline.lake.OwnCatalog;
import dev.tarn.pipeline.lake.TargetCatalog;
import dev.tarn.store.Database;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Finds the catalog that a job means by its `iceberg.catalog.config`: this server's own, or
/// another. All tables of a job lie in one.
final class Catalogs {
    private static final String OPTION = "iceberg.catalog.config";

    private final Catalog own;
    private final Database ledger;
    private final Set<String> ownUris;
    private @Nullable Map<String, String> config;
    private @Nullable Block block;

    /// @param ownUris addresses of this server, [#normalised]
    Catalogs(Catalog own, Database ledger, Set<String> ownUris) {
        this.own = own;
        this.ledger = ledger;
        this.ownUris = ownUris;
    }

    /// A URI as it is compared: `localhost` is 127.0.0.1, and a last slash means nothing.
    static String normalised(String uri) {
        return uri.replaceFirst("/+$", "").replace("//localhost", "//127.0.0.1");
    }

    /// A block of the job that writes tables.
    void use(Block sink) {
        Map<String, String> its = canonical(sink.texts(OPTION, Map.of()));
        if (config != null && !config.equals(its)) {
            sink.problem(OPTION, "all tables of a job lie in one warehouse of one catalog");
        }
        config = its;
        block = sink;
    }

    /// One catalog has one form.
    private Map<String, String> canonical(Map<String, String> given) {
        Map<String, String> its = new TreeMap<>(given);
        its.remove("type", "rest");
        if (its.containsKey("uri") && ownUris.contains(normalised(its.getOrDefault("uri", "")))) {
            its.remove("uri");
        }
        if (!its.containsKey("uri")) {
            its.putIfAbsent("warehouse", own.warehouses().defaultWarehouse().name());
        }
        return its;
    }

    /// The catalog. What is wrong becomes a problem of the block, and the own one stands in.
    ///
    /// @param ask whether the job will do otherwise, so that another catalog is asked
    TargetCatalog open(boolean ask) {
        Block sink = block;
        Map<String, String> its = config;
        if (sink == null || its == null) {
            return new OwnCatalog(own, own.warehouses().defaultWarehouse());
        }
        String type = its.getOrDefault("type", "rest");
        if (!type.toLowerCase(Locale.ROOT).equals("rest") || its.containsKey("catalog-impl")) {
            sink.problem(
                    OPTION,
                    "%s is not supported, only type rest"
                            .formatted(its.getOrDefault("catalog-impl", type)));
        } else if (its.containsKey("uri") && ask) {
            try {
                return ForeignCatalog.open(its, ledger);
            } catch (RuntimeException e) {
                sink.problem(
                        OPTION,
                        "the catalog %s does not let us in: %s"
                                .formatted(its.get("uri"), reason(e)));
            }
        }
        boolean elsewhere = its.containsKey("uri");
        return new OwnCatalog(own, warehouse(sink, elsewhere ? null : its.get("warehouse")));
    }

    /// With what lies below: of a connection the client says that there was an error.
    private static String reason(RuntimeException e) {
        String reason = String.valueOf(e.getMessage());
        Throwable below = e.getCause();
        if (below == null) {
            return reason;
        }
        while (below.getCause() != null) {
            below = below.getCause();
        }
        return below.getMessage() == null
                ? reason
                : "%s (%s)".formatted(reason, below.getMessage());
    }

    private Warehouse warehouse(Block sink, @Nullable String name) {
        if (name == null) {
            return own.warehouses().defaultWarehouse();
        }
        return own.warehouses()
                .find(name)
                .orElseGet(() -> {
                    sink.problem(OPTION, "there is no warehouse " + name);
                    return own.warehouses().defaultWarehouse();
                });
    }
}
