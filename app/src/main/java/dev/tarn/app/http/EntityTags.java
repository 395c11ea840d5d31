package dev.tarn.app.http;

import java.util.List;

/// Strong entity tags. The compressed form of an answer has a tag of its own, as other bytes must;
/// both forms are equally fresh.
final class EntityTags {
    private static final String GZIP = "-gzip";

    private EntityTags() {}

    /// The tag of the compressed form.
    static String gzip(String etag) {
        return etag.substring(0, etag.length() - 1) + GZIP + '"';
    }

    /// Whether `If-None-Match` names `etag`, in either form. Compared weakly, as the header asks.
    static boolean matches(String ifNoneMatch, String etag) {
        for (String candidate : List.of(ifNoneMatch.split(",", -1))) {
            String tag = candidate.strip();
            if (tag.startsWith("W/")) {
                tag = tag.substring(2);
            }
            if (tag.equals("*") || tag.equals(etag) || tag.equals(gzip(etag))) {
                return true;
            }
        }
        return false;
    }
}
