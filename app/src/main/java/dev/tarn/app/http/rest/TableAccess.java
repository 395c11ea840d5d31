package dev.tarn.app.http.rest;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tarn.catalog.table.LoadedTable;
import dev.tarn.catalog.table.TableFolders;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.storage.Location;
import dev.tarn.storage.vending.Access;
import dev.tarn.storage.vending.Scope;
import dev.tarn.storage.vending.ScopeTokens;
import dev.tarn.storage.vending.VendedKeys;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.credentials.Credential;
import org.apache.iceberg.rest.credentials.ImmutableCredential;
import org.jspecify.annotations.Nullable;

/// Works out what a client is told of the way to a table's bytes.
///
/// ```
/// header ─▶ Delegation ─┐
/// metadata ─▶ TableFolders ─▶ Scope ─┴─▶ keys, or where to have requests signed, or neither
/// ```
///
/// The folders are those of the table as it is now, looked at anew for every version of it; a table
/// that lies outside its warehouse opens nothing. What was worked out is kept until the keys in it
/// are to be replaced, well before they expire, so that an answer made earlier can be served as it
/// is and a client with an entity tag is told *unchanged* only while its keys live.
final class TableAccess {
    private static final int KEPT_MAX = 50_000;

    /// How long a create may be under way between its two requests.
    private static final Duration STAGE_MAX = Duration.ofHours(24);

    static final String STAGE = "stage";

    private final ClientStorage storage;
    private final Names names;
    private final TableFolders folders;
    private final InstantSource clock;
    private final StorageAccess open;
    private final Cache<Key, StorageAccess> kept =
            Caffeine.newBuilder().maximumSize(KEPT_MAX).executor(Runnable::run).build();

    TableAccess(ClientStorage storage, Names names, TableFolders folders, InstantSource clock) {
        this.storage = storage;
        this.names = names;
        this.folders = folders;
        this.clock = clock;
        this.open = StorageAccess.of(storage.always());
    }

    private record Key(
            String warehouseId,
            TableIdentifier name,
            Set<Delegation> asked,
            String metadataLocation) {}

    /// For a client that did not ask for help.
    StorageAccess withoutHelp() {
        return open;
    }

    /// @param metadata of the version at `metadataLocation`; asked only if it is not known yet
    StorageAccess of(
            Warehouse warehouse,
            TableIdentifier name,
            Set<Delegation> asked,
            String metadataLocation,
            Supplier<LoadedTable> metadata) {
        if (!canHelp(asked)) {
            return open;
        }
        var key = new Key(warehouse.id(), name, asked, metadataLocation);
        StorageAccess known = kept.getIfPresent(key);
        if (known != null && clock.instant().isBefore(known.usableUntil())) {
            return known;
        }
        StorageAccess made = make(warehouse, name, asked, metadata.get());
        if (!made.equals(open)) { // there may be keys the next time
            kept.put(key, made);
        }
        return made;
    }

    private boolean canHelp(Set<Delegation> asked) {
        return (asked.contains(Delegation.VENDED_CREDENTIALS) && storage.vendor().vends())
                || (asked.contains(Delegation.REMOTE_SIGNING) && storage.signer() != null);
    }

    /// For the answer to a change.
    StorageAccess of(
            Warehouse warehouse, TableIdentifier name, Set<Delegation> asked, LoadedTable loaded) {
        String location = loaded.metadataLocation();
        return location == null
                ? make(warehouse, name, asked, loaded)
                : of(warehouse, name, asked, location, () -> loaded);
    }

    private StorageAccess make(
            Warehouse warehouse, TableIdentifier name, Set<Delegation> asked, LoadedTable loaded) {
        List<Location> own =
                canHelp(asked) ? folders.of(warehouse, loaded.recentMetadata()) : List.of();
        if (own.isEmpty()) {
            return open;
        }
        // Who may load a table may write it: there are no grants yet that tell the two apart.
        var scope = new Scope(Access.READ_WRITE, own);
        String stage = loaded.metadataLocation() == null ? stage(scope) : null;
        if (asked.contains(Delegation.VENDED_CREDENTIALS)) {
            Optional<VendedKeys> keys = storage.vendor().keys(scope);
            if (keys.isPresent()) {
                return vended(warehouse, name, own, keys.get(), stage);
            }
        }
        boolean signed = asked.contains(Delegation.REMOTE_SIGNING) && storage.signer() != null;
        return signed ? signed(warehouse, name, stage) : open;
    }

    private StorageAccess vended(
            Warehouse warehouse,
            TableIdentifier name,
            List<Location> own,
            VendedKeys keys,
            @Nullable String stage) {
        SequencedMap<String, String> config =
                config(keys, path(warehouse, name, "credentials", stage));
        // One entry for each folder, because some clients take the prefix for all that it opens.
        List<Credential> credentials =
                own.stream().map(folder -> credential(folder.toString() + "/", config)).toList();
        return new StorageAccess(config, credentials, Map.of(), keys.reusableUntil());
    }

    /// Keys with their whole life before them. Exactly one entry, or none if there are no keys:
    /// Iceberg's client refuses several.
    List<Credential> fresh(
            Warehouse warehouse, TableIdentifier name, List<Location> own, @Nullable String stage) {
        if (own.isEmpty()) {
            return List.of();
        }
        Optional<VendedKeys> keys = storage.vendor().freshKeys(new Scope(Access.READ_WRITE, own));
        if (keys.isEmpty()) {
            return List.of();
        }
        Location widest = own.size() == 1 ? own.getFirst() : warehouse.root();
        return List.of(
                credential(
                        widest.toString().endsWith("/") ? widest.toString() : widest + "/",
                        config(keys.get(), path(warehouse, name, "credentials", stage))));
    }

    private static Credential credential(String prefix, Map<String, String> config) {
        return ImmutableCredential.builder().prefix(prefix).config(config).build();
    }

    /// All that a client cannot guess, with the keys: not every client joins them with what stands
    /// elsewhere in the answer.
    private SequencedMap<String, String> config(VendedKeys keys, String refresh) {
        SequencedMap<String, String> config = new LinkedHashMap<>(storage.always());
        config.put("s3.access-key-id", keys.accessKey());
        config.put("s3.secret-access-key", keys.secretKey());
        String token = keys.sessionToken();
        Instant expires = keys.expires();
        if (token != null && expires != null) {
            config.put("s3.session-token", token);
            config.put("s3.session-token-expires-at-ms", Long.toString(expires.toEpochMilli()));
            // Iceberg's client renews by the first for requests, and by the second for its tasks.
            config.put("client.refresh-credentials-endpoint", refresh);
            config.put("credentials.uri", refresh);
        }
        return config;
    }

    private StorageAccess signed(
            Warehouse warehouse, TableIdentifier name, @Nullable String stage) {
        SequencedMap<String, String> config = new LinkedHashMap<>(storage.always());
        config.put("s3.remote-signing-enabled", "true");
        // PyIceberg and older Java clients put the catalog's address before this; newer ones come
        // to the same route by themselves.
        config.put("s3.signer.endpoint", path(warehouse, name, "sign", stage));
        // PyIceberg signs only with this signer, and only through this one of its two ways to S3.
        config.put("s3.signer", "S3V4RestSigner");
        config.put("py-io-impl", "pyiceberg.io.fsspec.FsspecFileIO");
        return new StorageAccess(
                config,
                List.of(),
                stage == null ? Map.of() : Map.of(STAGE, stage),
                stage == null ? Instant.MAX : clock.instant());
    }

    /// A route of the table, below the catalog's address.
    private String path(
            Warehouse warehouse, TableIdentifier name, String last, @Nullable String stage) {
        String path = names.path(warehouse, name) + "/" + last;
        return stage == null ? path : path + "?" + STAGE + "=" + stage;
    }

    private @Nullable String stage(Scope scope) {
        ScopeTokens stages = storage.stages();
        return stages == null ? null : stages.seal(scope, clock.instant().plus(STAGE_MAX));
    }

    /// The folders of a table that is being created, from what its client was given when it staged
    /// it. Empty unless it is ours, young enough, and of this warehouse.
    List<Location> staged(Warehouse warehouse, @Nullable String stage) {
        ScopeTokens stages = storage.stages();
        if (stages == null || stage == null) {
            return List.of();
        }
        return stages.open(stage)
                .filter(opened -> clock.instant().isBefore(opened.expires()))
                .map(opened -> opened.scope().folders())
                .filter(all -> folders.areWithin(warehouse, all))
                .orElse(List.of());
    }
}
