package dev.tarn.app.http.rest;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tarn.app.http.Compression;
import dev.tarn.app.http.Request;
import dev.tarn.app.http.Response;
import dev.tarn.catalog.Page;
import dev.tarn.catalog.PageRequest;
import dev.tarn.catalog.relation.Kind;
import dev.tarn.catalog.relation.Relations.Listing;
import java.util.function.Supplier;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

/// Lists of tables and views as clients get them. Reading and encoding thousands of names costs
/// twenty times what the rest of such a request does, so a first page, or a whole list, is kept
/// until the names in its namespace change: each request asks for their count, see
/// [dev.tarn.catalog.relation.Relations.Listing], and for nothing more if it is the one known.
final class ListAnswers {
    private static final int ENTRY_OVERHEAD_BYTES = 256;

    private final Cache<Key, Encoded> cache;

    ListAnswers(long cacheBytes) {
        this.cache =
                Caffeine.newBuilder()
                        .maximumWeight(cacheBytes)
                        .weigher((Key key, Encoded encoded) -> encoded.weight())
                        .executor(Runnable::run)
                        .build();
    }

    /// @param size of the page, null if the client did not say
    /// @param whole whether the client asked for everything
    private record Key(String namespaceId, Kind kind, @Nullable Integer size, boolean whole) {}

    private static final class Encoded {
        private final long renamings;
        private final byte[] plain;
        private final byte @Nullable [] gzip;

        private Encoded(long renamings, byte[] plain) {
            this.renamings = renamings;
            this.plain = plain;
            this.gzip = Compression.pays(plain) ? Compression.gzip(plain) : null;
        }

        private int weight() {
            return plain.length + (gzip == null ? 0 : gzip.length) + ENTRY_OVERHEAD_BYTES;
        }
    }

    /// @param listing of the namespace, read before `page` is
    Response answer(
            Request request,
            Kind kind,
            PageRequest asked,
            Listing listing,
            Supplier<Page<TableIdentifier>> page) {
        if (!asked.isFirst()) {
            return IdentifierList.response(page.get());
        }
        var key = new Key(listing.namespaceId(), kind, asked.size(), asked.token() == null);
        Encoded known = cache.getIfPresent(key);
        if (known == null || known.renamings != listing.renamings()) {
            // What is read now may be newer than the count; then the next request reads again.
            known = new Encoded(listing.renamings(), IdentifierList.json(page.get()));
            cache.put(key, known);
        }
        byte[] gzip = known.gzip;
        if (gzip == null) {
            return Response.of(200, "application/json", known.plain);
        }
        Response response =
                request.acceptsGzip()
                        ? Response.of(200, "application/json", gzip)
                                .withHeader("Content-Encoding", "gzip")
                        : Response.of(200, "application/json", known.plain);
        return response.withHeader("Vary", "Accept-Encoding");
    }
}
