package dev.tarn.app.clients;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// One script of boto3, s3fs and PyArrow, against our endpoint and against a MinIO: so it says what
/// S3 does, and not what we do.
@Needs(Tool.PYTHON)
class S3ClientsTest {
    @TempDir private Path folder;

    @TestFactory
    Stream<DynamicTest> ourEndpoint() {
        try (Platform platform =
                Platform.start(folder.resolve("data"), "--no-sql", "--ports", "auto")) {
            return PythonCases.run("boto3_cases", platform.environment());
        }
    }

    @TestFactory
    @Needs(Tool.MINIO)
    Stream<DynamicTest> minio() throws IOException, InterruptedException {
        try (Minio minio = Minio.start(folder.resolve("minio"))) {
            return PythonCases.run("boto3_cases", minio.environment());
        }
    }
}
