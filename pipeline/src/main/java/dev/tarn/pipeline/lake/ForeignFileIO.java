package dev.tarn.pipeline.lake;

import dev.tarn.catalog.StoreFileIO;
import dev.tarn.storage.ObjectStore;
import dev.tarn.storage.local.LocalStore;
import dev.tarn.storage.s3.S3Settings;
import dev.tarn.storage.s3.S3Store;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.io.DelegateFileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.StorageCredential;
import org.apache.iceberg.io.SupportsStorageCredentials;
import org.jspecify.annotations.Nullable;

/// The bytes of another catalog's tables, by the properties that Iceberg's own S3FileIO takes and
/// by the credentials the catalog gives for a table. Files of this machine belong to a catalog of
/// this machine: from any other a `file:` location is refused.
public final class ForeignFileIO implements DelegateFileIO, SupportsStorageCredentials {
    private static final Set<String> S3_SCHEMES = Set.of("s3", "s3a", "s3n");
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    /// As Iceberg's AWS module names it.
    private static final String EXPIRES = "s3.session-token-expires-at-ms";

    /// Keys are renewed so long before they end, and earlier than half of their time only then.
    private static final long LEFT_MILLIS = 300_000;

    private Map<String, String> given = Map.of();
    private long begunMillis;
    private List<StorageCredential> credentials = List.of();
    private final transient Map<Map<String, String>, ObjectStore> stores = new HashMap<>();
    private transient @Nullable ObjectStore local;

    /// Iceberg makes one by its name.
    public ForeignFileIO() {}

    @Override
    public void initialize(Map<String, String> properties) {
        given = Map.copyOf(properties);
        begunMillis = System.currentTimeMillis();
    }

    @Override
    public Map<String, String> properties() {
        return given;
    }

    @Override
    public void setCredentials(List<StorageCredential> newCredentials) {
        credentials = List.copyOf(newCredentials);
    }

    @Override
    public List<StorageCredential> credentials() {
        return credentials;
    }

    /// Whether it is time to load the table anew, which gives other keys: these end soon.
    public boolean endsSoon(long nowMillis) {
        long end = expiry(given);
        for (StorageCredential credential : credentials) {
            end = Math.min(end, expiry(credential.config()));
        }
        return end != Long.MAX_VALUE
                && nowMillis >= end - Math.min(LEFT_MILLIS, Math.max(0, end - begunMillis) / 2);
    }

    /// In milliseconds since 1970; the largest number if there is none.
    private static long expiry(Map<String, String> properties) {
        String text = properties.get(EXPIRES);
        return text == null ? Long.MAX_VALUE : Long.parseLong(text);
    }

    private StoreFileIO of(String path) {
        return new StoreFileIO(store(path));
    }

    private synchronized ObjectStore store(String path) {
        String scheme = StoreFileIO.location(path).scheme();
        if (scheme.equals("file")) {
            return local();
        }
        if (!S3_SCHEMES.contains(scheme)) {
            throw new IllegalArgumentException(
                    "The catalog keeps the table at %s: expected s3://, or file: from a catalog of this machine"
                            .formatted(path));
        }
        return stores.computeIfAbsent(propertiesOf(path), p -> new S3Store(settings(p, path)));
    }

    private ObjectStore local() {
        String uri = given.getOrDefault(CatalogProperties.URI, "");
        String host = URI.create(uri).getHost();
        if (host == null || !LOOPBACK.contains(host)) {
            throw new IllegalArgumentException(
                    "The catalog %s keeps its tables in files of its machine, which is another"
                            .formatted(uri));
        }
        ObjectStore open = local;
        if (open == null) {
            open = new LocalStore();
            local = open;
        }
        return open;
    }

    /// Those of the longest prefix win.
    private Map<String, String> propertiesOf(String path) {
        Map<String, String> properties = new HashMap<>(given);
        credentials.stream()
                .filter(credential -> path.startsWith(credential.prefix()))
                .max((a, b) -> Integer.compare(a.prefix().length(), b.prefix().length()))
                .ifPresent(credential -> properties.putAll(credential.config()));
        return properties;
    }

    private static S3Settings settings(Map<String, String> properties, String path) {
        String endpoint = properties.get("s3.endpoint");
        String key = properties.get("s3.access-key-id");
        String secret = properties.get("s3.secret-access-key");
        if (key == null || secret == null) {
            throw new IllegalArgumentException(
                    "The catalog gives no credentials for %s: set s3.access-key-id and s3.secret-access-key in iceberg.catalog.config"
                            .formatted(path));
        }
        return new S3Settings(
                endpoint == null ? null : URI.create(endpoint),
                properties.getOrDefault(
                        "s3.region", properties.getOrDefault("client.region", "us-east-1")),
                Boolean.parseBoolean(properties.get("s3.path-style-access")),
                key,
                secret,
                properties.get("s3.session-token"));
    }

    @Override
    public InputFile newInputFile(String path) {
        return of(path).newInputFile(path);
    }

    @Override
    public OutputFile newOutputFile(String path) {
        return of(path).newOutputFile(path);
    }

    @Override
    public void deleteFile(String path) {
        of(path).deleteFile(path);
    }

    @Override
    public void deleteFiles(Iterable<String> paths) {
        Map<ObjectStore, List<String>> byStore = new HashMap<>();
        paths.forEach(
                path -> byStore.computeIfAbsent(store(path), s -> new ArrayList<>()).add(path));
        byStore.forEach((store, its) -> new StoreFileIO(store).deleteFiles(its));
    }

    @Override
    public Iterable<FileInfo> listPrefix(String prefix) {
        return of(prefix).listPrefix(prefix);
    }

    @Override
    public void deletePrefix(String prefix) {
        of(prefix).deletePrefix(prefix);
    }

    @Override
    public synchronized void close() {
        stores.values().forEach(ObjectStore::close);
        stores.clear();
    }
}
