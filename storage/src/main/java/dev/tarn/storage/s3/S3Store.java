package dev.tarn.storage.s3;

import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectInfo;
import dev.tarn.storage.ObjectNotFoundException;
import dev.tarn.storage.ObjectReader;
import dev.tarn.storage.ObjectStore;
import dev.tarn.storage.ObjectWriter;
import dev.tarn.storage.PreconditionFailedException;
import dev.tarn.storage.StorageException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.Delete;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Objects in any S3. Conditional writes need a store that knows `If-None-Match` and `If-Match`.
///
/// A conditional write carries a mark of its own, because a request that was sent again after a
/// lost answer may lose against itself: whoever is refused looks whether the object there is its
/// own.
public final class S3Store implements ObjectStore {
    private static final String MARK = "tarn-write";
    private static final int ATTEMPTS_MAX = 4;
    private static final int CONFLICTS_MAX = 8;
    private static final int DELETES_MAX = 1000;
    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
    private static final Duration SOCKET_MAX = Duration.ofSeconds(30);
    private static final Duration CALL_MAX = Duration.ofMinutes(5);

    private final S3Client client;

    public S3Store(S3Settings settings) {
        AwsCredentials credentials =
                settings.sessionToken() == null
                        ? AwsBasicCredentials.create(settings.accessKey(), settings.secretKey())
                        : AwsSessionCredentials.create(
                                settings.accessKey(),
                                settings.secretKey(),
                                settings.sessionToken());
        S3ClientBuilder builder =
                S3Client.builder()
                        .region(Region.of(settings.region()))
                        .forcePathStyle(settings.pathStyle())
                        .credentialsProvider(StaticCredentialsProvider.create(credentials))
                        // Not every S3 knows the newer trailing checksums.
                        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                        .httpClientBuilder(
                                UrlConnectionHttpClient.builder()
                                        .connectionTimeout(CONNECT_MAX)
                                        .socketTimeout(SOCKET_MAX))
                        .overrideConfiguration(c ->
                                c.apiCallTimeout(CALL_MAX)
                                        .retryStrategy(
                                                AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                                        .maxAttempts(ATTEMPTS_MAX)
                                                        .build()));
        if (settings.endpoint() != null) {
            builder.endpointOverride(settings.endpoint());
        }
        this.client = builder.build();
    }

    /// Makes the bucket if there is none.
    public void ensureBucket(String bucket) {
        try {
            client.createBucket(r -> r.bucket(bucket));
        } catch (S3Exception e) {
            if (e.statusCode() != 409) {
                throw new StorageException("Bucket cannot be made: " + bucket, e);
            }
        } catch (SdkException e) {
            throw new StorageException("Bucket cannot be made: " + bucket, e);
        }
    }

    /// Tells a wrong address, wrong keys and a missing bucket before anything is built on them.
    public void requireBucket(String bucket) {
        try {
            client.headBucket(r -> r.bucket(bucket));
        } catch (S3Exception e) {
            String reason =
                    switch (e.statusCode()) {
                        case 404 -> "there is none of this name";
                        case 403 -> "the access key may not use it, or the secret key is wrong";
                        default -> "answered with status " + e.statusCode();
                    };
            throw new StorageException("Bucket %s: %s".formatted(bucket, reason), e);
        } catch (SdkException e) {
            throw new StorageException("Bucket %s: %s".formatted(bucket, e.getMessage()), e);
        }
    }

    @Override
    public Optional<ObjectInfo> find(Location location) {
        return head(location).map(head -> info(location, head));
    }

    private Optional<HeadObjectResponse> head(Location location) {
        try {
            return Optional.of(
                    client.headObject(r -> r.bucket(location.bucket()).key(location.key())));
        } catch (S3Exception e) {
            if (e.statusCode() == 404) {
                return Optional.empty();
            }
            throw failed("looked up", location, e);
        } catch (SdkException e) {
            throw failed("looked up", location, e);
        }
    }

    private static ObjectInfo info(Location location, HeadObjectResponse head) {
        return new ObjectInfo(
                location, head.contentLength(), etag(head.eTag()), head.lastModified());
    }

    static String etag(String quoted) {
        return Answer.unquoted(quoted);
    }

    @Override
    public byte[] read(Location location) {
        try {
            return client.getObjectAsBytes(r -> r.bucket(location.bucket()).key(location.key()))
                    .asByteArrayUnsafe();
        } catch (S3Exception e) {
            throw e.statusCode() == 404
                    ? new ObjectNotFoundException(location)
                    : failed("read", location, e);
        } catch (SdkException e) {
            throw failed("read", location, e);
        }
    }

    @Override
    public ObjectReader open(Location location) {
        ObjectInfo info = find(location).orElseThrow(() -> new ObjectNotFoundException(location));
        return new S3Reader(client, info);
    }

    @Override
    public ObjectInfo write(Location location, byte[] content, Condition condition) {
        String mark = UUID.randomUUID().toString();
        PutObjectRequest.Builder request =
                PutObjectRequest.builder().bucket(location.bucket()).key(location.key());
        switch (condition) {
            case Condition.None() -> {}
            case Condition.Absent() -> request.ifNoneMatch("*").metadata(Map.of(MARK, mark));
            case Condition.Matches(String etag) ->
                    request.ifMatch(Answer.quoted(etag)).metadata(Map.of(MARK, mark));
        }
        String etag =
                decided(
                        location,
                        condition,
                        mark,
                        () ->
                                client.putObject(request.build(), RequestBody.fromBytes(content))
                                        .eTag());
        return new ObjectInfo(location, content.length, etag, Instant.now());
    }

    /// Runs a write and finds out what became of it.
    ///
    /// @return the entity tag
    /// @throws PreconditionFailedException if it surely lost
    String decided(Location location, Condition condition, String mark, Supplier<String> write) {
        for (int attempt = 1; ; attempt++) { // ends: the last attempt throws
            try {
                return etag(write.get());
            } catch (SdkException e) {
                if (condition instanceof Condition.None) {
                    throw failed("written", location, e);
                }
                Optional<HeadObjectResponse> there = head(location);
                Optional<String> own =
                        there.filter(head -> mark.equals(head.metadata().get(MARK)))
                                .map(head -> etag(head.eTag()));
                if (own.isPresent()) {
                    return own.get();
                }
                int status = e instanceof AwsServiceException answer ? answer.statusCode() : 0;
                boolean gone = status == 404 && condition instanceof Condition.Matches;
                if (status == 412 || gone) {
                    throw new PreconditionFailedException(location, condition);
                }
                // 409: another conditional write is under way and may win or not.
                if (status != 409 || attempt == CONFLICTS_MAX) {
                    throw failed("written", location, e);
                }
            }
        }
    }

    @Override
    public ObjectWriter create(Location location, Condition condition) {
        return new S3Writer(this, client, location, condition, MARK);
    }

    @Override
    public void delete(Location location) {
        try {
            client.deleteObject(r -> r.bucket(location.bucket()).key(location.key()));
        } catch (SdkException e) {
            throw failed("deleted", location, e);
        }
    }

    @Override
    public void deleteAll(Collection<Location> locations) {
        var byBucket = new LinkedHashMap<String, List<ObjectIdentifier>>();
        for (Location location : locations) {
            byBucket.computeIfAbsent(location.bucket(), b -> new ArrayList<>())
                    .add(ObjectIdentifier.builder().key(location.key()).build());
        }
        byBucket.forEach((bucket, keys) -> {
            for (int from = 0; from < keys.size(); from += DELETES_MAX) {
                deleteSome(bucket, keys.subList(from, Math.min(keys.size(), from + DELETES_MAX)));
            }
        });
    }

    private void deleteSome(String bucket, List<ObjectIdentifier> keys) {
        Location first = new Location("s3", bucket, keys.getFirst().key());
        try {
            DeleteObjectsResponse done =
                    client.deleteObjects(r ->
                            r.bucket(bucket)
                                    .delete(Delete.builder().objects(keys).quiet(true).build()));
            if (done.hasErrors() && !done.errors().isEmpty()) {
                throw new StorageException(
                        "%s of %s objects cannot be deleted, the first: %s"
                                .formatted(
                                        done.errors().size(),
                                        keys.size(),
                                        done.errors().getFirst()));
            }
        } catch (SdkException e) {
            throw failed("deleted", first, e);
        }
    }

    @Override
    public Stream<ObjectInfo> list(Location prefix) {
        try {
            return client
                    .listObjectsV2Paginator(r -> r.bucket(prefix.bucket()).prefix(prefix.key()))
                    .contents()
                    .stream()
                    .map(object ->
                            new ObjectInfo(
                                    new Location(prefix.scheme(), prefix.bucket(), object.key()),
                                    object.size(),
                                    etag(object.eTag()),
                                    object.lastModified()));
        } catch (SdkException e) {
            throw failed("listed", prefix, e);
        }
    }

    static StorageException failed(String what, Location location, SdkException cause) {
        return new StorageException("Object cannot be %s: %s".formatted(what, location), cause);
    }

    @Override
    public void close() {
        client.close();
    }
}
