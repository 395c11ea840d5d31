package dev.tarn.app.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// The platform on the systems its own parts stand for: rows in PostgreSQL, bytes in MinIO.
class OtherPartsTest {
    @TempDir private Path folder;

    @TestFactory
    @Needs({Tool.MINIO, Tool.PYTHON})
    Stream<DynamicTest> whatAPipelineLoadsOnPostgresqlAndMinioIsThereAfterAStart()
            throws IOException, InterruptedException {
        try (EmbeddedPostgres postgres =
                        EmbeddedPostgres.builder().setServerConfig("fsync", "off").start();
                Minio minio = Minio.start(folder.resolve("minio"))) {
            Path data = Files.createDirectories(folder.resolve("data"));
            Files.writeString(data.resolve("tarn.conf"), configuration(postgres, minio));
            assertThatThrownBy(() -> start(data))
                    .hasMessageContaining("Bucket lakehouse: there is none of this name");
            minio.createBucket("lakehouse");

            try (Platform platform = start(data)) {
                assertThat(platform.connection())
                        .containsEntry("S3_ENDPOINT", minio.environment().get("S3_ENDPOINT"));
                assertThat(load(platform, "airports")).contains("3,376 rows loaded");
                assertThat(load(platform, "flights")).contains("20,000 rows loaded");
            }
            try (Platform platform = start(data)) {
                assertThat(load(platform, "flights")).contains("0 rows loaded", "1 skipped");
                Map<String, String> environment = Recipe.forDuckDb(platform, folder);
                environment.put(
                        "TABLES", "{\"flights.airports\": 3376, \"flights.flights\": 20000}");
                return PythonCases.run(
                        "shared_cases", environment, "both_count_the_rows_of_the_tables_named");
            }
        }
    }

    private static Platform start(Path data) {
        return Platform.start(data, "--no-sql", "--ports", "auto");
    }

    private static String load(Platform platform, String example) {
        Path job = Checkout.file("examples/%s.conf".formatted(example));
        Child.Ended run = platform.run("pipeline", "run", job.toString());
        assertThat(run.status()).as("%s%n%s", run.out(), run.err()).isZero();
        return run.out();
    }

    private static String configuration(EmbeddedPostgres postgres, Minio minio) {
        Map<String, String> s3 = minio.environment();
        return """
        store = "postgresql://postgres:postgres@127.0.0.1:%d/postgres"
        storage {
          kind = s3
          s3 {
            endpoint = "%s"
            bucket = lakehouse
            prefix = tables
            access-key = "%s"
            secret-key = "%s"
          }
        }
        """
                .formatted(
                        postgres.getPort(),
                        s3.get("S3_ENDPOINT"),
                        s3.get("S3_ACCESS_KEY"),
                        s3.get("S3_SECRET_KEY"));
    }
}
