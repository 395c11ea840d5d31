package dev.tarn.storage;

import java.util.Collection;
import java.util.Optional;
import java.util.stream.Stream;

/// Objects by name. All calls block; all may throw [StorageException].
///
/// Promises, kept by every implementation and tested by one contract: a write is visible whole and
/// only after it returned, and then survives a power cut; of writers with the same [Condition] one
/// wins; a read sees one version; a listing shows no unfinished object.
public interface ObjectStore extends AutoCloseable {

    Optional<ObjectInfo> find(Location location);

    /// The whole object, for small ones.
    ///
    /// @throws ObjectNotFoundException if there is none
    byte[] read(Location location);

    /// @throws ObjectNotFoundException if there is none
    ObjectReader open(Location location);

    /// Writes a small object in one step.
    ///
    /// @throws PreconditionFailedException if the condition does not hold; nothing was written
    ObjectInfo write(Location location, byte[] content, Condition condition);

    /// Writes an object of any size.
    ObjectWriter create(Location location, Condition condition);

    /// Removes the object. Removing what is not there does nothing.
    void delete(Location location);

    /// Removes many objects in as few calls as the store allows.
    void deleteAll(Collection<Location> locations);

    /// All objects whose key starts with that of `prefix`, in the order of their UTF-8 bytes. Lazy;
    /// close the stream.
    Stream<ObjectInfo> list(Location prefix);

    @Override
    void close();
}
