package dev.tarn.app;

import dev.tarn.app.api.WarehouseRoots;
import dev.tarn.app.config.Config;
import dev.tarn.app.config.Secret;
import dev.tarn.app.http.rest.ClientStorage;
import dev.tarn.engine.trino.TrinoSettings;
import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectStore;
import dev.tarn.storage.StorageException;
import dev.tarn.storage.local.FolderStore;
import dev.tarn.storage.local.LocalStore;
import dev.tarn.storage.s3.RemoteSigner;
import dev.tarn.storage.s3.S3Endpoint;
import dev.tarn.storage.s3.S3Keys;
import dev.tarn.storage.s3.S3Settings;
import dev.tarn.storage.s3.S3Store;
import dev.tarn.storage.vending.KeyVendor;
import dev.tarn.storage.vending.Lifetime;
import dev.tarn.storage.vending.ScopeTokens;
import dev.tarn.storage.vending.SealedKeys;
import dev.tarn.storage.vending.StaticKeys;
import dev.tarn.storage.vending.StsKeys;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Where tables lie, as each side must know it: the store this process uses, and the way there for
/// clients and engines.
///
/// @param root of the default warehouse
/// @param warehouses where further ones may lie
/// @param s3 null where tables are plain files
/// @param vendor of keys for clients; closed with the store
record Bytes(
        ObjectStore store,
        Location root,
        WarehouseRoots warehouses,
        @Nullable S3Access s3,
        KeyVendor vendor) {

    private static final String BUILTIN_REGION = "us-east-1";

    /// How others reach an S3.
    record S3Access(
            @Nullable URI endpoint,
            String region,
            boolean pathStyle,
            String accessKey,
            Secret secretKey) {}

    /// The built-in storage: a folder, used directly here, served over S3 to everyone else.
    static Bytes builtin(
            FolderStore store,
            S3Endpoint endpoint,
            S3Keys keys,
            Config config,
            InstantSource clock) {
        URI address = URI.create("http://%s:%d".formatted(config.host(), endpoint.port()));
        return new Bytes(
                store,
                Location.of("s3://" + config.warehouse()),
                Roots.builtin(store),
                new S3Access(
                        address,
                        BUILTIN_REGION,
                        true,
                        keys.accessKey(),
                        new Secret(keys.secretKey())),
                new SealedKeys(
                        keys.secretKey(), new Lifetime(config.storage().keyLifetime()), clock));
    }

    /// An S3 that others run.
    static Bytes another(Config.S3 s3, Duration keyLifetime, InstantSource clock) {
        URI endpoint = URI.create(required(s3.endpoint()));
        Secret accessKey = required(s3.accessKey());
        Secret secretKey = required(s3.secretKey());
        var store =
                new S3Store(
                        new S3Settings(
                                endpoint,
                                s3.region(),
                                s3.pathStyle(),
                                accessKey.value(),
                                secretKey.value(),
                                null));
        String bucket = required(s3.bucket());
        try {
            store.requireBucket(bucket);
        } catch (StorageException e) {
            store.close();
            throw new StorageException(
                    "The storage at %s cannot be used: %s".formatted(endpoint, e.getMessage()), e);
        }
        Location whole = Location.of("s3://" + bucket);
        Location root = s3.prefix().isEmpty() ? whole : whole.resolve(s3.prefix());
        return new Bytes(
                store,
                root,
                Roots.another(store),
                new S3Access(endpoint, s3.region(), s3.pathStyle(), accessKey.value(), secretKey),
                vendor(s3, keyLifetime, clock));
    }

    private static KeyVendor vendor(Config.S3 s3, Duration keyLifetime, InstantSource clock) {
        String accessKey = required(s3.accessKey()).value();
        String secretKey = required(s3.secretKey()).value();
        Config.Sts sts = s3.sts();
        if (sts.enabled()) {
            return new StsKeys(
                    new StsKeys.Settings(
                            sts.endpoint() == null ? null : URI.create(sts.endpoint()),
                            s3.region(),
                            sts.roleArn(),
                            accessKey,
                            secretKey,
                            keyLifetime),
                    clock);
        }
        return s3.vendOwnKeys() ? new StaticKeys(accessKey, secretKey) : KeyVendor.NONE;
    }

    /// What the configuration has checked already.
    private static <T> T required(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("An unchecked configuration");
        }
        return value;
    }

    /// Plain files below a folder.
    static Bytes ofFolder(Config.Storage storage, String warehouse) {
        Location root = Location.of("file://" + storage.folder()).resolve(warehouse);
        return new Bytes(
                new LocalStore(storage.fsync()),
                root,
                Roots.folder(storage.folder()),
                null,
                KeyVendor.NONE);
    }

    /// @param clock of what is signed
    ClientStorage forClients(InstantSource clock) {
        if (s3 == null) {
            return ClientStorage.NONE;
        }
        SequencedMap<String, String> always = new LinkedHashMap<>();
        if (s3.endpoint() != null) {
            always.put("s3.endpoint", s3.endpoint().toString());
        }
        always.put("s3.path-style-access", Boolean.toString(s3.pathStyle()));
        always.put("s3.region", s3.region());
        always.put("client.region", s3.region());
        String secretKey = s3.secretKey().value();
        URI endpoint = s3.endpoint();
        RemoteSigner signer =
                endpoint == null
                        ? null
                        : new RemoteSigner(
                                endpoint,
                                s3.region(),
                                s3.pathStyle(),
                                new S3Keys(s3.accessKey(), secretKey),
                                clock);
        return new ClientStorage(always, vendor, signer, new ScopeTokens(secretKey, "stage"));
    }

    TrinoSettings.Bytes forTrino() {
        return s3 == null
                ? new TrinoSettings.Bytes.Folder()
                : new TrinoSettings.Bytes.S3(
                        s3.endpoint(),
                        s3.region(),
                        s3.pathStyle(),
                        s3.accessKey(),
                        s3.secretKey().value());
    }
}
