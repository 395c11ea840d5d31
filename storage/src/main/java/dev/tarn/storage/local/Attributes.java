package dev.tarn.storage.local;

import java.time.Instant;
import java.util.Collections;
import java.util.SequencedMap;
import java.util.TreeMap;

/// What is kept with the bytes of an object.
///
/// @param headers names in lower case: content type, user metadata, checksums
public record Attributes(
        String etag,
        Instant modified,
        SequencedMap<String, String> headers,
        SequencedMap<String, String> tags) {

    public Attributes {
        headers = Collections.unmodifiableSequencedMap(new TreeMap<>(headers));
        tags = Collections.unmodifiableSequencedMap(new TreeMap<>(tags));
    }

    Attributes withTags(SequencedMap<String, String> changed) {
        return new Attributes(etag, modified, headers, changed);
    }
}
