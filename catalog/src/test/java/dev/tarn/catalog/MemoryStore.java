package dev.tarn.catalog;

import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectInfo;
import dev.tarn.storage.ObjectNotFoundException;
import dev.tarn.storage.ObjectReader;
import dev.tarn.storage.ObjectStore;
import dev.tarn.storage.ObjectWriter;
import dev.tarn.storage.PreconditionFailedException;
import dev.tarn.storage.StorageException;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/// An object store in memory, true to the contract.
final class MemoryStore implements ObjectStore {
    private final SortedMap<String, Stored> objects = new ConcurrentSkipListMap<>();

    private static final class Stored {
        private final byte[] content;
        private final ObjectInfo info;

        Stored(byte[] content, ObjectInfo info) {
            this.content = content;
            this.info = info;
        }
    }

    @Override
    public Optional<ObjectInfo> find(Location location) {
        return Optional.ofNullable(objects.get(location.toString())).map(stored -> stored.info);
    }

    private Stored require(Location location) {
        Stored stored = objects.get(location.toString());
        if (stored == null) {
            throw new ObjectNotFoundException(location);
        }
        return stored;
    }

    @Override
    public byte[] read(Location location) {
        return require(location).content.clone();
    }

    @Override
    public ObjectReader open(Location location) {
        byte[] content = require(location).content;
        return new ObjectReader() {
            @Override
            public long size() {
                return content.length;
            }

            @Override
            public void read(long position, byte[] into, int offset, int length) {
                if (position + length > content.length) {
                    throw new StorageException("Object ends early: " + location);
                }
                System.arraycopy(content, (int) position, into, offset, length);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public synchronized ObjectInfo write(Location location, byte[] content, Condition condition) {
        Optional<ObjectInfo> before = find(location);
        boolean holds =
                switch (condition) {
                    case Condition.None() -> true;
                    case Condition.Absent() -> before.isEmpty();
                    case Condition.Matches(String etag) ->
                            before.map(ObjectInfo::etag).filter(etag::equals).isPresent();
                };
        if (!holds) {
            throw new PreconditionFailedException(location, condition);
        }
        String etag = Long.toHexString(System.nanoTime());
        var info = new ObjectInfo(location, content.length, etag, Instant.now());
        objects.put(location.toString(), new Stored(content.clone(), info));
        return info;
    }

    @Override
    public ObjectWriter create(Location location, Condition condition) {
        var bytes = new ByteArrayOutputStream();
        return new ObjectWriter() {
            private boolean ended;

            @Override
            public long position() {
                return bytes.size();
            }

            @Override
            public void write(int value) {
                bytes.write(value);
            }

            @Override
            public void write(byte[] from, int offset, int length) {
                bytes.write(from, offset, length);
            }

            @Override
            public void abort() {
                ended = true;
            }

            @Override
            public void close() {
                if (!ended) {
                    ended = true;
                    MemoryStore.this.write(location, bytes.toByteArray(), condition);
                }
            }
        };
    }

    @Override
    public void delete(Location location) {
        objects.remove(location.toString());
    }

    @Override
    public void deleteAll(Collection<Location> locations) {
        locations.forEach(this::delete);
    }

    @Override
    public Stream<ObjectInfo> list(Location prefix) {
        return objects.tailMap(prefix.toString()).values().stream()
                .map(stored -> stored.info)
                .filter(info -> info.location().toString().startsWith(prefix.toString()));
    }

    @Override
    public void close() {}
}
