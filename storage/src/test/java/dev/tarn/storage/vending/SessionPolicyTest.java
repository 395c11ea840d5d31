package dev.tarn.storage.vending;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.storage.Location;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionPolicyTest {
    private static Scope scope(Access access, String... folders) {
        return new Scope(access, List.of(folders).stream().map(Location::of).toList());
    }

    @Test
    void readingIsSaid() {
        assertThat(SessionPolicy.of(scope(Access.READ, "s3://lake/db/orders")))
                .contains(
                        "{\"Version\":\"2012-10-17\",\"Statement\":["
                            + "{\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\"],\"Resource\":[\"arn:aws:s3:::lake/db/orders/*\"]},"
                            + "{\"Effect\":\"Allow\",\"Action\":\"s3:ListBucket\",\"Resource\":\"arn:aws:s3:::lake\","
                            + "\"Condition\":{\"StringLike\":{\"s3:prefix\":[\"db/orders/*\"]}}}]}");
    }

    @Test
    void aBucketIsNamedOnceWithAllItsFolders() {
        assertThat(
                        SessionPolicy.of(
                                        scope(
                                                Access.READ_WRITE,
                                                "s3://lake/a",
                                                "s3://lake/b",
                                                "s3://other/c"))
                                .orElseThrow())
                .contains("\"s3:DeleteObject\"")
                .contains("\"Resource\":\"arn:aws:s3:::lake\"")
                .contains("{\"s3:prefix\":[\"a/*\",\"b/*\"]}")
                .contains("{\"s3:prefix\":[\"c/*\"]}");
    }

    /// CVE-2026-42810, Lakekeeper #1740: a name is no pattern and no variable.
    @ParameterizedTest
    @ValueSource(strings = {"o*", "o?", "${aws:username}", "$", "a\"b", "a\\b", "ä", "a\nb"})
    void aNameThatAPolicyReadsAsSomethingElseGetsNone(String name) {
        assertThat(SessionPolicy.of(scope(Access.READ, "s3://lake/db/" + name))).isEmpty();
    }

    /// Lakekeeper #1857: STS refuses what is longer, and the client got a 400.
    @Test
    void aPolicyThatIsTooLongIsNone() {
        int rest = SessionPolicy.of(scope(Access.READ_WRITE, "s3://lake/a")).orElseThrow().length();
        // the name stands in the policy twice
        int length = 1 + (SessionPolicy.CHARACTERS_MAX - rest) / 2;

        assertThat(SessionPolicy.of(scope(Access.READ_WRITE, "s3://lake/" + "a".repeat(length))))
                .isPresent();
        assertThat(
                        SessionPolicy.of(
                                scope(Access.READ_WRITE, "s3://lake/" + "a".repeat(length + 1))))
                .isEmpty();
    }
}
