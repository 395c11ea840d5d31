package dev.tarn.storage.s3;

import dev.tarn.storage.local.OpenObject;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// What goes back to the client.
record Answer(int status, SequencedMap<String, String> headers, Content content) {

    sealed interface Content {}

    record Nothing() implements Content {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Bytes(byte[] bytes) implements Content {}

    /// A part of an object; whoever sends it closes the object.
    record Slice(OpenObject object, long from, long length) implements Content {}

    static Answer empty(int status) {
        return new Answer(status, new LinkedHashMap<>(), new Nothing());
    }

    static Answer xml(Xml document) {
        return xml(200, document);
    }

    static Answer xml(int status, Xml document) {
        return new Answer(status, new LinkedHashMap<>(), new Bytes(document.bytes()))
                .with("Content-Type", "application/xml");
    }

    Answer with(String header, String value) {
        headers.put(header, value);
        return this;
    }

    Answer withAll(SequencedMap<String, String> more) {
        headers.putAll(more);
        return this;
    }

    static String quoted(String etag) {
        return "\"" + etag + "\"";
    }

    static String unquoted(String etag) {
        String text = etag.strip();
        return text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1)
                : text;
    }
}
