package dev.tarn.catalog;

import dev.tarn.catalog.drop.Drops;
import dev.tarn.catalog.drop.Protections;
import dev.tarn.catalog.event.Events;
import dev.tarn.catalog.function.Functions;
import dev.tarn.catalog.idempotency.IdempotencyKeys;
import dev.tarn.catalog.label.RelationLabels;
import dev.tarn.catalog.namespace.Namespaces;
import dev.tarn.catalog.planning.Plans;
import dev.tarn.catalog.table.Tables;
import dev.tarn.catalog.view.Views;
import dev.tarn.catalog.warehouse.Warehouses;
import dev.tarn.storage.ObjectStore;
import dev.tarn.store.Database;
import java.time.InstantSource;

/// The catalog of one installation, assembled once. The database and the store belong to the
/// caller, who closes them after this.
public final class Catalog implements AutoCloseable {
    private final boolean embedded;
    private final ObjectStore store;
    private final Warehouses warehouses;
    private final Namespaces namespaces;
    private final Tables tables;
    private final Views views;
    private final Plans plans;
    private final Events events;
    private final Drops drops;
    private final Protections protections;
    private final Functions functions;
    private final IdempotencyKeys idempotencyKeys;
    private final RelationLabels labels;

    /// Brings the rows up to date and creates the default warehouse if it is not there.
    public Catalog(
            Database database, ObjectStore store, CatalogSettings settings, InstantSource clock) {
        this.embedded = !database.remote();
        database.migrate(CatalogSchema.COMPONENT, CatalogSchema.MIGRATIONS);
        var locations = new Locations(settings.allowedLocations());
        this.store = store;
        this.events = new Events(database, clock);
        this.warehouses =
                new Warehouses(database, events, settings.warehouse(), settings.warehouseRoot());
        this.namespaces = new Namespaces(database, locations, events);
        this.drops = new Drops(database, store, locations, events, clock, settings.dropRetention());
        this.protections = new Protections(database, events);
        this.tables =
                new Tables(
                        database,
                        store,
                        locations,
                        events,
                        drops,
                        clock,
                        settings.metadataCacheBytes());
        this.functions = new Functions(database, events, clock);
        this.labels = new RelationLabels(database, events);
        this.views = new Views(database, store, locations, events, drops);
        this.plans = new Plans(database, store, tables, clock, settings.planLimits());
        this.idempotencyKeys = new IdempotencyKeys(database, clock);
    }

    /// Whether the database is part of this process, so that a row costs microseconds.
    public boolean isEmbedded() {
        return embedded;
    }

    public Warehouses warehouses() {
        return warehouses;
    }

    public Namespaces namespaces() {
        return namespaces;
    }

    public Tables tables() {
        return tables;
    }

    public Views views() {
        return views;
    }

    public RelationLabels labels() {
        return labels;
    }

    public Plans plans() {
        return plans;
    }

    /// What was dropped and can be restored.
    public Drops drops() {
        return drops;
    }

    public Protections protections() {
        return protections;
    }

    public Functions functions() {
        return functions;
    }

    public Events events() {
        return events;
    }

    public IdempotencyKeys idempotencyKeys() {
        return idempotencyKeys;
    }

    public ObjectStore objects() {
        return store;
    }

    @Override
    public void close() {
        drops.close();
        idempotencyKeys.close();
    }
}
