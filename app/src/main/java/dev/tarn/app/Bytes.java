package dev.tarn.app;

import dev.tarn.app.config.Config;
import dev.tarn.app.config.Secret;
import dev.tarn.app.http.rest.ClientStorage;
import dev.tarn.engine.trino.TrinoSettings;
import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectStore;
import dev.tarn.storage.local.LocalStore;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Where tables lie, as each side must know it: the store this process uses, and the way there for
/// clients and engines.
///
/// @param root of the default warehouse
/// @param s3 null where tables are plain files
record Bytes(ObjectStore store, Location root, @Nullable S3Access s3) {

    /// How others reach an S3.
    record S3Access(
            @Nullable URI endpoint,
            String region,
            boolean pathStyle,
            String accessKey,
            Secret secretKey) {}

    /// Plain files below a folder.
    static Bytes ofFolder(Config.Storage storage, String warehouse) {
        Location root = Location.of("file://" + storage.folder()).resolve(warehouse);
        return new Bytes(new LocalStore(), root, null);
    }

    ClientStorage forClients() {
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
        SequencedMap<String, String> vended = new LinkedHashMap<>();
        vended.put("s3.access-key-id", s3.accessKey());
        vended.put("s3.secret-access-key", s3.secretKey().value());
        return new ClientStorage(always, vended);
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
