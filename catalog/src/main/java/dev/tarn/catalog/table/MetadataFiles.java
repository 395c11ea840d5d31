package dev.tarn.catalog.table;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tarn.catalog.MetadataObjects;
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
import org.jspecify.annotations.Nullable;

/// Metadata files of tables, parsed. A file never changes, so what was read once is true for ever.
final class MetadataFiles {
    /// A parsed file takes a few times the room of its text.
    private static final int ENTRY_OVERHEAD_BYTES = 2048;

    private final MetadataObjects objects;
    private final Cache<String, Parsed> cache;

    MetadataFiles(MetadataObjects objects, long cacheBytes) {
        this.objects = objects;
        this.cache =
                Caffeine.newBuilder()
                        .maximumWeight(cacheBytes)
                        .weigher((String location, Parsed parsed) -> parsed.weight())
                        .executor(Runnable::run)
                        .build();
    }

    /// @throws NotFoundException if there is no such file
    TableMetadata read(String location) {
        return cache.get(location, this::parse).metadata();
    }

    /// As [#read], but from the store: a file known from memory may be deleted.
    TableMetadata readAnew(String location) {
        cache.invalidate(location);
        return read(location);
    }

    private Parsed parse(String location) {
        String json = objects.read(location);
        return new Parsed(
                TableMetadataParser.fromJson(location, json), json.length() + ENTRY_OVERHEAD_BYTES);
    }

    /// Writes the file after that of `base`, and returns the same metadata with its location.
    TableMetadata write(@Nullable TableMetadata base, TableMetadata next) {
        String location =
                MetadataObjects.nextName(
                        folder(next),
                        base == null ? null : base.metadataFileLocation(),
                        next.property(
                                TableProperties.METADATA_COMPRESSION,
                                TableProperties.METADATA_COMPRESSION_DEFAULT));
        String json = TableMetadataParser.toJson(next);
        objects.write(location, json);
        TableMetadata written =
                TableMetadata.buildFrom(next)
                        .withMetadataLocation(location)
                        .discardChanges()
                        .build();
        cache.put(location, new Parsed(written, json.length() + ENTRY_OVERHEAD_BYTES));
        return written;
    }

    static String folder(TableMetadata metadata) {
        String chosen = metadata.properties().get(TableProperties.WRITE_METADATA_LOCATION);
        return chosen != null
                ? LocationUtil.stripTrailingSlash(chosen)
                : LocationUtil.stripTrailingSlash(metadata.location()) + "/metadata";
    }

    /// Deletes files whose swap surely lost.
    void forget(Collection<String> locations) {
        cache.invalidateAll(locations);
        objects.deleteGarbage(locations);
    }

    /// The files that fell off the end of the metadata log, if the table asks for their deletion.
    static Set<String> outdated(TableMetadata base, TableMetadata next) {
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

    private record Parsed(TableMetadata metadata, int weight) {}
}
