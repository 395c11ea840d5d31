package dev.tarn.catalog;

import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectInfo;
import dev.tarn.storage.ObjectReader;
import dev.tarn.storage.ObjectStore;
import dev.tarn.storage.ObjectWriter;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/// A store that is so slow that no object can be read whole until the gate is opened.
record GatedStore(ObjectStore store, CountDownLatch gate) implements ObjectStore {

    @Override
    public byte[] read(Location location) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return store.read(location);
    }

    @Override
    public Optional<ObjectInfo> find(Location location) {
        return store.find(location);
    }

    @Override
    public ObjectReader open(Location location) {
        return store.open(location);
    }

    @Override
    public ObjectInfo write(Location location, byte[] content, Condition condition) {
        return store.write(location, content, condition);
    }

    @Override
    public ObjectWriter create(Location location, Condition condition) {
        return store.create(location, condition);
    }

    @Override
    public void delete(Location location) {
        store.delete(location);
    }

    @Override
    public void deleteAll(Collection<Location> locations) {
        store.deleteAll(locations);
    }

    @Override
    public Stream<ObjectInfo> list(Location prefix) {
        return store.list(prefix);
    }

    @Override
    public void close() {
        store.close();
    }
}
