package dev.tarn.engine.trino;

import dev.tarn.engine.trino.TrinoSettings.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// Trino's configuration, written anew at each start. The catalog file holds a secret: its owner
/// alone may read.
final class Configuration {
    private final TrinoSettings settings;
    private final int port;

    Configuration(TrinoSettings settings, int port) {
        this.settings = settings;
        this.port = port;
    }

    void writeTo(Path home) {
        Path etc = home.resolve("etc");
        try {
            createPrivateFolder(home);
            createPrivateFolder(etc.resolve("catalog"));
            // Trino insists on the folder of isolated plugins, which may well be empty.
            createPrivateFolder(home.resolve("plugin"));
            writePrivate(etc.resolve("config.properties"), server());
            writePrivate(etc.resolve("catalog-store.properties"), catalogs());
            writePrivate(
                    etc.resolve("catalog").resolve(TrinoSettings.CATALOG + ".properties"),
                    catalog());
        } catch (IOException cause) {
            throw new UncheckedIOException(
                    "Configuration of Trino cannot be written to " + etc, cause);
        }
    }

    SequencedMap<String, String> server() {
        SequencedMap<String, String> properties = new LinkedHashMap<>();
        properties.put("coordinator", "true");
        properties.put("node-scheduler.include-coordinator", "true");
        properties.put("http-server.http.port", Integer.toString(port));
        properties.put("discovery.uri", "http://127.0.0.1:" + port);
        // With static catalogs a node tells which it has some time after it is up, and until the
        // others have heard of it a scan there ends with "No nodes available". Dynamic ones are
        // on every node from the start.
        properties.put("catalog.management", "dynamic");
        properties.put("catalog.store", "file");
        // The log of requests would grow without a reader.
        properties.put("http-server.log.enabled", "false");
        return properties;
    }

    /// Where the catalogs come from; nobody changes them by SQL.
    private static SequencedMap<String, String> catalogs() {
        SequencedMap<String, String> properties = new LinkedHashMap<>();
        properties.put("catalog.read-only", "true");
        return properties;
    }

    SequencedMap<String, String> catalog() {
        SequencedMap<String, String> properties = new LinkedHashMap<>();
        properties.put("connector.name", "iceberg");
        properties.put("iceberg.catalog.type", "rest");
        properties.put("iceberg.rest-catalog.uri", settings.catalogUri().toString());
        properties.put("iceberg.rest-catalog.warehouse", settings.warehouse());
        properties.put("iceberg.rest-catalog.nested-namespace-enabled", "true");
        properties.put("iceberg.register-table-procedure.enabled", "true");
        properties.put("iceberg.add-files-procedure.enabled", "true");
        // Expiring takes history only. Orphans need an hour: a younger file may belong to a commit
        // under way.
        properties.put("iceberg.expire-snapshots.min-retention", "0s");
        properties.put("iceberg.remove-orphan-files.min-retention", "1h");
        switch (settings.bytes()) {
            case Bytes.S3 s3 -> {
                properties.put("fs.native-s3.enabled", "true");
                if (s3.endpoint() != null) {
                    properties.put("s3.endpoint", s3.endpoint().toString());
                }
                properties.put("s3.region", s3.region());
                properties.put("s3.path-style-access", Boolean.toString(s3.pathStyle()));
                properties.put("s3.aws-access-key", s3.accessKey());
                properties.put("s3.aws-secret-key", s3.secretKey());
            }
            // Any other root would make Trino read file:///a/b as root/a/b, elsewhere than every
            // other engine.
            case Bytes.Folder folder -> {
                properties.put("fs.native-local.enabled", "true");
                properties.put("local.location", "/");
            }
        }
        return properties;
    }

    private static void createPrivateFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, privately("rwx------"));
        }
    }

    private static void writePrivate(Path file, SequencedMap<String, String> properties)
            throws IOException {
        var text = new StringBuilder("# Written by Tarn at each start; changes are lost.\n");
        for (Map.Entry<String, String> property : properties.entrySet()) {
            text.append(property.getKey())
                    .append('=')
                    .append(escape(property.getValue()))
                    .append('\n');
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, privately("rw-------"));
        Files.writeString(fresh, text, StandardCharsets.UTF_8);
        Files.move(
                fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /// Properties files take a backslash as the start of an escape.
    private static String escape(String value) {
        return value.replace("\\", "\\\\").replace("\n", "\\n");
    }

    private static FileAttribute<?>[] privately(String permissions) {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
