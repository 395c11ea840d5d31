package dev.tarn.app.clients;

import dev.tarn.storage.s3.S3Settings;
import dev.tarn.storage.s3.S3Store;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// A MinIO, the S3 that our endpoint is held against.
final class Minio implements AutoCloseable {
    private static final Duration START_DURATION_MAX = Duration.ofMinutes(1);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final String ACCESS_KEY = "minio-tests";
    private static final String SECRET_KEY = "minio-tests-secret";

    private final Child process;
    private final String endpoint;

    private Minio(Child process, String endpoint) {
        this.process = process;
        this.endpoint = endpoint;
    }

    /// Returns when it answers.
    static Minio start(Path folder) throws IOException, InterruptedException {
        String address = "127.0.0.1:" + Ports.free();
        Child process =
                Child.start(
                        List.of(
                                Tool.MINIO.path().toString(),
                                "server",
                                "--quiet",
                                "--address",
                                address,
                                "--console-address",
                                "127.0.0.1:" + Ports.free(),
                                folder.toString()),
                        Map.of(
                                "MINIO_ROOT_USER",
                                ACCESS_KEY,
                                "MINIO_ROOT_PASSWORD",
                                SECRET_KEY,
                                "MINIO_BROWSER",
                                "off",
                                "GOMEMLIMIT",
                                "300MiB"));
        Minio minio = new Minio(process, "http://" + address);
        try (HttpClient http = HttpClient.newHttpClient()) {
            long deadline = System.nanoTime() + START_DURATION_MAX.toNanos();
            while (System.nanoTime() < deadline && !process.endsWithin(POLL)) {
                if (minio.isReady(http)) {
                    return minio;
                }
            }
        }
        String said = process.out() + process.err();
        minio.close();
        throw new AssertionError("MinIO did not start; it said:\n" + said);
    }

    private boolean isReady(HttpClient http) throws IOException, InterruptedException {
        try {
            URI uri = URI.create(endpoint + "/minio/health/ready");
            var request = HttpRequest.newBuilder(uri).build();
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (ConnectException e) {
            return false;
        }
    }

    void createBucket(String name) {
        var settings =
                new S3Settings(
                        URI.create(endpoint), "us-east-1", true, ACCESS_KEY, SECRET_KEY, null);
        try (S3Store store = new S3Store(settings)) {
            store.ensureBucket(name);
        }
    }

    /// What the Python scripts read.
    SequencedMap<String, String> environment() {
        SequencedMap<String, String> environment = new LinkedHashMap<>();
        environment.put("S3_ENDPOINT", endpoint);
        environment.put("S3_REGION", "us-east-1");
        environment.put("S3_ACCESS_KEY", ACCESS_KEY);
        environment.put("S3_SECRET_KEY", SECRET_KEY);
        environment.put("S3_BUCKET", "tests");
        return environment;
    }

    @Override
    public void close() {
        process.close();
    }
}
