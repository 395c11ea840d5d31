package dev.tarn.storage.vending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.storage.Location;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LifetimeTest {
    private static final Instant START = Instant.parse("2026-01-31T12:34:56Z");
    private static final Duration LIFE = Duration.ofHours(1);
    private static final Duration WINDOW = Duration.ofMinutes(15);

    private final Lifetime lifetime = new Lifetime(LIFE);

    private static Scope scope(String... folders) {
        return new Scope(Access.READ, List.of(folders).stream().map(Location::of).toList());
    }

    @Test
    void keysOfAWindowAreTheSameAndHaveThreeQuartersOfTheirLifeLeft() {
        Scope orders = scope("s3://lake/orders");
        Set<Instant> ends = new HashSet<>();

        for (int second = 0; second < LIFE.toSeconds(); second++) {
            Instant now = START.plusSeconds(second);
            Lifetime.Window window = lifetime.window(orders, now);
            ends.add(window.expires());
            assertThat(Duration.between(now, window.expires())).isBetween(LIFE.minus(WINDOW), LIFE);
            assertThat(window.end()).isAfter(now);
            assertThat(window.expires()).isEqualTo(window.end().plus(LIFE).minus(WINDOW));
        }
        assertThat(ends).hasSizeBetween(4, 5);
    }

    @Test
    void theKeysOfAllTablesDoNotChangeAtOnce() {
        Set<Instant> ends = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            ends.add(lifetime.window(scope("s3://lake/t" + i), START).end());
        }

        assertThat(ends).hasSizeGreaterThan(90);
    }

    @Test
    void equalScopesHaveEqualKeysInWhateverOrderTheirFoldersCome() {
        var vendor = new SealedKeys("secret", lifetime, () -> START);
        var replica = new SealedKeys("secret", lifetime, () -> START.plusMillis(1));

        assertThat(vendor.keys(scope("s3://lake/b", "s3://lake/a/")))
                .isEqualTo(replica.keys(scope("s3://lake/a", "s3://lake/b", "s3://lake/a/c")));
    }

    @Test
    void freshKeysHaveTheirWholeLifeBeforeThem() {
        var vendor = new SealedKeys("secret", lifetime, () -> START);

        assertThat(vendor.freshKeys(scope("s3://lake/a")).orElseThrow().expires())
                .isEqualTo(START.plus(LIFE));
    }

    @Test
    void aWholeBucketIsNoFolder() {
        for (String bucket : List.of("s3://lake", "s3://lake/", "s3://lake//")) {
            assertThatThrownBy(() -> scope(bucket)).hasMessageContaining("whole bucket");
        }
        assertThatThrownBy(() -> scope()).hasMessageContaining("1 to 16 folders, found 0");
    }

    @Test
    void secretsAreNotPrinted() {
        VendedKeys keys =
                new SealedKeys("secret", lifetime, () -> START)
                        .keys(scope("s3://lake/a"))
                        .orElseThrow();

        assertThat(keys.toString())
                .doesNotContain(keys.secretKey())
                .doesNotContain(String.valueOf(keys.sessionToken()));
    }

    @Test
    void aTokenForOnePurposeOpensNoOther() {
        String token = new ScopeTokens("secret", "one").seal(scope("s3://lake/a"), START);

        assertThat(new ScopeTokens("secret", "one").open(token).orElseThrow().scope())
                .isEqualTo(scope("s3://lake/a"));
        assertThat(new ScopeTokens("secret", "two").open(token)).isEmpty();
        assertThat(new ScopeTokens("other", "one").open(token)).isEmpty();
    }
}
