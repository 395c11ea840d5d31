package dev.tarn.storage.vending;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import dev.tarn.storage.StorageException;
import dev.tarn.storage.s3.S3Settings;
import dev.tarn.storage.s3.S3Store;
import dev.tarn.storage.s3.TestMinio;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Keys from the STS of a real MinIO.
class StsKeysTest {
    private static final Duration LIFE = Duration.ofMinutes(15);
    private static final String ROLE = "arn:aws:iam::000000000000:role/tarn";

    @TempDir static Path folder;
    private static TestMinio minio;
    private static S3Store root;
    private Instant now = Instant.now();

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        minio = TestMinio.start(folder);
        root = minio.store();
        root.ensureBucket("lake");
        write(root, "s3://lake/db/orders/a");
        write(root, "s3://lake/db/orders2/a");
        write(root, "s3://lake/db/ordersa");
    }

    @AfterAll
    static void stop() {
        if (minio != null) {
            root.close();
            minio.close();
        }
    }

    private static void write(S3Store store, String location) {
        store.write(Location.of(location), "content".getBytes(UTF_8), Condition.NONE);
    }

    private StsKeys vendor(URI endpoint) {
        return new StsKeys(
                new StsKeys.Settings(
                        endpoint,
                        "us-east-1",
                        ROLE,
                        minio.keys().accessKey(),
                        minio.keys().secretKey(),
                        LIFE),
                () -> now);
    }

    private static Scope scope(Access access, String... folders) {
        return new Scope(access, List.of(folders).stream().map(Location::of).toList());
    }

    private static S3Store storeWith(VendedKeys keys) {
        return new S3Store(
                new S3Settings(
                        minio.endpoint(),
                        "us-east-1",
                        true,
                        keys.accessKey(),
                        keys.secretKey(),
                        keys.sessionToken()));
    }

    private static void isDenied(Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(StorageException.class)
                .cause()
                .hasMessageContaining("Access Denied");
    }

    @Test
    void keysOpenTheirFolderAndNothingBesideIt() {
        try (StsKeys vendor = vendor(minio.endpoint());
                S3Store store =
                        storeWith(
                                vendor.keys(scope(Access.READ_WRITE, "s3://lake/db/orders"))
                                        .orElseThrow())) {
            Location mine = Location.of("s3://lake/db/orders/b");
            write(store, mine.toString());
            assertThat(store.read(mine)).asString().isEqualTo("content");
            try (var listed = store.list(Location.of("s3://lake/db/orders/"))) {
                assertThat(listed.count()).isGreaterThanOrEqualTo(2);
            }
            store.delete(mine);

            isDenied(() -> store.read(Location.of("s3://lake/db/orders2/a")));
            isDenied(() -> store.read(Location.of("s3://lake/db/ordersa")));
            isDenied(() -> write(store, "s3://lake/db/orders2/b"));
            isDenied(() -> store.delete(Location.of("s3://lake/db/orders2/a")));
            isDenied(() -> {
                try (var listed = store.list(Location.of("s3://lake/db/orders"))) {
                    listed.count();
                }
            });
        }
    }

    @Test
    void keysToReadDoNotWrite() {
        try (StsKeys vendor = vendor(minio.endpoint());
                S3Store store =
                        storeWith(
                                vendor.keys(scope(Access.READ, "s3://lake/db/orders"))
                                        .orElseThrow())) {
            assertThat(store.read(Location.of("s3://lake/db/orders/a")))
                    .asString()
                    .isEqualTo("content");
            isDenied(() -> write(store, "s3://lake/db/orders/b"));
            isDenied(() -> store.delete(Location.of("s3://lake/db/orders/a")));
        }
    }

    /// CVE-2026-42810, Lakekeeper #1740.
    @Test
    void aNameWithAPatternGetsNoKeysAtAll() {
        try (StsKeys vendor = vendor(minio.endpoint())) {
            assertThat(vendor.keys(scope(Access.READ, "s3://lake/db/o*"))).isEmpty();
            assertThat(vendor.freshKeys(scope(Access.READ, "s3://lake/db/o*"))).isEmpty();
        }
    }

    @Test
    void oneCallServesAllWhoAskInTheFirstHalfOfALife() throws Exception {
        try (CountingRelay relay = new CountingRelay(minio.endpoint());
                StsKeys vendor = vendor(relay.address())) {
            Scope orders = scope(Access.READ, "s3://lake/db/orders");
            Set<Optional<VendedKeys>> seen = new HashSet<>();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                Callable<Optional<VendedKeys>> call = () -> vendor.keys(orders);
                for (Future<Optional<VendedKeys>> one :
                        threads.invokeAll(Collections.nCopies(16, call))) {
                    seen.add(one.get());
                }
            }
            assertThat(relay.calls()).isEqualTo(1);
            assertThat(seen).hasSize(1);

            now = now.plus(LIFE.dividedBy(2)).minusSeconds(10);
            assertThat(vendor.keys(orders)).isEqualTo(seen.iterator().next());
            now = now.plusSeconds(20);
            assertThat(vendor.keys(orders)).isPresent().isNotEqualTo(seen.iterator().next());
            assertThat(relay.calls()).isEqualTo(2);

            vendor.keys(scope(Access.READ_WRITE, "s3://lake/db/orders"));
            vendor.freshKeys(orders);
            vendor.freshKeys(orders);
            assertThat(relay.calls()).isEqualTo(5);
        }
    }

    /// Polaris #2711: no STS was a 400 for a client that has keys of its own.
    @Test
    void withoutAnStsThereAreNoKeysAndNoError() throws Exception {
        try (CountingRelay relay = new CountingRelay(URI.create("http://127.0.0.1:1"));
                StsKeys vendor = vendor(relay.address())) {
            Scope orders = scope(Access.READ, "s3://lake/db/orders");

            assertThat(vendor.keys(orders)).isEmpty();
            int calls = relay.calls();
            assertThat(vendor.keys(orders)).isEmpty();
            assertThat(relay.calls()).as("not asked again at once").isEqualTo(calls);
            now = now.plusSeconds(60);
            assertThat(vendor.keys(orders)).isEmpty();
            assertThat(relay.calls()).isGreaterThan(calls);
        }
    }

    /// Passes bytes on as they are, and counts the calls in them.
    private static final class CountingRelay implements AutoCloseable {
        private final AtomicInteger calls = new AtomicInteger();
        private final ServerSocket server;
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

        CountingRelay(URI target) throws IOException {
            server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
            threads.execute(() -> {
                while (!server.isClosed()) {
                    try {
                        Socket client = server.accept();
                        threads.execute(() -> serve(client, target));
                    } catch (IOException e) {
                        return; // closed
                    }
                }
            });
        }

        private void serve(Socket client, URI target) {
            byte[] buffer = new byte[64 * 1024];
            try (client) {
                int read = client.getInputStream().read(buffer);
                count(buffer, read);
                try (Socket behind = new Socket(target.getHost(), target.getPort())) {
                    threads.execute(() -> copy(behind, client));
                    while (read >= 0) {
                        behind.getOutputStream().write(buffer, 0, read);
                        read = client.getInputStream().read(buffer);
                        count(buffer, read);
                    }
                }
            } catch (IOException e) {
                // one of the two has hung up, and the other sees it
            }
        }

        private static void copy(Socket from, Socket to) {
            try {
                from.getInputStream().transferTo(to.getOutputStream());
            } catch (IOException e) {
                // as above
            }
        }

        private void count(byte[] buffer, int length) {
            if (length > 0 && new String(buffer, 0, length, UTF_8).startsWith("POST / ")) {
                calls.incrementAndGet();
            }
        }

        URI address() {
            return URI.create("http://127.0.0.1:" + server.getLocalPort());
        }

        int calls() {
            return calls.get();
        }

        @Override
        public void close() throws IOException {
            server.close();
            threads.shutdownNow();
        }
    }
}
