package dev.tarn.storage.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import dev.tarn.storage.local.FolderStore;
import dev.tarn.storage.vending.Access;
import dev.tarn.storage.vending.Lifetime;
import dev.tarn.storage.vending.Scope;
import dev.tarn.storage.vending.SealedKeys;
import dev.tarn.storage.vending.VendedKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What keys to one folder open, over HTTP, against a client that tries the rest.
///
/// The folder is `db/orders`; beside it stand `db/orders2`, `db/o*`, `db` itself and another
/// bucket.
class EndpointScopeTest {
    private static final String UNSIGNED = "UNSIGNED-PAYLOAD";
    private static final Location ORDERS = Location.of("s3://lake/db/orders");
    private static final Duration LIFE = Duration.ofHours(1);
    private static final String SECRET_CONTENT = "not yours";

    @TempDir Path root;
    private FolderStore store;
    private S3Endpoint endpoint;
    private S3Keys keys;
    private Instant now;
    private final List<RawClient> clients = new ArrayList<>();

    @BeforeEach
    void start() {
        now = Instant.now();
        store = FolderStore.open(root.resolve("objects"));
        store.createBucket("lake");
        store.createBucket("other");
        keys = S3Keys.loadOrCreate(root.resolve("keys/s3"));
        endpoint = S3Endpoint.start("127.0.0.1", 0, store, keys, () -> now, S3Observer.NONE);
        write("s3://lake/db/orders/a", "mine");
        write("s3://lake/db/orders2/a", SECRET_CONTENT);
        write("s3://lake/db/ordersa", SECRET_CONTENT);
        write("s3://lake/db/secret", SECRET_CONTENT);
        write("s3://other/db/orders/a", SECRET_CONTENT);
    }

    @AfterEach
    void stop() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
        endpoint.close();
        store.close();
    }

    private void write(String location, String content) {
        store.write(Location.of(location), content.getBytes(UTF_8), Condition.NONE);
    }

    private boolean has(String location) {
        return store.find(Location.of(location)).isPresent();
    }

    private SealedKeys vendor(String secret) {
        return new SealedKeys(secret, new Lifetime(LIFE), () -> now);
    }

    private VendedKeys keysTo(Access access, String... folders) {
        List<Location> all = new ArrayList<>();
        for (String folder : folders) {
            all.add(Location.of(folder));
        }
        return vendor(keys.secretKey()).freshKeys(new Scope(access, all)).orElseThrow();
    }

    private VendedKeys orders(Access access) {
        return keysTo(access, ORDERS.toString());
    }

    /// Sends requests under some keys.
    private final class Holder {
        private final RawClient client;
        private final Map<String, String> token = new HashMap<>();

        Holder(String accessKey, String secretKey, String sessionToken) throws IOException {
            client = new RawClient(endpoint.port(), new S3Keys(accessKey, secretKey));
            clients.add(client);
            if (!sessionToken.isEmpty()) {
                token.put("x-amz-security-token", sessionToken);
            }
        }

        Holder(VendedKeys vended) throws IOException {
            this(
                    vended.accessKey(),
                    vended.secretKey(),
                    Objects.requireNonNull(vended.sessionToken()));
        }

        RawClient.Reply send(String method, String target, String body, String... headers)
                throws IOException {
            Map<String, String> all = new HashMap<>(token);
            for (int i = 0; i < headers.length; i += 2) {
                all.put(headers[i], headers[i + 1]);
            }
            RawClient.Signed request = client.sign(method, canonical(target), UNSIGNED, all, now);
            request.target = target;
            request.body = body.getBytes(UTF_8);
            return request.send();
        }

        RawClient.Reply send(String method, String target) throws IOException {
            return send(method, target, "");
        }

        void isDenied(String method, String target, String... headers) throws IOException {
            RawClient.Reply reply = send(method, target, "x", headers);
            assertThat(reply.status()).as("%s %s: %s", method, target, reply.text()).isEqualTo(403);
            if (!method.equals("HEAD")) {
                assertThat(reply.text()).contains("<Code>AccessDenied</Code>");
            }
        }
    }

    /// As it is signed, however it is spelled.
    private static String canonical(String target) {
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        var signed = new StringBuilder(S3Request.encode(S3Request.decode(path), true));
        if (question >= 0) {
            String separator = "?";
            for (String pair : List.of(target.substring(question + 1).split("&"))) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                String value = equals < 0 ? "" : pair.substring(equals + 1);
                signed.append(separator)
                        .append(S3Request.encode(S3Request.decode(name), false))
                        .append('=')
                        .append(S3Request.encode(S3Request.decode(value), false));
                separator = "&";
            }
        }
        return signed.toString();
    }

    private static String uploadId(RawClient.Reply begun) {
        String text = begun.text();
        int from = text.indexOf("<UploadId>") + "<UploadId>".length();
        return text.substring(from, text.indexOf("</UploadId>"));
    }

    @Test
    void inItsFolderAHolderDoesEverythingThatATableNeeds() throws IOException {
        var holder = new Holder(orders(Access.READ_WRITE));

        assertThat(holder.send("GET", "/lake/db/orders/a").text()).isEqualTo("mine");
        assertThat(holder.send("HEAD", "/lake/db/orders/a").status()).isEqualTo(200);
        assertThat(holder.send("PUT", "/lake/db/orders/data/b", "new").status()).isEqualTo(200);
        String source = "x-amz-copy-source";
        assertThat(holder.send("PUT", "/lake/db/orders/c", "", source, "lake/db/orders/a").status())
                .isEqualTo(200);
        assertThat(holder.send("GET", "/lake?list-type=2&prefix=db%2Forders%2F").text())
                .contains("<Key>db/orders/data/b</Key>")
                .doesNotContain("orders2");
        assertThat(holder.send("DELETE", "/lake/db/orders/c").status()).isEqualTo(204);

        String upload = uploadId(holder.send("POST", "/lake/db/orders/d?uploads"));
        String target = "/lake/db/orders/d?partNumber=1&uploadId=" + upload;
        String etag = holder.send("PUT", target, "part").headers().get("etag");
        assertThat(holder.send("GET", "/lake/db/orders/d?uploadId=" + upload).status())
                .isEqualTo(200);
        String complete =
                "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>%s</ETag></Part></CompleteMultipartUpload>"
                        .formatted(etag);
        assertThat(holder.send("POST", "/lake/db/orders/d?uploadId=" + upload, complete).status())
                .isEqualTo(200);
        upload = uploadId(holder.send("POST", "/lake/db/orders/e?uploads"));
        assertThat(holder.send("DELETE", "/lake/db/orders/e?uploadId=" + upload).status())
                .isEqualTo(204);
    }

    /// Nessie 0.106's keys to `orders` opened `orders2`; Polaris #4884 and #5003 let paths climb.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/lake/db/orders2/a",
                "/lake/db/ordersa",
                "/lake/db/orders",
                "/lake/db/secret",
                "/lake/db%2Forders2%2Fa",
                "/lake/db/./orders2/a",
                "/lake//db/orders/a",
                "/lake/DB/orders/a",
                "/lake/db%2Forders",
                "/other/db/orders/a",
                "/lake/db/o*/a",
                "/lake/db/*/a",
            })
    void outsideOfItAHolderDoesNothing(String target) throws IOException {
        var holder = new Holder(orders(Access.READ_WRITE));

        holder.isDenied("GET", target);
        holder.isDenied("HEAD", target);
        holder.isDenied("PUT", target);
        holder.isDenied("DELETE", target);
        holder.isDenied("POST", target + "?uploads");
        holder.isDenied("GET", target + "?tagging");
        holder.isDenied("PUT", target + "?tagging");
        holder.isDenied("DELETE", target + "?tagging");
        assertThat(has("s3://lake/db/orders2/a")).isTrue();
        assertThat(has("s3://lake/db/orders2/x")).isFalse();
    }

    /// A key is literal: nothing climbs out of a folder, because nothing climbs.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/lake/db/orders/../orders2/a",
                "/lake/db/orders/%2E%2E/orders2/a",
                "/lake/db/orders/..%2Forders2%2Fa",
                "/lake/db/orders/../../../other/db/orders/a",
                "/lake/db/orders%2F..%2Fsecret",
            })
    void dotsLeadNowhere(String target) throws IOException {
        var holder = new Holder(orders(Access.READ_WRITE));

        RawClient.Reply read = holder.send("GET", target);
        assertThat(read.status()).isIn(403, 404);
        assertThat(read.text()).doesNotContain(SECRET_CONTENT);
        holder.send("PUT", target, "overwritten");
        holder.send("DELETE", target);
        assertThat(store.read(Location.of("s3://lake/db/orders2/a")))
                .asString()
                .isEqualTo(SECRET_CONTENT);
        assertThat(store.read(Location.of("s3://lake/db/secret")))
                .asString()
                .isEqualTo(SECRET_CONTENT);
        assertThat(store.read(Location.of("s3://other/db/orders/a")))
                .asString()
                .isEqualTo(SECRET_CONTENT);
    }

    /// CVE-2026-42810: a table called `o*` opened every table that begins with an o.
    @ParameterizedTest
    @ValueSource(strings = {"o*", "order?", "orders?", "${aws:username}", "*", "order[s2]*", "%"})
    void aFolderWithTheNameOfAPatternIsNoPattern(String name) throws IOException {
        var holder = new Holder(keysTo(Access.READ_WRITE, "s3://lake/db/" + name));

        holder.isDenied("GET", "/lake/db/orders/a");
        holder.isDenied("GET", "/lake/db/orders2/a");
        holder.isDenied("DELETE", "/lake/db/orders/a");
        String own = "/lake/" + S3Request.encode("db/" + name + "/a", true);
        assertThat(holder.send("PUT", own, "mine").status()).isEqualTo(200);
        assertThat(holder.send("GET", own).text()).isEqualTo("mine");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /lake?list-type=2",
        "GET, /lake?list-type=2&prefix=",
        "GET, /lake?list-type=2&prefix=db%2F",
        "GET, /lake?list-type=2&prefix=db%2Forders",
        "GET, /lake?list-type=2&prefix=db%2Forders2%2F",
        "GET, /lake?delimiter=%2F&list-type=2&prefix=d",
        "GET, /lake?list-type=2&prefix=db%2Forders2%2F&start-after=db%2Forders%2F",
        "GET, /lake",
        "GET, /lake?prefix=db%2F",
        "GET, /other?list-type=2&prefix=db%2Forders%2F",
        "GET, /lake?prefix=db%2F&uploads=",
        "GET, /lake?location=",
        "GET, /lake?versioning=",
        "GET, /lake?policy=",
        "HEAD, /lake",
        "GET, /",
        "PUT, /third",
        "DELETE, /other",
    })
    void bucketsAndWhatIsBesideTheFolderAreNotListed(String method, String target)
            throws IOException {
        new Holder(orders(Access.READ_WRITE)).isDenied(method, target);
    }

    @Test
    void aListingOfTheFolderCannotBeLedOutOfIt() throws IOException {
        var holder = new Holder(orders(Access.READ));
        String token =
                Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString("kdb/orders1".getBytes(UTF_8));

        for (String more :
                List.of("&start-after=db%2Forders1", "&start-after=", "&start-after=a")) {
            assertThat(holder.send("GET", "/lake?list-type=2&prefix=db%2Forders%2F" + more).text())
                    .doesNotContain("orders2");
        }
        assertThat(
                        holder.send(
                                        "GET",
                                        "/lake?continuation-token=%s&list-type=2&prefix=db%%2Forders%%2F"
                                                .formatted(token))
                                .text())
                .doesNotContain("orders2");
        assertThat(
                        holder.send(
                                        "GET",
                                        "/lake?list-type=2&prefix=db%2Forders%2F&prefix=db%2Forders2%2F")
                                .status())
                .isEqualTo(400);
    }

    @Test
    void aCopyNeedsBothEnds() throws IOException {
        var holder = new Holder(orders(Access.READ_WRITE));
        String source = "x-amz-copy-source";

        for (String foreign :
                List.of(
                        "lake/db/orders2/a",
                        "/lake/db/orders2/a",
                        "lake/db%2Forders2%2Fa",
                        "other/db/orders/a",
                        "lake/db/secret?versionId=null")) {
            holder.isDenied("PUT", "/lake/db/orders/copy", source, foreign);
        }
        holder.isDenied("PUT", "/lake/db/orders2/copy", source, "lake/db/orders/a");
        assertThat(has("s3://lake/db/orders/copy")).isFalse();

        String upload = uploadId(holder.send("POST", "/lake/db/orders/m?uploads"));
        holder.isDenied(
                "PUT",
                "/lake/db/orders/m?partNumber=1&uploadId=" + upload,
                source,
                "lake/db/orders2/a");
    }

    /// Nessie #11493.
    @Test
    void ofABatchOfDeletesOnlyTheForeignOneIsRefused() throws IOException {
        var holder = new Holder(orders(Access.READ_WRITE));
        String body =
                "<Delete><Object><Key>db/orders/a</Key></Object><Object><Key>db/orders2/a</Key></Object></Delete>";

        String answer = holder.send("POST", "/lake?delete=", body).text();

        assertThat(answer)
                .contains("<Deleted><Key>db/orders/a</Key></Deleted>")
                .contains("<Error><Key>db/orders2/a</Key><Code>AccessDenied</Code>");
        assertThat(has("s3://lake/db/orders/a")).isFalse();
        assertThat(has("s3://lake/db/orders2/a")).isTrue();
        assertThat(holder.send("POST", "/other?delete=", body).text()).doesNotContain("<Deleted>");
        assertThat(has("s3://other/db/orders/a")).isTrue();
    }

    /// Polaris #4150: whoever may read got keys that write.
    @Test
    void whoeverMayReadDoesNotWrite() throws IOException {
        String running =
                uploadId(
                        new Holder(orders(Access.READ_WRITE))
                                .send("POST", "/lake/db/orders/u?uploads"));
        var reader = new Holder(orders(Access.READ));

        assertThat(reader.send("GET", "/lake/db/orders/a").text()).isEqualTo("mine");
        assertThat(reader.send("GET", "/lake?list-type=2&prefix=db%2Forders%2F").status())
                .isEqualTo(200);
        reader.isDenied("PUT", "/lake/db/orders/a");
        reader.isDenied("PUT", "/lake/db/orders/a", "x-amz-copy-source", "lake/db/orders/a");
        reader.isDenied("DELETE", "/lake/db/orders/a");
        reader.isDenied("POST", "/lake/db/orders/a?uploads");
        reader.isDenied("PUT", "/lake/db/orders/u?partNumber=1&uploadId=" + running);
        reader.isDenied("POST", "/lake/db/orders/u?uploadId=" + running);
        reader.isDenied("DELETE", "/lake/db/orders/u?uploadId=" + running);
        reader.isDenied("PUT", "/lake/db/orders/a?tagging");
        assertThat(
                        reader.send(
                                        "POST",
                                        "/lake?delete=",
                                        "<Delete><Object><Key>db/orders/a</Key></Object></Delete>")
                                .text())
                .contains("<Code>AccessDenied</Code>");
        assertThat(store.read(Location.of("s3://lake/db/orders/a"))).asString().isEqualTo("mine");
    }

    @Test
    void anUploadIsNoWayIntoAnotherFolder() throws IOException {
        var others = new Holder(keysTo(Access.READ_WRITE, "s3://lake/db/orders2"));
        String foreign = uploadId(others.send("POST", "/lake/db/orders2/u?uploads"));
        var holder = new Holder(orders(Access.READ_WRITE));

        assertThat(
                        holder.send(
                                        "PUT",
                                        "/lake/db/orders/u?partNumber=1&uploadId=" + foreign,
                                        "x")
                                .status())
                .isEqualTo(404);
        assertThat(holder.send("GET", "/lake/db/orders/u?uploadId=" + foreign).status())
                .isEqualTo(404);
        assertThat(holder.send("DELETE", "/lake/db/orders/u?uploadId=" + foreign).status())
                .isEqualTo(404);
    }

    @Test
    void keysEndWithTheirTime() throws IOException {
        VendedKeys vended = orders(Access.READ_WRITE);
        var holder = new Holder(vended);
        assertThat(holder.send("GET", "/lake/db/orders/a").status()).isEqualTo(200);

        now = Objects.requireNonNull(vended.expires()).minusMillis(1);
        assertThat(holder.send("GET", "/lake/db/orders/a").status()).isEqualTo(200);
        now = Objects.requireNonNull(vended.expires());
        RawClient.Reply late = holder.send("GET", "/lake/db/orders/a");
        assertThat(late.status()).isEqualTo(400);
        assertThat(late.text()).contains("<Code>ExpiredToken</Code>");
    }

    @Test
    void keysSurviveARestartAndNotAnotherSecret() throws IOException {
        VendedKeys vended = orders(Access.READ);
        endpoint.close();
        endpoint = S3Endpoint.start("127.0.0.1", 0, store, keys, () -> now, S3Observer.NONE);
        assertThat(new Holder(vended).send("GET", "/lake/db/orders/a").status()).isEqualTo(200);

        var foreign =
                vendor("another secret")
                        .freshKeys(new Scope(Access.READ, List.of(ORDERS)))
                        .orElseThrow();
        assertThat(new Holder(foreign).send("GET", "/lake/db/orders/a").text())
                .contains("<Code>InvalidToken</Code>");
    }

    @Test
    void noByteOfATokenCanBeChanged() throws IOException {
        VendedKeys vended = orders(Access.READ);
        String token = Objects.requireNonNull(vended.sessionToken());

        for (int i = 0; i < token.length(); i++) {
            char other = token.charAt(i) == 'A' ? 'B' : 'A';
            String changed = token.substring(0, i) + other + token.substring(i + 1);
            RawClient.Reply reply =
                    new Holder(vended.accessKey(), vended.secretKey(), changed)
                            .send("GET", "/lake/db/orders/a");
            assertThat(reply.status()).as("character %s", i).isEqualTo(403);
        }
        for (String changed : List.of(token + "=", token + "A", token.substring(1), ".", "a.b")) {
            assertThat(
                            new Holder(vended.accessKey(), vended.secretKey(), changed)
                                    .send("GET", "/lake/db/orders/a")
                                    .text())
                    .contains("<Code>InvalidToken</Code>");
        }
    }

    @Test
    void keysAndTokenBelongTogether() throws IOException {
        VendedKeys read = orders(Access.READ);
        VendedKeys write = orders(Access.READ_WRITE);
        String readToken = Objects.requireNonNull(read.sessionToken());
        String writeToken = Objects.requireNonNull(write.sessionToken());

        for (Holder mixed :
                List.of(
                        new Holder(read.accessKey(), read.secretKey(), writeToken),
                        new Holder(write.accessKey(), read.secretKey(), writeToken),
                        new Holder(write.accessKey(), write.secretKey(), readToken),
                        new Holder(read.accessKey(), read.secretKey(), ""),
                        new Holder(keys.accessKey(), keys.secretKey(), readToken),
                        new Holder(read.accessKey(), keys.secretKey(), readToken))) {
            assertThat(mixed.send("GET", "/lake/db/orders/a").status()).isEqualTo(403);
        }
    }

    @Test
    void theTokenMustBeSignedAsAllElse() throws IOException {
        VendedKeys vended = orders(Access.READ);
        var client =
                new RawClient(endpoint.port(), new S3Keys(vended.accessKey(), vended.secretKey()));
        clients.add(client);

        RawClient.Signed request = client.sign("GET", "/lake/db/orders/a", UNSIGNED, Map.of(), now);
        request.header("x-amz-security-token", Objects.requireNonNull(vended.sessionToken()));

        assertThat(request.send().status()).isEqualTo(403);
    }

    @Test
    void oneScopeMayHaveSeveralFolders() throws IOException {
        var holder =
                new Holder(keysTo(Access.READ, "s3://lake/db/orders/", "s3a://other/db/orders"));

        assertThat(holder.send("GET", "/lake/db/orders/a").status()).isEqualTo(200);
        assertThat(holder.send("GET", "/other/db/orders/a").text()).isEqualTo(SECRET_CONTENT);
        holder.isDenied("GET", "/lake/db/orders2/a");
    }
}
