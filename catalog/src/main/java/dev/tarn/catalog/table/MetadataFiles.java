package dev.tarn.catalog.table;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tarn.catalog.MetadataObjects;
import dev.tarn.catalog.document.Document;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadata.MetadataLogEntry;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.util.LocationUtil;

/// Metadata files of tables. A file never changes, so what was read once is true for ever.
final class MetadataFiles {
    /// From this size on a file is compressed unless its table says otherwise: it is then a sixth,
    /// is joined from what is compressed already, and is written anew with every commit.
    private static final int COMPRESSED_BYTES_MIN = 16 << 10;

    /// Objects take a few times the room of their text.
    private static final int OBJECTS_FACTOR = 4;

    private final MetadataObjects objects;
    private final Cache<String, TableVersion> versions;

    /// Versions that were followed by others just now: who read the pointer before may still want
    /// them. What they share is counted with their followers, so they are found until the garbage
    /// collector comes by.
    private final Cache<String, TableVersion> superseded;

    private final Cache<String, Whole> wholes;

    /// @param cacheBytes how much memory versions may take, and whole metadata once more
    MetadataFiles(MetadataObjects objects, long cacheBytes) {
        this.objects = objects;
        this.versions =
                Caffeine.newBuilder()
                        .maximumWeight(cacheBytes)
                        .weigher((String location, TableVersion version) -> version.weight())
                        .executor(Runnable::run)
                        .build();
        this.superseded = Caffeine.newBuilder().weakValues().executor(Runnable::run).build();
        this.wholes =
                Caffeine.newBuilder()
                        .maximumWeight(cacheBytes)
                        .weigher((String location, Whole whole) -> whole.weight())
                        .executor(Runnable::run)
                        .build();
    }

    private record Whole(TableMetadata metadata, int weight) {}

    /// @throws NotFoundException if there is no such file
    TableVersion read(String location) {
        TableVersion followed = superseded.getIfPresent(location);
        return followed != null ? followed : versions.get(location, this::parse);
    }

    /// As [#read], but from the store: a file known from memory may be deleted.
    TableVersion readAnew(String location) {
        invalidate(Set.of(location));
        return read(location);
    }

    private TableVersion parse(String location) {
        return TableVersion.of(TableMetadataParser.fromJson(location, objects.read(location)));
    }

    /// The metadata of a version with all snapshots.
    TableMetadata whole(TableVersion version) {
        String location = version.metadataLocation();
        if (version.isWhole() || location == null) {
            return version.whole();
        }
        return wholes.get(
                        location,
                        absent ->
                                new Whole(
                                        version.whole(),
                                        OBJECTS_FACTOR * Document.length(version.json())))
                .metadata();
    }

    /// Writes the next version.
    TableVersion write(Draft draft) {
        TableVersion base = draft.base();
        TableMetadata next = draft.next();
        String codec = next.properties().get(TableProperties.METADATA_COMPRESSION);
        boolean large = base != null && Document.length(base.json()) >= COMPRESSED_BYTES_MIN;
        String location =
                MetadataObjects.nextName(
                        folder(next),
                        base == null ? null : base.metadataLocation(),
                        codec != null ? codec : large ? "gzip" : "none");
        TableVersion version = draft.version(location);
        objects.write(
                location,
                MetadataObjects.isCompressed(location)
                        ? Document.gzip(version.json())
                        : Document.plain(version.json()));
        versions.put(location, version);
        return version;
    }

    static String folder(TableMetadata metadata) {
        String chosen = metadata.properties().get(TableProperties.WRITE_METADATA_LOCATION);
        return chosen != null
                ? LocationUtil.stripTrailingSlash(chosen)
                : LocationUtil.stripTrailingSlash(metadata.location()) + "/metadata";
    }

    /// Takes note that another version stands in the place of this one.
    void supersede(TableVersion version) {
        String location = version.requireLocation();
        wholes.invalidate(location);
        if (versions.asMap().remove(location) != null) {
            superseded.put(location, version);
        }
    }

    /// Deletes files whose swap surely lost.
    void forget(Collection<String> locations) {
        invalidate(locations);
        objects.deleteGarbage(locations);
    }

    private void invalidate(Collection<String> locations) {
        versions.invalidateAll(locations);
        superseded.invalidateAll(locations);
        wholes.invalidateAll(locations);
    }

    /// The files that fell off the end of the metadata log, if the table asks for their deletion.
    static Set<String> outdated(TableVersion before, TableVersion after) {
        TableMetadata base = before.recent();
        TableMetadata next = after.recent();
        if (!next.propertyAsBoolean(
                TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED,
                TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED_DEFAULT)) {
            return Set.of();
        }
        Set<String> outdated = new HashSet<>(logged(base));
        outdated.removeAll(logged(next));
        return outdated;
    }

    private static Set<String> logged(TableMetadata metadata) {
        return metadata.previousFiles().stream()
                .map(MetadataLogEntry::file)
                .collect(Collectors.toSet());
    }
}
