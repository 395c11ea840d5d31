package dev.tarn.app.http.rest;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tarn.app.http.Compression;
import dev.tarn.app.http.Json;
import dev.tarn.catalog.table.LoadedTable;
import dev.tarn.catalog.warehouse.Warehouse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.rest.credentials.ImmutableCredential;
import org.apache.iceberg.rest.responses.LoadTableResponse;

/// Tables as clients get them. What a load answers is encoded once for each form in which somebody
/// asks for it, and kept while there is room: a metadata file never changes.
///
/// The whole answer is kept, not its metadata alone with the rest put behind it: compressed parts
/// can be joined, but not every client reads more than the first one.
final class TableAnswers {
    /// Part of every ETag; to be raised when the same file is told in another way.
    private static final String REPRESENTATION = "2";

    private static final int ENTRY_OVERHEAD_BYTES = 512;

    private final ClientStorage storage;
    private final Cache<Key, Encoded> cache;
    private final String always;
    private final String whole;

    TableAnswers(ClientStorage storage, long cacheBytes) {
        this.storage = storage;
        this.always = digest(text(storage.always()));
        this.whole = digest(text(storage.whole()));
        this.cache =
                Caffeine.newBuilder()
                        .maximumWeight(cacheBytes)
                        .weigher((Key key, Encoded encoded) -> encoded.weight())
                        .executor(Runnable::run)
                        .build();
    }

    /// How a client wants a table.
    ///
    /// @param credentials with the keys to its bytes
    /// @param refs without the snapshots that no branch and no tag points to
    record Form(Warehouse warehouse, boolean credentials, boolean refs) {}

    /// The body of an answer, as it goes out.
    static final class Encoded {
        private final byte[] bytes;
        private final boolean gzip;

        private Encoded(byte[] bytes, boolean gzip) {
            this.bytes = bytes;
            this.gzip = gzip;
        }

        /// @return not a copy
        byte[] bytes() {
            return bytes;
        }

        boolean gzip() {
            return gzip;
        }

        private int weight() {
            return bytes.length + ENTRY_OVERHEAD_BYTES;
        }
    }

    private record Key(String location, Form form, boolean gzip) {}

    /// The answer to a load of the table whose metadata file is at `location`.
    ///
    /// @param metadata is asked only if the answer is not at hand
    Encoded load(String location, Form form, boolean gzip, Supplier<LoadedTable> metadata) {
        return cache.get(
                new Key(location, form, gzip),
                absent -> encode(Json.write(answer(metadata.get(), form)), gzip));
    }

    /// Whether an answer to this load is at hand, compressed or not.
    boolean holds(String location, Form form) {
        return cache.asMap().containsKey(new Key(location, form, true))
                || cache.asMap().containsKey(new Key(location, form, false));
    }

    private static Encoded encode(byte[] json, boolean gzip) {
        return gzip && Compression.pays(json)
                ? new Encoded(Compression.gzip(json), true)
                : new Encoded(json, false);
    }

    /// Differs wherever two answers may differ: another version of the table, other snapshots,
    /// other keys, another warehouse.
    String etag(String location, Form form) {
        return '"'
                + digest(
                        String.join(
                                "\n",
                                REPRESENTATION,
                                form.refs() ? "refs" : "all",
                                hasKeys(form) ? whole : always,
                                form.warehouse().id(),
                                form.warehouse().root().toString(),
                                location))
                + '"';
    }

    /// A table with what the client needs to reach its bytes. Keys go both into `config` and into
    /// `storage-credentials`, because clients differ in which one they read; only clients that ask
    /// get them, because others would mix them with their own.
    LoadTableResponse answer(LoadedTable loaded, Form form) {
        LoadTableResponse.Builder answer =
                LoadTableResponse.builder()
                        .withTableMetadata(form.refs() ? withoutHistory(loaded) : located(loaded))
                        .addAllConfig(PlanningMode.config(loaded.metadata()));
        if (!hasKeys(form)) {
            return answer.addAllConfig(storage.always()).build();
        }
        return answer.addAllConfig(storage.whole())
                .addCredential(
                        ImmutableCredential.builder()
                                .prefix(form.warehouse().root().toString())
                                .config(storage.whole())
                                .build())
                .build();
    }

    /// A table alone, for a client that has loaded it already.
    static LoadTableResponse answer(LoadedTable loaded) {
        return LoadTableResponse.builder().withTableMetadata(located(loaded)).build();
    }

    private boolean hasKeys(Form form) {
        return form.credentials() && !storage.vended().isEmpty();
    }

    private static TableMetadata located(LoadedTable loaded) {
        TableMetadata metadata = loaded.metadata();
        return Objects.equals(metadata.metadataFileLocation(), loaded.metadataLocation())
                ? metadata
                : TableMetadata.buildFrom(metadata)
                        .discardChanges()
                        .withMetadataLocation(loaded.metadataLocation())
                        .build();
    }

    private static TableMetadata withoutHistory(LoadedTable loaded) {
        return TableMetadata.buildFrom(loaded.metadata())
                .withMetadataLocation(loaded.metadataLocation())
                .suppressHistoricalSnapshots()
                .build();
    }

    private static String text(Map<String, String> properties) {
        return new String(Json.write(properties), StandardCharsets.UTF_8);
    }

    private static String digest(String text) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
