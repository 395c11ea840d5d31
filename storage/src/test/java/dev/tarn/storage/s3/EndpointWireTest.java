package dev.tarn.storage.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import dev.tarn.storage.local.FolderStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The endpoint, byte for byte.
class EndpointWireTest {
    private static final String UNSIGNED = "UNSIGNED-PAYLOAD";

    @TempDir static Path root;
    private static FolderStore store;
    private static S3Endpoint endpoint;
    private static S3Keys keys;
    private RawClient client;

    @BeforeAll
    static void start() {
        store = FolderStore.open(root.resolve("objects"));
        store.createBucket("lake");
        keys = S3Keys.loadOrCreate(root.resolve("keys/s3"));
        endpoint = S3Endpoint.start("127.0.0.1", 0, store, keys);
    }

    @AfterAll
    static void stop() {
        endpoint.close();
        store.close();
    }

    @BeforeEach
    void connect() throws IOException {
        client = new RawClient(endpoint.port(), keys);
    }

    @AfterEach
    void disconnect() throws IOException {
        client.close();
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static String checksum(ChecksumKind kind, byte[] content) {
        ChecksumKind.Running running = kind.start();
        running.update(content, 0, content.length);
        return Base64.getEncoder().encodeToString(running.value());
    }

    private byte[] stored(String key) {
        return store.read(new Location("s3", "lake", key));
    }

    private boolean exists(String key) {
        return store.find(new Location("s3", "lake", key)).isPresent();
    }

    @Test
    void theKnownChecksumOfCrc64IsRight() {
        assertThat(checksum(ChecksumKind.CRC64NVME, "123456789".getBytes(UTF_8)))
                .isEqualTo(
                        Base64.getEncoder()
                                .encodeToString(HexFormat.of().parseHex("ae8b14860a799888")));
    }

    @Test
    void aHashedBodyIsCheckedAndItsMd5IsTheTag() throws IOException {
        byte[] content = bytes(100_000);
        String hash = Hashes.hex(Hashes.sha256().digest(content));
        RawClient.Signed put = client.sign("PUT", "/lake/hashed", hash, Map.of());
        put.body = content;
        RawClient.Reply reply = put.send();
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.headers().get("etag"))
                .isEqualTo("\"" + Hashes.hex(Hashes.digest("MD5").digest(content)) + "\"");
        assertThat(stored("hashed")).isEqualTo(content);

        RawClient.Signed changed = client.sign("PUT", "/lake/changed", hash, Map.of());
        changed.body = content.clone();
        changed.body[99_999] ^= 1;
        reply = changed.send();
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.text()).contains("XAmzContentSHA256Mismatch");
        assertThat(exists("changed")).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void everyChecksumIsCheckedInEveryPayloadMode(ChecksumKind kind) throws IOException {
        byte[] content = bytes(20_000);
        String right = checksum(kind, content);
        String wrong = checksum(kind, bytes(19_999));
        for (String sum : List.of(right, wrong)) {
            int expected = sum.equals(right) ? 200 : 400;
            var header = client.sign("PUT", "/lake/c", UNSIGNED, Map.of(kind.header(), sum));
            header.body = content;
            assertThat(header.send().status()).isEqualTo(expected);

            for (boolean signed : new boolean[] {true, false}) {
                for (boolean wire : new boolean[] {true, false}) {
                    store.delete(new Location("s3", "lake", "t"));
                    var put =
                            client.sign(
                                    "PUT",
                                    "/lake/t",
                                    signed
                                            ? RawClient.PAYLOAD + "-TRAILER"
                                            : "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
                                    Map.of(
                                            "x-amz-trailer",
                                            kind.header(),
                                            "x-amz-decoded-content-length",
                                            "20000",
                                            "content-encoding",
                                            "aws-chunked"));
                    if (wire) {
                        put.header("transfer-encoding", "chunked").header("expect", "100-continue");
                    }
                    RawClient.Reply reply = put.chunked(content, signed, kind.header(), sum).send();
                    assertThat(reply.status()).as(reply.text()).isEqualTo(expected);
                    assertThat(exists("t")).isEqualTo(sum.equals(right));
                    if (expected != 200) {
                        assertThat(reply.text()).contains("BadDigest");
                        client.reconnect();
                    }
                }
            }
        }
        assertThat(stored("c")).isEqualTo(content);
        RawClient.Reply read =
                client.sign("GET", "/lake/c", UNSIGNED, Map.of("x-amz-checksum-mode", "ENABLED"))
                        .send();
        assertThat(read.headers()).containsEntry(kind.header(), right);
        assertThat(read.headers()).doesNotContainKey("content-encoding");
    }

    @Test
    void aSignedStreamIsCheckedChunkByChunk() throws IOException {
        byte[] content = bytes(30_000);
        Map<String, String> extra = Map.of("x-amz-decoded-content-length", "30000");
        var put =
                client.sign("PUT", "/lake/s", RawClient.PAYLOAD, extra)
                        .chunked(content, true, "", "");
        assertThat(put.send().status()).isEqualTo(200);
        assertThat(stored("s")).isEqualTo(content);
        var random = new Random(3);
        for (int round = 0; round < 60; round++) {
            var broken =
                    client.sign("PUT", "/lake/broken", RawClient.PAYLOAD, extra)
                            .chunked(content, true, "", "");
            int at = random.nextInt(broken.body.length);
            broken.body[at] ^= (byte) (1 << random.nextInt(8));
            int status = 0;
            try {
                status = broken.send().status();
            } catch (IOException e) {
                status = 400; // a size that became larger: the server waits for what never comes
            }
            // The last CRLF says nothing that is signed.
            if (at < broken.body.length - 4) {
                assertThat(status).as("bit at %s", at).isIn(400, 403);
                assertThat(exists("broken")).isFalse();
            }
            client.reconnect();
        }
    }

    @Test
    void noSignedPartCanBeChanged() throws IOException {
        store.write(new Location("s3", "lake", "a"), bytes(10), Condition.NONE);
        Map<String, String> extra = Map.of("range", "bytes=0-1", "x-amz-meta-x", "1");
        assertThat(client.sign("GET", "/lake/a?x-id=GetObject", UNSIGNED, extra).send().status())
                .isEqualTo(206);
        var changes = new ArrayList<Consumer<RawClient.Signed>>();
        changes.add(r -> r.method = "DELETE");
        changes.add(r -> r.target = "/lake/b?x-id=GetObject");
        changes.add(r -> r.target = "/lake/a?x-id=GetObjecT");
        changes.add(r -> r.target = "/lake/a?x-id=GetObject&uploads");
        changes.add(r -> r.target = "/lake/a");
        changes.add(r -> r.header("range", "bytes=0-2"));
        changes.add(r -> r.header("x-amz-meta-x", "2"));
        changes.add(r -> r.headers.remove("x-amz-meta-x"));
        changes.add(r -> r.header("x-amz-copy-source", "/lake/a"));
        changes.add(r -> r.header("x-amz-security-token", "token"));
        changes.add(r -> r.header("host", "example.org"));
        changes.add(r -> r.header("x-amz-content-sha256", Hashes.EMPTY));
        changes.add(r -> r.headers.remove("authorization"));
        for (String part : List.of("Signature=", "Credential=" + keys.accessKey() + "/")) {
            changes.add(r -> {
                String a = r.headers.getOrDefault("authorization", "");
                int at = a.indexOf(part) + part.length() + 2;
                char c = a.charAt(at) == '0' ? '1' : '0';
                r.header("authorization", a.substring(0, at) + c + a.substring(at + 1));
            });
        }
        changes.add(r ->
                r.header(
                        "authorization",
                        r.headers
                                .getOrDefault("authorization", "")
                                .replace(keys.accessKey(), "OTHER")));
        for (var change : changes) {
            var request = client.sign("GET", "/lake/a?x-id=GetObject", UNSIGNED, extra);
            change.accept(request);
            assertThat(request.send().status()).isIn(403, 400);
        }
        for (Duration skew : List.of(Duration.ofMinutes(16), Duration.ofMinutes(-16))) {
            var request =
                    client.sign("GET", "/lake/a", UNSIGNED, Map.of(), Instant.now().plus(skew));
            RawClient.Reply reply = request.send();
            assertThat(reply.status()).isEqualTo(403);
            assertThat(reply.text()).contains("RequestTimeTooSkewed");
        }
        var stranger = new RawClient(endpoint.port(), new S3Keys(keys.accessKey(), "guess"));
        try (stranger) {
            assertThat(stranger.sign("GET", "/lake/a", UNSIGNED, Map.of()).send().text())
                    .contains("SignatureDoesNotMatch");
        }
        assertThat(exists("a")).isTrue();
    }

    @Test
    void aRefusedBodyLeavesTheConnectionUsable() throws IOException {
        byte[] content = bytes(1 << 20);
        for (int i = 0; i < 20; i++) {
            var put = client.sign("PUT", "/lake/once", UNSIGNED, Map.of("if-none-match", "*"));
            put.body = content;
            RawClient.Reply reply = put.send();
            assertThat(reply.status()).isEqualTo(i == 0 ? 200 : 412);
        }
    }

    @Test
    void aTornUploadLeavesNothing() throws IOException {
        var put = client.sign("PUT", "/lake/torn", UNSIGNED, Map.of());
        put.header("content-length", "100000");
        put.body = bytes(50_000);
        client.socket().setSoTimeout(200);
        org.assertj.core.api.Assertions.assertThatThrownBy(put::send)
                .isInstanceOf(IOException.class);
        client.close();
        assertThat(exists("torn")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a%20b",
                "a%25b",
                "ts%253Dx",
                "..",
                "x/../y",
                "./z",
                "a//b",
                "%2F",
                "%E2%82%AC",
                "a%2Fb",
                "p",
                "p/q",
                "%01",
                "a%26b%3Cc%3E",
                "a+b",
                "%F0%9F%99%82",
                "~"
            })
    void aKeyIsLiteral(String encoded) throws IOException {
        String target = "/lake/" + encoded.replace("+", "%2B");
        String canonical = S3Request.encode(S3Request.decode(target), true);
        var put = client.sign("PUT", canonical, UNSIGNED, Map.of());
        put.target = target; // as it is sent, which may be encoded otherwise than it is signed
        put.body = encoded.getBytes(UTF_8);
        assertThat(put.send().status()).isEqualTo(200);
        String key = S3Request.decode(target).substring("/lake/".length());
        assertThat(stored(key)).asString(UTF_8).isEqualTo(encoded);
        assertThat(client.sign("GET", canonical, UNSIGNED, Map.of()).send().text())
                .isEqualTo(encoded);
    }

    @Test
    void rangesAreAnswered() throws IOException {
        store.write(new Location("s3", "lake", "r"), "0123456789".getBytes(UTF_8), Condition.NONE);
        Map<String, String> answers = new TreeMap<>();
        answers.put("bytes=0-0", "206 0");
        answers.put("bytes=8-", "206 89");
        answers.put("bytes=8-100", "206 89");
        answers.put("bytes=-3", "206 789");
        answers.put("bytes=-100", "206 0123456789");
        answers.put("bytes=0-1,3-4", "200 0123456789");
        answers.put("lines=1-2", "200 0123456789");
        for (var answer : answers.entrySet()) {
            RawClient.Reply reply =
                    client.sign("GET", "/lake/r", UNSIGNED, Map.of("range", answer.getKey()))
                            .send();
            assertThat(reply.status() + " " + reply.text()).isEqualTo(answer.getValue());
        }
        for (String range : List.of("bytes=10-", "bytes=-0")) {
            assertThat(
                            client.sign("GET", "/lake/r", UNSIGNED, Map.of("range", range))
                                    .send()
                                    .status())
                    .isEqualTo(416);
        }
    }

    @Test
    void brokenRequestsGetAnAnswer() throws IOException {
        var random = new Random(11);
        for (int i = 0; i < 300; i++) {
            byte[] junk = new byte[random.nextInt(40)];
            random.nextBytes(junk);
            var body = new ByteArrayInputStream(junk);
            try (var chunks = new ChunkedBody(body, null, true)) {
                chunks.readAllBytes();
            } catch (Refusal e) {
                assertThat(e.status()).isEqualTo(400);
            }
            var request = client.sign("GET", "/lake/a", UNSIGNED, Map.of());
            StringBuilder authorization =
                    new StringBuilder(request.headers.getOrDefault("authorization", ""));
            for (int change = random.nextInt(4); change >= 0; change--) {
                int at = random.nextInt(authorization.length());
                authorization.setCharAt(at, (char) (33 + random.nextInt(94)));
            }
            String changed = authorization.toString();
            if (!changed.equals(request.headers.get("authorization"))) {
                request.header("authorization", changed);
                assertThat(request.send().status()).as(changed).isIn(400, 403);
            }
        }
    }

    @Test
    void keysArePrivate() throws IOException {
        Path file = root.resolve("keys/s3");
        assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
        assertThat(S3Keys.loadOrCreate(file)).isEqualTo(keys);
        assertThat(keys.toString()).doesNotContain(keys.secretKey());
        assertThat(S3Settings.of(URI.create("http://x"), keys).toString())
                .doesNotContain(keys.secretKey());
    }
}
