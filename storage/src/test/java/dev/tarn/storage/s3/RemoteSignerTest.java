package dev.tarn.storage.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import dev.tarn.storage.local.FolderStore;
import dev.tarn.storage.vending.Access;
import dev.tarn.storage.vending.Scope;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Signs for a client without keys, sends what was signed to a real endpoint, and refuses the rest.
class RemoteSignerTest {
    private static final Scope ORDERS =
            new Scope(Access.READ_WRITE, List.of(Location.of("s3://lake/db/orders")));
    private static final String A = "/lake/db/orders/a";

    @TempDir Path root;
    private FolderStore store;
    private S3Endpoint endpoint;
    private RemoteSigner signer;
    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeEach
    void start() {
        store = FolderStore.open(root.resolve("objects"));
        store.createBucket("lake");
        S3Keys keys = S3Keys.loadOrCreate(root.resolve("keys/s3"));
        endpoint = S3Endpoint.start("127.0.0.1", 0, store, keys);
        signer =
                new RemoteSigner(
                        URI.create(address()), "us-east-1", true, keys, InstantSource.system());
        store.write(Location.of("s3:/" + A), "mine".getBytes(UTF_8), Condition.NONE);
        store.write(
                Location.of("s3://lake/db/orders2/a"), "not yours".getBytes(UTF_8), Condition.NONE);
    }

    @AfterEach
    void stop() {
        http.close();
        endpoint.close();
        store.close();
    }

    private String address() {
        return "http://127.0.0.1:" + endpoint.port();
    }

    private RemoteSigner.Unsigned request(String method, String target, String... headers) {
        return request(method, target, null, headers);
    }

    private RemoteSigner.Unsigned batch(String body, String... headers) {
        return request("POST", "/lake?delete", body.isEmpty() ? null : body, headers);
    }

    private RemoteSigner.Unsigned request(
            String method, String target, @Nullable String body, String[] headers) {
        Map<String, List<String>> all = new LinkedHashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], List.of(headers[i + 1]));
        }
        String uri = target.startsWith("/") ? address() + target : target;
        return new RemoteSigner.Unsigned(method, "us-east-1", URI.create(uri), all, body);
    }

    private HttpResponse<String> send(RemoteSigner.Unsigned request, String body)
            throws IOException, InterruptedException {
        RemoteSigner.Signed signed = signer.sign(request, ORDERS);
        var builder =
                HttpRequest.newBuilder(signed.uri())
                        .method(request.method(), HttpRequest.BodyPublishers.ofString(body));
        Set<String> own = Set.of("host");
        request.headers().forEach((name, values) -> values.forEach(v -> builder.header(name, v)));
        signed.headers()
                .forEach((name, values) -> {
                    if (!own.contains(name)) {
                        values.forEach(value -> builder.header(name, value));
                    }
                });
        return http.send(builder.build(), HttpResponse.BodyHandlers.ofString());
    }

    private void isRefused(RemoteSigner.Unsigned request) {
        assertThatThrownBy(() -> signer.sign(request, ORDERS))
                .isInstanceOf(SigningRefusedException.class);
    }

    @Test
    void whatATableNeedsIsSignedAndDone() throws Exception {
        assertThat(send(request("GET", A, "Range", "bytes=1-2"), "").body()).isEqualTo("in");
        assertThat(send(request("HEAD", A), "").statusCode()).isEqualTo(200);
        String odd = "/lake/db/orders/data/ts%3D1%253A%20%C3%A4%2B";
        assertThat(send(request("PUT", odd, "x-amz-meta-a", "b"), "new").statusCode())
                .isEqualTo(200);
        assertThat(store.find(Location.of("s3://lake/db/orders/data/ts=1%3A ä+"))).isPresent();
        assertThat(send(request("GET", "/lake?list-type=2&prefix=db%2Forders%2F"), "").body())
                .contains("<Key>db/orders/a</Key>");
        String begun = send(request("POST", "/lake/db/orders/m?uploads"), "").body();
        String upload =
                begun.substring(begun.indexOf("<UploadId>") + 10, begun.indexOf("</UploadId>"));
        String part = "/lake/db/orders/m?partNumber=1&uploadId=" + upload;
        String etag = send(request("PUT", part), "part").headers().firstValue("etag").orElseThrow();
        String whole =
                "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>%s</ETag></Part></CompleteMultipartUpload>"
                        .formatted(etag);
        assertThat(
                        send(request("POST", "/lake/db/orders/m?uploadId=" + upload), whole)
                                .statusCode())
                .isEqualTo(200);
        assertThat(send(request("DELETE", "/lake/db/orders/m"), "").statusCode()).isEqualTo(204);
    }

    /// Nessie #11493, Lakekeeper #1925.
    @Test
    void aBatchOfDeletesIsSignedWithItsBodyAndNoOther() throws Exception {
        String mine = "<Delete><Object><Key>db/orders/a</Key></Object></Delete>";
        String foreign = "<Delete><Object><Key>db/orders2/a</Key></Object></Delete>";

        HttpResponse<String> swapped = send(batch(mine), foreign);
        assertThat(swapped.statusCode()).isEqualTo(400);
        assertThat(store.find(Location.of("s3://lake/db/orders2/a"))).isPresent();

        assertThat(send(batch(mine), mine).body()).contains("<Deleted>");
        assertThat(store.find(Location.of("s3:/" + A))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<Delete><Object><Key>db/orders2/a</Key></Object></Delete>",
                "<Delete><Object><Key>db/orders/a</Key></Object><Object><Key>db/orders2/a</Key></Object></Delete>",
                "<Delete><Object><Key>db/orders/a</Key><Key>db/orders2/a</Key></Object></Delete>",
                "<Delete><Object><Key>db/orders<!-- -->2/a</Key></Object></Delete>",
                "<Delete><Object><Key>db/orders<![CDATA[2]]>/a</Key></Object></Delete>",
                "<Delete><Object><Key>db/orders/../orders2/a</Key></Object></Delete>",
                "<Delete><X><Object><K>db/orders2/a</K></Object></X></Delete>",
                "<!DOCTYPE x [<!ENTITY k"
                        + " 'db/orders2/a'>]><Delete><Object><Key>&k;</Key></Object></Delete>",
                "<?xml version='1.0'"
                    + " encoding='UTF-16'?><Delete><Object><Key>db/orders/a</Key></Object></Delete>",
                "<Delete><Object><Key>db/orders/a</Key>",
                "not XML",
            })
    void aBatchThatNamesAnythingElseIsNotSigned(String body) {
        isRefused(batch(body));
    }

    @Test
    void theHashOfABatchIsOursToSay() {
        String mine = "<Delete><Object><Key>db/orders/a</Key></Object></Delete>";

        isRefused(batch(mine, "x-amz-content-sha256", "UNSIGNED-PAYLOAD"));
    }

    /// Nessie #8654: any URI was signed.
    @ParameterizedTest
    @CsvSource({
        "GET, /lake/db/orders2/a",
        "GET, /lake/db/orders",
        "PUT, /lake/db/ordersa",
        "GET, /lake/db/orders/../orders2/a",
        "GET, /lake/db/orders/%2E%2E/orders2/a",
        "GET, /lake/db/orders%2Fa",
        "GET, /lake/db/orders//a",
        "GET, /lake/db/orders/./a",
        "GET, /other/db/orders/a",
        "GET, /lake",
        "GET, /",
        "PUT, /lake",
        "GET, /lake?prefix=db%2Forders%2F",
        "GET, /lake?list-type=2",
        "GET, /lake?list-type=2&prefix=db%2Forders",
        "GET, /lake?list-type=2&prefix=db%2Forders2%2F",
        "GET, /lake?list-type=2&prefix=db%2Forders%2F..%2F",
        "GET, /lake?list-type=2&prefix=db%2Forders%2F&prefix=db%2F",
        "GET, /lake?list-type=2&prefix=db%2Forders%2F&versions=",
        "GET, /lake?location=",
        "GET, /lake/db/orders/a?acl=",
        "PUT, /lake/db/orders/a?tagging=",
        "GET, /lake/db/orders/a?versionId=1",
        "GET, /lake/db/orders/a?X-Amz-Expires=604800",
        "PATCH, /lake/db/orders/a",
        "GET, http://127.0.0.1:1/lake/db/orders/a",
        "GET, http://example.com/lake/db/orders/a",
        "GET, http://user@127.0.0.1/lake/db/orders/a",
    })
    void nothingElseIsSigned(String method, String target) {
        isRefused(request(method, target));
    }

    @Test
    void theAddressIsTheConfiguredOneToTheScheme() {
        isRefused(request("GET", "https://127.0.0.1:%s%s".formatted(endpoint.port(), A)));
        isRefused(request("GET", "http://localhost:%s%s".formatted(endpoint.port(), A)));
        isRefused(request("GET", "%s%s#x".formatted(address(), A)));
        isRefused(
                new RemoteSigner.Unsigned(
                        "GET", "eu-west-1", URI.create(address() + A), Map.of(), null));
    }

    /// With the catalog's own keys a copy reads whatever there is.
    @ParameterizedTest
    @CsvSource({
        "x-amz-copy-source, /lake/db/orders2/a",
        "X-Amz-Copy-Source, lake/db/orders2/a",
        "x-amz-acl, public-read",
        "x-amz-grant-read, everyone",
        "x-amz-tagging, a=b",
        "x-amz-website-redirect-location, /",
        "x-amz-security-token, x",
        "x-amz-bypass-governance-retention, true",
        "x-amz-content-sha256, STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "x-amz-date, 20260101T000000Z",
        "x-amz-date, tomorrow",
    })
    void aHeaderThatReachesFurtherIsNotSigned(String name, String value) {
        isRefused(request("PUT", A, name, value));
    }

    @Test
    void whoeverMayReadGetsNoWritesSigned() {
        var reading = new Scope(Access.READ, ORDERS.folders());

        assertThat(signer.sign(request("GET", A), reading).headers()).containsKey("Authorization");
        for (String method : List.of("PUT", "DELETE")) {
            assertThatThrownBy(() -> signer.sign(request(method, A), reading))
                    .isInstanceOf(SigningRefusedException.class);
        }
        String mine = "<Delete><Object><Key>db/orders/a</Key></Object></Delete>";
        assertThatThrownBy(() -> signer.sign(batch(mine), reading))
                .isInstanceOf(SigningRefusedException.class);
    }

    @Test
    void onlyReadsWhoseHeadersAreAlwaysTheSameAreReusable() {
        assertThat(signer.sign(request("GET", A, "Range", "bytes=0-1"), ORDERS).reusable())
                .isTrue();
        assertThat(signer.sign(request("HEAD", A, "User-Agent", "x"), ORDERS).reusable()).isTrue();
        assertThat(signer.sign(request("GET", A, "x-amz-meta-a", "b"), ORDERS).reusable())
                .isFalse();
        assertThat(signer.sign(request("PUT", A), ORDERS).reusable()).isFalse();
    }

    @Test
    void aBucketMayStandInTheHostName() {
        var hosts =
                new RemoteSigner(
                        URI.create("https://s3.example.com"),
                        "us-east-1",
                        false,
                        new S3Keys("id", "secret"),
                        InstantSource.system());

        assertThat(
                        hosts.sign(
                                        request("GET", "https://lake.s3.example.com/db/orders/a"),
                                        ORDERS)
                                .headers())
                .containsKey("Authorization");
        for (String uri :
                List.of(
                        "https://other.s3.example.com/db/orders/a",
                        "https://lake.s3.example.com/db/orders2/a",
                        "https://s3.example.com/lake/db/orders/a",
                        "https://lakes3.example.com/db/orders/a")) {
            assertThatThrownBy(() -> hosts.sign(request("GET", uri), ORDERS))
                    .as(uri)
                    .isInstanceOf(SigningRefusedException.class);
        }
    }
}
