package dev.tarn.catalog.view;

import dev.tarn.catalog.MetadataObjects;
import java.util.List;
import org.apache.iceberg.util.LocationUtil;
import org.apache.iceberg.view.ViewMetadata;
import org.apache.iceberg.view.ViewMetadataParser;
import org.apache.iceberg.view.ViewProperties;
import org.jspecify.annotations.Nullable;

/// Metadata files of views.
final class ViewFiles {
    private final MetadataObjects objects;

    ViewFiles(MetadataObjects objects) {
        this.objects = objects;
    }

    LoadedView read(String location) {
        return new LoadedView(
                location, ViewMetadataParser.fromJson(location, objects.read(location)));
    }

    /// Writes the file after `previous`.
    LoadedView write(@Nullable String previous, ViewMetadata next) {
        String codec =
                next.properties()
                        .getOrDefault(
                                ViewProperties.METADATA_COMPRESSION,
                                ViewProperties.METADATA_COMPRESSION_DEFAULT);
        String location = MetadataObjects.nextName(folder(next), previous, codec);
        String json = ViewMetadataParser.toJson(next);
        objects.write(location, json);
        return new LoadedView(location, ViewMetadataParser.fromJson(location, json));
    }

    private static String folder(ViewMetadata metadata) {
        String chosen = metadata.properties().get(ViewProperties.WRITE_METADATA_LOCATION);
        return chosen != null
                ? LocationUtil.stripTrailingSlash(chosen)
                : LocationUtil.stripTrailingSlash(metadata.location()) + "/metadata";
    }

    void forget(LoadedView lost) {
        objects.deleteGarbage(List.of(lost.metadataLocation()));
    }
}
