package dev.tarn.pipeline;

import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectInfo;
import dev.tarn.storage.ObjectReader;
import dev.tarn.storage.ObjectStore;
import dev.tarn.storage.ObjectWriter;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// A store that tells of each object before it is begun and after.
record WatchedStore(ObjectStore inner, Consumer<Location> before, Consumer<Location> after)
        implements ObjectStore {
    @Override
    public Optional<ObjectInfo> find(Location location) {
        return inner.find(location);
    }

    @Override
    public byte[] read(Location location) {
        return inner.read(location);
    }

    @Override
    public ObjectReader open(Location location) {
        return inner.open(location);
    }

    @Override
    public ObjectInfo write(Location location, byte[] content, Condition condition) {
        before.accept(location);
        ObjectInfo info = inner.write(location, content, condition);
        after.accept(location);
        return info;
    }

    @Override
    public ObjectWriter create(Location location, Condition condition) {
        before.accept(location);
        ObjectWriter writer = inner.create(location, condition);
        after.accept(location);
        return writer;
    }

    @Override
    public void delete(Location location) {
        inner.delete(location);
    }

    @Override
    public void deleteAll(Collection<Location> locations) {
        inner.deleteAll(locations);
    }

    @Override
    public Stream<ObjectInfo> list(Location prefix) {
        return inner.list(prefix);
    }

    @Override
    public void close() {
        inner.close();
    }
}
