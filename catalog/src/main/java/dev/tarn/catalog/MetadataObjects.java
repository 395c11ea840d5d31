package dev.tarn.catalog;

import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectNotFoundException;
import dev.tarn.storage.ObjectStore;
import dev.tarn.storage.PreconditionFailedException;
import dev.tarn.storage.StorageException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.exceptions.NotFoundException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Metadata files of tables and views: JSON, written once under a name never used before.
public final class MetadataObjects {
    private static final Logger LOG = LoggerFactory.getLogger(MetadataObjects.class);
    private static final int GZIP_MAGIC = 0x1f8b;
    private static final int VERSION_DIGITS = 5;

    /// A longer number in front of a name is not one that we gave.
    private static final int VERSION_DIGITS_MAX = 8;

    private final ObjectStore store;

    public MetadataObjects(ObjectStore store) {
        this.store = store;
    }

    /// The name of the file after `previous`, in `folder`.
    public static String nextName(String folder, @Nullable String previous, String codec) {
        String version = Integer.toString(previous == null ? 0 : version(previous) + 1);
        return folder
                + '/'
                + "0".repeat(Math.max(0, VERSION_DIGITS - version.length()))
                + version
                + '-'
                + UUID.randomUUID()
                + TableMetadataParser.getFileExtension(codec);
    }

    private static int version(String location) {
        String file = location.substring(location.lastIndexOf('/') + 1);
        int dash = file.indexOf('-');
        boolean numbered = dash > 0 && dash <= VERSION_DIGITS_MAX;
        for (int i = 0; numbered && i < dash; i++) {
            numbered = file.charAt(i) >= '0' && file.charAt(i) <= '9';
        }
        return numbered ? Integer.parseInt(file.substring(0, dash)) : 0;
    }

    /// Whether a file of this name is compressed.
    public static boolean isCompressed(String location) {
        return location.contains(".gz.");
    }

    public void write(String location, String json) {
        write(location, encode(location, json));
    }

    /// @param content as it is to be stored
    public void write(String location, byte[] content) {
        Location target = Location.of(location);
        try {
            store.write(target, content, Condition.ABSENT);
        } catch (PreconditionFailedException e) {
            // Nobody else knows the name: a try whose answer was lost wrote the file already.
            if (!Arrays.equals(store.read(target), content)) {
                throw new StorageException("Another object stands at " + location, e);
            }
        }
    }

    private static byte[] encode(String location, String json) {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        if (!isCompressed(location)) {
            return text;
        }
        var compressed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(compressed)) {
            gzip.write(text);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot compress " + location, e);
        }
        return compressed.toByteArray();
    }

    public String read(String location) {
        try {
            byte[] content = store.read(Location.of(location));
            return new String(
                    isGzip(content) ? decompress(location, content) : content,
                    StandardCharsets.UTF_8);
        } catch (ObjectNotFoundException e) {
            throw new NotFoundException(e, "Failed to open input stream for file: %s", location);
        }
    }

    private static boolean isGzip(byte[] content) {
        return content.length > 2 && ((content[0] & 0xff) << 8 | (content[1] & 0xff)) == GZIP_MAGIC;
    }

    private static byte[] decompress(String location, byte[] content) {
        try (var gzip = new GZIPInputStream(new ByteArrayInputStream(content))) {
            return gzip.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot decompress " + location, e);
        }
    }

    /// Deletes files that nothing points to. What stays behind is garbage, not damage, and the
    /// caller's own outcome stands whether it succeeds or not.
    public void deleteGarbage(Collection<String> locations) {
        if (locations.isEmpty()) {
            return;
        }
        try {
            store.deleteAll(locations.stream().map(Location::of).toList());
        } catch (StorageException e) {
            LOG.warn(
                    "garbage left files={} first={}",
                    locations.size(),
                    locations.iterator().next(),
                    e);
        }
    }
}
