package dev.tarn.storage.vending;

import dev.tarn.storage.Location;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A scope in the language of IAM.
///
/// In a policy `*` and `?` are patterns and `${…}` is a variable, and not every S3 knows the
/// escapes that AWS has for them: `a*` would open `ab`. A name with one of these, or with what JSON
/// or a policy may not hold as it is, gets no policy. Names that the catalog makes have none of
/// them.
final class SessionPolicy {
    /// STS refuses longer ones.
    static final int CHARACTERS_MAX = 2048;

    private static final String ARN = "arn:aws:s3:::";

    private SessionPolicy() {}

    /// Empty if the scope cannot be said, or is too long.
    static Optional<String> of(Scope scope) {
        for (Location folder : scope.folders()) {
            if (!isPlain(folder.bucket()) || !isPlain(folder.key())) {
                return Optional.empty();
            }
        }
        String policy =
                "{\"Version\":\"2012-10-17\",\"Statement\":["
                        + objects(scope)
                        + listings(scope)
                        + "]}";
        return policy.length() <= CHARACTERS_MAX ? Optional.of(policy) : Optional.empty();
    }

    private static String objects(Scope scope) {
        List<String> actions =
                switch (scope.access()) {
                    case READ -> List.of("s3:GetObject");
                    case READ_WRITE ->
                            List.of(
                                    "s3:GetObject",
                                    "s3:PutObject",
                                    "s3:DeleteObject",
                                    "s3:AbortMultipartUpload",
                                    "s3:ListMultipartUploadParts");
                };
        return "{\"Effect\":\"Allow\",\"Action\":%s,\"Resource\":%s}"
                .formatted(
                        array(actions),
                        array(
                                scope.folders().stream()
                                        .map(f -> ARN + f.bucket() + "/" + f.key() + "/*")
                                        .toList()));
    }

    private static String listings(Scope scope) {
        SequencedMap<String, List<String>> prefixes = new LinkedHashMap<>();
        for (Location folder : scope.folders()) {
            prefixes.merge(
                    folder.bucket(),
                    List.of(folder.key() + "/*"),
                    (one, two) -> Stream.concat(one.stream(), two.stream()).toList());
        }
        var text = new StringBuilder();
        for (Map.Entry<String, List<String>> bucket : prefixes.entrySet()) {
            text.append(
                    ",{\"Effect\":\"Allow\",\"Action\":\"s3:ListBucket\",\"Resource\":\"%s%s\",\"Condition\":{\"StringLike\":{\"s3:prefix\":%s}}}"
                            .formatted(ARN, bucket.getKey(), array(bucket.getValue())));
        }
        return text.toString();
    }

    private static String array(List<String> values) {
        return values.stream().map(v -> '"' + v + '"').collect(Collectors.joining(",", "[", "]"));
    }

    private static boolean isPlain(String name) {
        return name.chars().allMatch(c -> c >= ' ' && c <= '~' && "*?$\"\\".indexOf(c) < 0);
    }
}
