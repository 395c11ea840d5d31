package dev.tarn.app.clients;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// PyIceberg and DuckDB without a key of their own, on either kind of storage. Iceberg's Java
/// client is tested beside the routes.
class AccessTest {
    @TempDir private Path folder;

    @TestFactory
    @Needs(Tool.PYTHON)
    Stream<DynamicTest> onTheBuiltInStorage() {
        try (Platform platform = start(folder.resolve("data"))) {
            return run(platform);
        }
    }

    @TestFactory
    @Needs({Tool.MINIO, Tool.PYTHON})
    Stream<DynamicTest> onMinioWithKeysFromItsSts() throws IOException, InterruptedException {
        try (Minio minio = Minio.start(folder.resolve("minio"))) {
            minio.createBucket("lakehouse");
            Path data = Files.createDirectories(folder.resolve("data"));
            Files.writeString(data.resolve("tarn.conf"), configuration(minio));
            try (Platform platform = start(data)) {
                return run(platform);
            }
        }
    }

    private static Platform start(Path data) {
        return Platform.start(data, "--no-sql", "--ports", "auto");
    }

    private Stream<DynamicTest> run(Platform platform) {
        SequencedMap<String, String> environment = platform.environment();
        for (String name : new String[] {"S3_ACCESS_KEY", "S3_SECRET_KEY", "S3_ENDPOINT"}) {
            environment.remove(name);
        }
        environment.put("DUCKDB_EXTENSIONS", folder.resolve("duckdb-extensions").toString());
        return Stream.concat(
                PythonCases.run("access_cases", environment),
                PythonCases.run("signing_cases", environment));
    }

    private static String configuration(Minio minio) {
        Map<String, String> s3 = minio.environment();
        return """
        storage {
          kind = s3
          key-lifetime = 15m
          s3 {
            endpoint = "%1$s"
            bucket = lakehouse
            prefix = tables
            access-key = "%2$s"
            secret-key = "%3$s"
            sts { enabled = true, endpoint = "%1$s" }
          }
        }
        """
                .formatted(s3.get("S3_ENDPOINT"), s3.get("S3_ACCESS_KEY"), s3.get("S3_SECRET_KEY"));
    }
}
