package dev.tarn.storage.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import dev.tarn.storage.local.FolderStore;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.Tag;

/// The endpoint as a client of AWS sees it that knows nothing of us: all settings are its own.
class EndpointClientTest {
    private static final String BUCKET = "client";

    @TempDir static Path root;
    private static FolderStore store;
    private static S3Endpoint endpoint;
    private static S3Client client;

    @BeforeAll
    static void start() {
        store = FolderStore.open(root.resolve("objects"));
        S3Keys keys = S3Keys.loadOrCreate(root.resolve("keys/s3"));
        endpoint = S3Endpoint.start("127.0.0.1", 0, store, keys);
        client =
                S3Client.builder()
                        .endpointOverride(URI.create("http://127.0.0.1:" + endpoint.port()))
                        .region(Region.EU_WEST_1)
                        .forcePathStyle(true)
                        .httpClientBuilder(UrlConnectionHttpClient.builder())
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create(
                                                keys.accessKey(), keys.secretKey())))
                        .build();
        client.createBucket(r -> r.bucket(BUCKET));
    }

    @AfterAll
    static void stop() {
        client.close();
        endpoint.close();
        store.close();
    }

    private static String put(String key, String content) {
        return client.putObject(r -> r.bucket(BUCKET).key(key), RequestBody.fromString(content))
                .eTag();
    }

    private static void refused(
            int status, String code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        S3Exception.class,
                        e -> {
                            assertThat(e.statusCode()).isEqualTo(status);
                            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code);
                        });
    }

    @Test
    void anObjectKeepsWhatItWasGiven() {
        client.putObject(
                r ->
                        r.bucket(BUCKET)
                                .key("kept é")
                                .contentType("text/x")
                                .contentEncoding("gzip")
                                .cacheControl("no-store")
                                .metadata(Map.of("colour", "blue"))
                                .tagging("TrinoCreationId=1%202"),
                RequestBody.fromString("x"));
        HeadObjectResponse head =
                client.headObject(
                        r -> r.bucket(BUCKET).key("kept é").checksumMode(ChecksumMode.ENABLED));
        assertThat(head.contentType()).isEqualTo("text/x");
        assertThat(head.contentEncoding()).isEqualTo("gzip");
        assertThat(head.cacheControl()).isEqualTo("no-store");
        assertThat(head.metadata()).containsEntry("colour", "blue");
        assertThat(head.checksumCRC32()).isNotNull();
        assertThat(client.getObjectTagging(r -> r.bucket(BUCKET).key("kept é")).tagSet())
                .containsExactly(Tag.builder().key("TrinoCreationId").value("1 2").build());
        client.putObjectTagging(r ->
                r.bucket(BUCKET)
                        .key("kept é")
                        .tagging(t -> t.tagSet(Tag.builder().key("a").value("b").build())));
        assertThat(client.getObjectTagging(r -> r.bucket(BUCKET).key("kept é")).tagSet())
                .containsExactly(Tag.builder().key("a").value("b").build());
        client.copyObject(r ->
                r.sourceBucket(BUCKET)
                        .sourceKey("kept é")
                        .destinationBucket(BUCKET)
                        .destinationKey("copy"));
        assertThat(client.headObject(r -> r.bucket(BUCKET).key("copy")).metadata())
                .containsEntry("colour", "blue");
        client.copyObject(r ->
                r.sourceBucket(BUCKET)
                        .sourceKey("copy")
                        .destinationBucket(BUCKET)
                        .destinationKey("copy")
                        .metadataDirective(MetadataDirective.REPLACE)
                        .metadata(Map.of("colour", "red")));
        GetObjectResponse read =
                client.getObjectAsBytes(r -> r.bucket(BUCKET).key("copy")).response();
        assertThat(read.metadata()).containsEntry("colour", "red");
    }

    @Test
    void conditionsAreAnswered() {
        String etag = put("cond", "1");
        refused(
                412,
                "PreconditionFailed",
                () ->
                        client.putObject(
                                r -> r.bucket(BUCKET).key("cond").ifNoneMatch("*"),
                                RequestBody.fromString("2")));
        refused(
                404,
                "NoSuchKey",
                () ->
                        client.putObject(
                                r -> r.bucket(BUCKET).key("cond-none").ifMatch(etag),
                                RequestBody.fromString("2")));
        refused(
                412,
                "PreconditionFailed",
                () -> client.getObjectAsBytes(r -> r.bucket(BUCKET).key("cond").ifMatch("\"x\"")));
        assertThatThrownBy(() ->
                        client.getObjectAsBytes(
                                r -> r.bucket(BUCKET).key("cond").ifNoneMatch(etag)))
                .isInstanceOfSatisfying(
                        S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(304));
        refused(
                412,
                "PreconditionFailed",
                () -> client.deleteObject(r -> r.bucket(BUCKET).key("cond").ifMatch("\"x\"")));
        client.deleteObject(r -> r.bucket(BUCKET).key("cond").ifMatch(etag));
        refused(404, "NoSuchKey", () -> client.getObjectAsBytes(r -> r.bucket(BUCKET).key("cond")));
        refused(404, "NoSuchBucket", () -> client.listObjectsV2(r -> r.bucket("no-such")));
    }

    @Test
    void partsBecomeOneObject() {
        String key = "parts/" + UUID.randomUUID();
        String id = client.createMultipartUpload(r -> r.bucket(BUCKET).key(key)).uploadId();
        byte[] first = new byte[5 << 20];
        first[7] = 7;
        String one = part(key, id, 1, first);
        String small = part(key, id, 2, new byte[10]);
        String last = part(key, id, 3, "end".getBytes(UTF_8));

        refused(
                400,
                "EntityTooSmall",
                () -> complete(key, id, List.of(of(1, one), of(2, small), of(3, last))));
        refused(400, "InvalidPart", () -> complete(key, id, List.of(of(1, last))));
        refused(400, "InvalidPartOrder", () -> complete(key, id, List.of(of(3, last), of(1, one))));
        refused(404, "NoSuchUpload", () -> complete("other", id, List.of(of(1, one))));
        assertThat(client.listParts(r -> r.bucket(BUCKET).key(key).uploadId(id)).parts())
                .hasSize(3);
        assertThat(client.listMultipartUploads(r -> r.bucket(BUCKET).prefix(key)).uploads())
                .hasSize(1);
        assertThat(client.listObjectsV2(r -> r.bucket(BUCKET).prefix(key)).contents()).isEmpty();

        String etag = complete(key, id, List.of(of(1, one), of(3, last)));
        assertThat(etag).matches("\"[0-9a-f]{32}-2\"");
        assertThat(complete(key, id, List.of(of(1, one), of(3, last)))).isEqualTo(etag);
        byte[] read = client.getObjectAsBytes(r -> r.bucket(BUCKET).key(key)).asByteArray();
        assertThat(read).hasSize((5 << 20) + 3).contains(7, org.assertj.core.data.Index.atIndex(7));

        String copied = client.createMultipartUpload(r -> r.bucket(BUCKET).key(key)).uploadId();
        String part =
                client.uploadPartCopy(r ->
                                r.sourceBucket(BUCKET)
                                        .sourceKey(key)
                                        .copySourceRange("bytes=5242880-5242882")
                                        .destinationBucket(BUCKET)
                                        .destinationKey(key)
                                        .uploadId(copied)
                                        .partNumber(1))
                        .copyPartResult()
                        .eTag();
        complete(key, copied, List.of(of(1, part)));
        assertThat(client.getObjectAsBytes(r -> r.bucket(BUCKET).key(key)).asUtf8String())
                .isEqualTo("end");

        String given = client.createMultipartUpload(r -> r.bucket(BUCKET).key(key)).uploadId();
        part(key, given, 1, first);
        client.abortMultipartUpload(r -> r.bucket(BUCKET).key(key).uploadId(given));
        refused(404, "NoSuchUpload", () -> part(key, given, 2, new byte[9]));
    }

    private static String part(String key, String id, int number, byte[] bytes) {
        return client.uploadPart(
                        r -> r.bucket(BUCKET).key(key).uploadId(id).partNumber(number),
                        RequestBody.fromBytes(bytes))
                .eTag();
    }

    private static CompletedPart of(int number, String etag) {
        return CompletedPart.builder().partNumber(number).eTag(etag).build();
    }

    private static String complete(String key, String id, List<CompletedPart> parts) {
        return client.completeMultipartUpload(r ->
                        r.bucket(BUCKET).key(key).uploadId(id).multipartUpload(u -> u.parts(parts)))
                .eTag();
    }

    @Test
    void aListingIsPagedAndFolded() {
        var keys = new TreeSet<String>();
        for (int i = 0; i < 40; i++) {
            keys.add("list/" + (i % 4 == 0 ? "f" + i : "d" + i % 3 + "/" + i));
        }
        keys.add("list/d1/");
        keys.add("list/ü&<>\"'+%");
        keys.forEach(key -> put(key, ""));
        for (int size : new int[] {1, 2, 7, 41, 42, 1000}) {
            assertThat(
                            client
                                    .listObjectsV2Paginator(
                                            r -> r.bucket(BUCKET).prefix("list/").maxKeys(size))
                                    .contents()
                                    .stream()
                                    .map(S3Object::key))
                    .containsExactlyElementsOf(keys);
            var folded = new ArrayList<String>();
            for (ListObjectsV2Response page :
                    client.listObjectsV2Paginator(
                            r -> r.bucket(BUCKET).prefix("list/").delimiter("/").maxKeys(size))) {
                assertThat(page.keyCount()).isLessThanOrEqualTo(size);
                page.commonPrefixes().stream().map(CommonPrefix::prefix).forEach(folded::add);
                page.contents().stream().map(S3Object::key).forEach(folded::add);
            }
            assertThat(folded).hasSize(14).contains("list/d0/", "list/d1/", "list/d2/", "list/f0");
        }
        assertThat(
                        client.listObjectsV2(r ->
                                        r.bucket(BUCKET).prefix("list/").startAfter("list/f36"))
                                .contents())
                .extracting(S3Object::key)
                .containsExactlyElementsOf(keys.tailSet("list/f36", false));
        var old = new ArrayList<String>();
        String marker = "";
        for (boolean more = true; more; ) {
            String from = marker;
            var page =
                    client.listObjects(r ->
                            r.bucket(BUCKET)
                                    .prefix("list/")
                                    .delimiter("/")
                                    .marker(from)
                                    .maxKeys(3));
            page.commonPrefixes().forEach(p -> old.add(p.prefix()));
            page.contents().forEach(o -> old.add(o.key()));
            more = page.isTruncated();
            marker = more ? page.nextMarker() : "";
        }
        assertThat(old).hasSize(14).doesNotHaveDuplicates();

        client.deleteObjects(r ->
                r.bucket(BUCKET)
                        .delete(d ->
                                d.objects(
                                        keys.stream()
                                                .map(k -> ObjectIdentifier.builder().key(k).build())
                                                .toList())));
        assertThat(client.listObjectsV2(r -> r.bucket(BUCKET).prefix("list/")).contents())
                .isEmpty();
    }

    @Test
    void aPagedListingUnderWritesMissesNothingThatStays() {
        for (int i = 0; i < 50; i++) {
            put("busy/s%03d".formatted(i), "");
        }
        var seen = new ArrayList<String>();
        int round = 0;
        for (ListObjectsV2Response page :
                client.listObjectsV2Paginator(r -> r.bucket(BUCKET).prefix("busy/").maxKeys(5))) {
            page.contents().forEach(o -> seen.add(o.key()));
            for (int i = 0; i < 5; i++) {
                store.write(
                        new Location("s3", BUCKET, "busy/s%03d-%s".formatted(i * 9, round)),
                        new byte[0],
                        Condition.NONE);
            }
            store.delete(new Location("s3", BUCKET, "busy/s000-" + round++));
        }
        assertThat(seen).doesNotHaveDuplicates().isSorted();
        for (int i = 0; i < 50; i++) {
            assertThat(seen).contains("busy/s%03d".formatted(i));
        }
    }

    @Test
    void bucketsComeAndGo() {
        client.createBucket(r -> r.bucket("other-bucket"));
        refused(
                409,
                "BucketAlreadyOwnedByYou",
                () -> client.createBucket(r -> r.bucket("other-bucket")));
        assertThat(client.listBuckets().buckets()).extracting("name").contains("other-bucket");
        assertThat(client.getBucketVersioning(r -> r.bucket("other-bucket")).status()).isNull();
        client.getBucketLocation(r -> r.bucket("other-bucket"));
        client.putObject(r -> r.bucket("other-bucket").key("a/b/c"), RequestBody.fromString("x"));
        refused(409, "BucketNotEmpty", () -> client.deleteBucket(r -> r.bucket("other-bucket")));
        client.deleteObject(r -> r.bucket("other-bucket").key("a/b/c"));
        client.deleteBucket(r -> r.bucket("other-bucket"));
        assertThatThrownBy(() -> client.headBucket(r -> r.bucket("other-bucket")))
                .isInstanceOfSatisfying(
                        S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(404));
    }
}
