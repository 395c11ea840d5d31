package dev.tarn.app.http.rest;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tarn.app.http.Compression;
import dev.tarn.app.http.Json;
import dev.tarn.catalog.document.Document;
import dev.tarn.catalog.document.Piece;
import dev.tarn.catalog.document.Text;
import dev.tarn.catalog.label.RelationLabels;
import dev.tarn.catalog.table.LoadedTable;
import dev.tarn.catalog.warehouse.Warehouse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.rest.responses.LoadTableResponse;
import org.jspecify.annotations.Nullable;

/// Tables as clients get them. What a load answers is encoded once for each form in which somebody
/// asks for it, and kept while there is room: a metadata file never changes.
///
/// The metadata comes in pieces that its table keeps compressed; around it is put what this server
/// adds. Together they are one gzip member: not every client reads more than the first one.
final class TableAnswers {
    /// Part of every ETag; to be raised when the same file is told in another way.
    private static final String REPRESENTATION = "2";

    private static final int ENTRY_OVERHEAD_BYTES = 512;

    private static final String METADATA = "\"metadata\":";
    private static final Text END = Text.of("}");

    private static final TableMetadata SOME_TABLE =
            TableMetadata.newTableMetadata(
                    new Schema(), PartitionSpec.unpartitioned(), "none:/", Map.of());

    private static final String SOME_TABLE_JSON = TableMetadataParser.toJson(SOME_TABLE);

    private final Cache<Key, Encoded> cache;

    TableAnswers(long cacheBytes) {
        this.cache =
                Caffeine.newBuilder()
                        .maximumWeight(cacheBytes)
                        .weigher((Key key, Encoded encoded) -> encoded.weight())
                        .executor(Runnable::run)
                        .build();
    }

    /// How a client wants a table.
    ///
    /// @param access what is said of the way to its bytes
    /// @param refs without the snapshots that no branch and no tag points to
    /// @param labels of the table now, as JSON, null if it has none
    record Form(Warehouse warehouse, StorageAccess access, boolean refs, @Nullable String labels) {
        /// Of a table of which nothing is said beside its metadata.
        Form(Warehouse warehouse, StorageAccess access, boolean refs) {
            this(warehouse, access, refs, null);
        }
    }

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
                new Key(location, form, gzip), absent -> answer(metadata.get(), form, gzip));
    }

    /// Whether an answer to this load is at hand, compressed or not.
    boolean holds(String location, Form form) {
        return cache.asMap().containsKey(new Key(location, form, true))
                || cache.asMap().containsKey(new Key(location, form, false));
    }

    /// Differs wherever two answers may differ: another version of the table, other snapshots,
    /// other keys, another warehouse, other labels.
    String etag(String location, Form form) {
        return '"'
                + digest(
                        String.join(
                                "\n",
                                REPRESENTATION,
                                form.refs() ? "refs" : "all",
                                form.access().digest(),
                                form.warehouse().id(),
                                form.warehouse().root().toString(),
                                form.labels() == null ? location : location + form.labels()))
                + '"';
    }

    /// A table with what the client needs to reach its bytes. Keys go both into `config` and into
    /// `storage-credentials`, because clients differ in which one they read; only clients that ask
    /// get them, because others would mix them with their own.
    Encoded answer(LoadedTable loaded, Form form, boolean gzip) {
        LoadTableResponse.Builder answer =
                LoadTableResponse.builder()
                        .addAllConfig(PlanningMode.config(loaded.recentMetadata()));
        form.access().addTo(answer);
        if (form.labels() != null) {
            answer.withLabels(RelationLabels.parse(form.labels()));
        }
        List<Piece> metadata = form.refs() ? loaded.jsonOfRefs() : loaded.json();
        return encode(loaded.metadataLocation(), metadata, behindMetadata(answer), gzip);
    }

    /// A table alone, for a client that has loaded it already.
    static Encoded answer(LoadedTable loaded, boolean gzip) {
        return encode(loaded.metadataLocation(), loaded.json(), END, gzip);
    }

    private static Encoded encode(
            @Nullable String location, List<Piece> metadata, Text end, boolean gzip) {
        List<Piece> answer = new ArrayList<>();
        answer.add(beforeMetadata(location));
        answer.addAll(metadata);
        answer.add(end);
        return gzip && Compression.pays(Document.length(answer))
                ? new Encoded(Document.gzip(answer), true)
                : new Encoded(Document.plain(answer), false);
    }

    private static Text beforeMetadata(@Nullable String location) {
        String field = location == null ? "" : "\"metadata-location\":" + text(location) + ",";
        return Text.of("{" + field + METADATA);
    }

    /// Iceberg writes the answer around some other table, whose text is then cut out with what
    /// stands before it.
    private static Text behindMetadata(LoadTableResponse.Builder answer) {
        String around = text(answer.withTableMetadata(SOME_TABLE).build());
        String before = "{" + METADATA + SOME_TABLE_JSON;
        if (!around.startsWith(before)) {
            throw new IllegalStateException("Metadata does not come first in " + around);
        }
        return Text.of(around.substring(before.length()));
    }

    private static String text(Object value) {
        return new String(Json.write(value), StandardCharsets.UTF_8);
    }

    static String digest(String text) {
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
