package dev.tarn.storage.s3;

import dev.tarn.storage.Condition;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/// A request whose signature holds, and its body, not read yet.
///
/// @param rights of whoever signed it; the operation itself is within them
record Call(S3Request request, Body body, Rights rights) {
    private static final List<String> KEPT =
            List.of(
                    "content-type",
                    "cache-control",
                    "content-disposition",
                    "content-language",
                    "expires");
    private static final int TAGS_MAX = 10;
    private static final int METADATA_CHARACTERS_MAX = 8 * 1024;
    private static final DateTimeFormatter ISO =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    String bucket() {
        return request.bucket();
    }

    String key() {
        return request.key();
    }

    /// What the client wants kept with the object.
    SequencedMap<String, String> keptHeaders() {
        var kept = request.headersWith("x-amz-meta-");
        int characters = 0;
        for (var entry : kept.entrySet()) {
            characters += entry.getKey().length() + entry.getValue().length();
        }
        if (characters > METADATA_CHARACTERS_MAX) {
            throw new Refusal(400, "MetadataTooLarge", "User metadata is too large");
        }
        for (String name : KEPT) {
            request.header(name).ifPresent(value -> kept.put(name, value));
        }
        request.header("content-encoding")
                .map(value ->
                        List.of(value.split(",", -1)).stream()
                                .map(String::strip)
                                .filter(e -> !e.equals("aws-chunked") && !e.isEmpty())
                                .toList())
                .filter(encodings -> !encodings.isEmpty())
                .ifPresent(e -> kept.put("content-encoding", String.join(",", e)));
        return kept;
    }

    /// The tags in `x-amz-tagging`, which are a query string.
    SequencedMap<String, String> tags() {
        var tags = new TreeMap<String, String>();
        for (String pair : request.header("x-amz-tagging").orElse("").split("&", -1)) {
            if (!pair.isEmpty()) {
                String[] parts = pair.replace('+', ' ').split("=", 2);
                tags.put(
                        S3Request.decode(parts[0]),
                        parts.length > 1 ? S3Request.decode(parts[1]) : "");
            }
        }
        return checked(tags);
    }

    static SequencedMap<String, String> checked(SequencedMap<String, String> tags) {
        if (tags.size() > TAGS_MAX) {
            throw new Refusal(
                    400, "InvalidTag", "An object has at most %s tags".formatted(TAGS_MAX));
        }
        tags.forEach((name, value) -> {
            if (name.isEmpty() || name.length() > 128 || value.length() > 256) {
                throw new Refusal(400, "InvalidTag", "Tag is too long: " + name);
            }
        });
        return tags;
    }

    /// The condition of a write.
    Condition condition() {
        Optional<String> absent = request.header("if-none-match");
        Optional<String> matches = request.header("if-match");
        if (absent.isPresent() && matches.isPresent()) {
            throw Refusal.invalid("A write has If-Match or If-None-Match, found both");
        }
        if (absent.isPresent() && !absent.get().strip().equals("*")) {
            throw notImplemented("If-None-Match of a write other than *");
        }
        if (matches.isPresent() && matches.get().strip().equals("*")) {
            throw notImplemented("If-Match: * of a write");
        }
        if (absent.isPresent()) {
            return Condition.ABSENT;
        }
        return matches.<Condition>map(etag -> new Condition.Matches(Answer.unquoted(etag)))
                .orElse(Condition.NONE);
    }

    /// Refuses what would be a broken promise if it were ignored, such as encryption with the
    /// client's key. What asks for less than is given (a private ACL, a storage class) is ignored.
    void requireSupported() {
        for (String name : request.headers().keySet()) {
            boolean promises =
                    name.startsWith("x-amz-grant-")
                            || name.startsWith("x-amz-object-lock-")
                            || name.startsWith("x-amz-server-side-encryption-")
                            || name.equals("x-amz-website-redirect-location");
            if (promises) {
                throw notImplemented("Header " + name);
            }
        }
        request.header("x-amz-server-side-encryption")
                .filter(kind -> !kind.equals("AES256"))
                .ifPresent(kind -> {
                    throw notImplemented("Encryption by " + kind);
                });
        request.header("x-amz-acl")
                .filter(acl ->
                        !acl.equals("private")
                                && !acl.equals("bucket-owner-full-control")
                                && !acl.equals("bucket-owner-read"))
                .ifPresent(acl -> {
                    throw new Refusal(
                            400,
                            "AccessControlListNotSupported",
                            "Objects are private, found ACL " + acl);
                });
        request.parameter("versionId")
                .filter(version -> !version.equals("null"))
                .ifPresent(version -> {
                    throw Refusal.missing("NoSuchVersion", "Version does not exist: " + version);
                });
    }

    static Refusal notImplemented(String what) {
        return new Refusal(501, "NotImplemented", what + " is not implemented");
    }

    static String iso(Instant instant) {
        return ISO.format(instant);
    }
}
