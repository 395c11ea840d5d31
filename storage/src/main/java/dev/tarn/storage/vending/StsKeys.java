package dev.tarn.storage.vending;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.StsClientBuilder;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.Credentials;

/// Keys of another S3, from its STS: AssumeRole with a session policy that says the scope.
///
/// Keys are given to all who ask during the first half of their life, and at most one call is under
/// way for a scope. Where STS refuses, cannot be reached or cannot be told the scope, there are no
/// keys: a catalog that can be read does not depend on it, and clients may have keys of their own.
public final class StsKeys implements KeyVendor {
    private static final Logger LOG = LoggerFactory.getLogger(StsKeys.class);
    private static final String SESSION = "tarn";
    private static final int SCOPES_MAX = 100_000;
    private static final Duration CALL_MAX = Duration.ofSeconds(10);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(15);

    private final StsClient client;
    private final String roleArn;
    private final Duration life;
    private final InstantSource clock;
    private final LoadingCache<Scope, Slot> slots;

    /// @param endpoint null for AWS
    /// @param accessKey of whoever may assume the role
    public record Settings(
            @Nullable URI endpoint,
            String region,
            String roleArn,
            String accessKey,
            String secretKey,
            Duration life) {
        @Override
        public String toString() {
            return "Settings[endpoint=%s, region=%s, roleArn=%s, accessKey=%s, secretKey=***, life=%s]"
                    .formatted(endpoint, region, roleArn, accessKey, life);
        }
    }

    public StsKeys(Settings settings, InstantSource clock) {
        this.roleArn = settings.roleArn;
        this.life = settings.life;
        this.clock = clock;
        this.slots =
                Caffeine.newBuilder()
                        .maximumSize(SCOPES_MAX)
                        .expireAfterAccess(life)
                        .executor(Runnable::run)
                        .build(scope -> new Slot());
        StsClientBuilder builder =
                StsClient.builder()
                        .region(Region.of(settings.region))
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create(
                                                settings.accessKey, settings.secretKey)))
                        .httpClientBuilder(UrlConnectionHttpClient.builder())
                        .overrideConfiguration(c -> c.apiCallTimeout(CALL_MAX));
        if (settings.endpoint != null) {
            builder.endpointOverride(settings.endpoint);
        }
        this.client = builder.build();
    }

    @Override
    public Optional<VendedKeys> keys(Scope scope) {
        return slots.get(scope).keys(scope);
    }

    @Override
    public Optional<VendedKeys> freshKeys(Scope scope) {
        return SessionPolicy.of(scope).flatMap(policy -> assume(policy, scope));
    }

    /// The keys of one scope. Who asks while a call is under way waits for its answer.
    private final class Slot {
        private Optional<VendedKeys> last = Optional.empty();
        private Instant until = Instant.MIN;

        synchronized Optional<VendedKeys> keys(Scope scope) {
            Instant now = clock.instant();
            if (now.isBefore(until)) {
                return last;
            }
            last = freshKeys(scope);
            until = last.map(VendedKeys::reusableUntil).orElse(now.plus(RETRY_AFTER));
            return last;
        }
    }

    private Optional<VendedKeys> assume(String policy, Scope scope) {
        AssumeRoleRequest request =
                AssumeRoleRequest.builder()
                        .roleArn(roleArn)
                        .roleSessionName(SESSION)
                        .durationSeconds(Math.toIntExact(life.toSeconds()))
                        .policy(policy)
                        .build();
        try {
            Instant asked = clock.instant();
            Credentials given = client.assumeRole(request).credentials();
            Duration lives = Duration.between(asked, given.expiration());
            return Optional.of(
                    new VendedKeys(
                            given.accessKeyId(),
                            given.secretAccessKey(),
                            given.sessionToken(),
                            given.expiration(),
                            asked.plus(lives.dividedBy(2))));
        } catch (SdkException e) {
            LOG.warn("vending no keys for={} reason={}", scope.folders(), e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
