package dev.tarn.bench;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The catalogs that `bench/run` can start: Tarn, and its peers that are Maven artifacts.
final class Servers {
    /// Those of `--store`.
    static final String[] STORES = {"sqlite", "sqlite-unsynced", "postgres", "postgres-s3"};

    /// Those of `--peer`.
    static final String[] PEERS = {"iceberg-fixture", "iceberg-fixture-s3", "nessie"};

    private final Path root;
    private final Children children;
    private final Backends backends;
    private final String heap;

    /// @param root the checkout
    Servers(Path root, Children children, String heap) {
        this.root = root;
        this.children = children;
        this.backends = new Backends(root, children);
        this.heap = heap;
    }

    Target tarn(String store) throws IOException, InterruptedException {
        String name = "tarn " + store;
        Map<String, String> environment = new LinkedHashMap<>();
        List<Long> more = new ArrayList<>();
        if (store.equals("sqlite-unsynced")) {
            environment.put("TARN_STORE_FSYNC", "false");
            environment.put("TARN_STORAGE_FSYNC", "false");
        }
        if (store.equals("sqlite-local")) {
            environment.put("TARN_STORAGE_KIND", "local");
        }
        if (store.startsWith("postgres")) {
            Backends.Postgres postgres = backends.postgres(name);
            environment.put(
                    "TARN_STORE_URL", "postgresql://postgres:postgres@" + postgres.address());
            more.add(postgres.process());
        }
        if (store.equals("postgres-s3")) {
            Backends.S3 s3 = backends.minio(name);
            environment.put("TARN_STORAGE_KIND", "s3");
            environment.put("TARN_STORAGE_S3_ENDPOINT", s3.endpoint().toString());
            environment.put("TARN_STORAGE_S3_BUCKET", Backends.BUCKET);
            environment.put("TARN_STORAGE_S3_ACCESS_KEY", Backends.ACCESS_KEY);
            environment.put("TARN_STORAGE_S3_SECRET_KEY", Backends.SECRET_KEY);
            more.add(s3.process());
        }
        int port = Children.freePort();
        ProcessBuilder builder =
                new ProcessBuilder(
                        root.resolve("tarn").toString(),
                        "up",
                        "--no-sql",
                        "--data",
                        children.folder(name).toString());
        builder.environment().put("TARN_HEAP", heap);
        builder.environment().put("TARN_CATALOG_PORT", Integer.toString(port));
        builder.environment().put("TARN_STORAGE_PORT", "0");
        builder.environment().putAll(environment);
        return start(name, builder, port, "", null, more);
    }

    Target peer(String name) throws IOException, InterruptedException {
        return switch (name) {
            case "iceberg-fixture" -> icebergFixture();
            case "iceberg-fixture-s3" -> icebergFixtureOnS3();
            default -> nessie();
        };
    }

    /// Iceberg's own REST server over JDBC, on SQLite with one connection and plain files: two
    /// connections to SQLite lock each other up for good under concurrent commits.
    private Target icebergFixture() throws IOException, InterruptedException {
        Path data = children.folder("iceberg-fixture");
        return icebergFixture(
                "iceberg-fixture",
                List.of(),
                Map.of(
                        "uri",
                        "jdbc:sqlite:" + data.resolve("catalog.db"),
                        "clients",
                        "1",
                        "warehouse",
                        "file://" + data.resolve("warehouse"),
                        "io-impl",
                        "org.apache.iceberg.rest.PlainFileIO"));
    }

    private Target icebergFixtureOnS3() throws IOException, InterruptedException {
        Backends.Postgres postgres = backends.postgres("iceberg-fixture-s3");
        Backends.S3 s3 = backends.minio("iceberg-fixture-s3");
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("uri", postgres.jdbc());
        properties.put("jdbc.user", "postgres");
        properties.put("jdbc.password", "postgres");
        properties.put("clients", "16");
        properties.put("warehouse", "s3://" + Backends.BUCKET + "/warehouse");
        properties.put("io-impl", "org.apache.iceberg.aws.s3.S3FileIO");
        properties.put("s3.endpoint", s3.endpoint().toString());
        properties.put("s3.path-style-access", "true");
        properties.put("s3.access-key-id", Backends.ACCESS_KEY);
        properties.put("s3.secret-access-key", Backends.SECRET_KEY);
        properties.put("client.region", "us-east-1");
        return icebergFixture(
                "iceberg-fixture-s3", List.of(postgres.process(), s3.process()), properties);
    }

    private Target icebergFixture(String name, List<Long> more, Map<String, String> properties)
            throws IOException, InterruptedException {
        Path peer = root.resolve("bench/load/target/peer");
        int port = Children.freePort();
        List<String> command = new ArrayList<>(java());
        command.addAll(
                List.of(
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                        "-cp",
                        String.join(
                                File.pathSeparator,
                                peer.resolve("classes").toString(),
                                peer.resolve("iceberg-open-api-1.10.1.jar").toString(),
                                root.resolve("bench/load/target/lib").toString() + "/*"),
                        "org.apache.iceberg.rest.LoopbackRestServer",
                        Integer.toString(port)));
        properties.forEach((key, value) -> command.add(key + "=" + value));
        return start(name, new ProcessBuilder(command), port, "", null, more);
    }

    /// Nessie's own build, on RocksDB in its folder and bytes in MinIO: it has no plain files.
    private Target nessie() throws IOException, InterruptedException {
        Backends.S3 s3 = backends.minio("nessie");
        int port = Children.freePort();
        List<String> command = new ArrayList<>(java());
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("quarkus.http.host", "127.0.0.1");
        properties.put("quarkus.http.port", Integer.toString(port));
        properties.put("quarkus.management.enabled", "false");
        properties.put("quarkus.http.enable-compression", "true");
        properties.put("quarkus.log.level", "ERROR");
        properties.put("quarkus.oidc.tenant-enabled", "false");
        properties.put("quarkus.otel.sdk.disabled", "true");
        properties.put("nessie.version.store.type", "ROCKSDB");
        properties.put(
                "nessie.version.store.persist.rocks.database-path",
                children.folder("nessie").toString());
        properties.put("nessie.catalog.default-warehouse", "bench");
        properties.put("nessie.catalog.warehouses.bench.location", "s3://" + Backends.BUCKET);
        String options = "nessie.catalog.service.s3.default-options.";
        properties.put(options + "region", "us-east-1");
        properties.put(options + "endpoint", s3.endpoint().toString());
        properties.put(options + "path-style-access", "true");
        properties.put(options + "auth-type", "STATIC");
        properties.put(options + "access-key", "urn:nessie-secret:quarkus:bench.key");
        properties.put("bench.key.name", Backends.ACCESS_KEY);
        properties.put("bench.key.secret", Backends.SECRET_KEY);
        properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(
                List.of(
                        "-jar",
                        root.resolve("bench/load/target/peer/nessie-quarkus-0.99.0-runner.jar")
                                .toString()));
        return start(
                "nessie",
                new ProcessBuilder(command),
                port,
                "/iceberg",
                null,
                List.of(s3.process()));
    }

    private List<String> java() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow");
    }

    /// @param more processes whose time counts as well
    private Target start(
            String name,
            ProcessBuilder builder,
            int port,
            String path,
            String warehouse,
            List<Long> more)
            throws IOException, InterruptedException {
        URI address = URI.create("http://127.0.0.1:" + port + path);
        List<Long> pids = new ArrayList<>();
        pids.add(children.start(name, builder, URI.create(address + "/v1/config")));
        pids.addAll(more);
        return new Target(name, address, warehouse, null, List.copyOf(pids));
    }
}
