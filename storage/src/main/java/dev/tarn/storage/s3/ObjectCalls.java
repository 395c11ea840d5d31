package dev.tarn.storage.s3;

import dev.tarn.storage.Condition;
import dev.tarn.storage.local.FolderStore;
import dev.tarn.storage.local.OpenObject;
import dev.tarn.storage.local.StagedObject;
import dev.tarn.storage.local.StoredObject;
import dev.tarn.storage.vending.Access;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/// Calls about one object.
final class ObjectCalls {
    private static final int DOCUMENT_BYTES_MAX = 2 << 20;
    private static final DateTimeFormatter HTTP_DATE =
            DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);

    private final FolderStore store;

    ObjectCalls(FolderStore store) {
        this.store = store;
    }

    Answer put(Call call) throws IOException {
        SequencedMap<String, String> headers = call.keptHeaders();
        SequencedMap<String, String> tags = call.tags();
        Condition condition = call.condition();
        store.check(call.bucket(), call.key(), condition);
        try (StagedObject staged = store.stage(!call.body().hasChecksum())) {
            SequencedMap<String, String> checksums = call.body().copyTo(staged::write);
            headers.putAll(checksums);
            StoredObject object =
                    store.commit(staged, call.bucket(), call.key(), condition, headers, tags);
            Answer answer =
                    Answer.empty(200).with("ETag", Answer.quoted(object.etag())).withAll(checksums);
            return checksums.isEmpty() ? answer : answer.with("x-amz-checksum-type", "FULL_OBJECT");
        }
    }

    Answer get(Call call, boolean withContent) {
        OpenObject object = require(call.bucket(), call.key());
        boolean handedOn = false;
        try {
            Optional<Answer> unchanged = unchanged(call, object.object());
            if (unchanged.isPresent()) {
                return unchanged.get();
            }
            Optional<Range> range =
                    call.request()
                            .header("range")
                            .flatMap(text -> Range.parse(text, object.size()));
            long from = range.map(Range::from).orElse(0L);
            long length = range.map(Range::length).orElse(object.size());
            Answer head = head(call, object.object(), range.isEmpty());
            range.ifPresent(r ->
                    head.with(
                            "Content-Range",
                            "bytes %s-%s/%s"
                                    .formatted(
                                            r.from(), r.from() + r.length() - 1, object.size())));
            head.with("Content-Length", String.valueOf(length));
            int status = range.isPresent() ? 206 : 200;
            if (!withContent) {
                return new Answer(status, head.headers(), new Answer.Nothing());
            }
            handedOn = true;
            return new Answer(status, head.headers(), new Answer.Slice(object, from, length));
        } finally {
            if (!handedOn) {
                object.close();
            }
        }
    }

    private OpenObject require(String bucket, String key) {
        return store.openObject(bucket, key)
                .orElseThrow(() -> Refusal.missing("NoSuchKey", "Object does not exist: " + key));
    }

    private static Answer head(Call call, StoredObject object, boolean whole) {
        Answer answer =
                Answer.empty(200)
                        .with("ETag", Answer.quoted(object.etag()))
                        .with("Last-Modified", httpDate(object.modified()))
                        .with("Accept-Ranges", "bytes");
        boolean checksums =
                whole
                        && call.request()
                                .header("x-amz-checksum-mode")
                                .filter(mode -> mode.equalsIgnoreCase("enabled"))
                                .isPresent();
        answer.with("Content-Type", "application/octet-stream");
        object.attributes()
                .headers()
                .forEach((name, value) -> {
                    if (!name.startsWith(ChecksumKind.HEADER)) {
                        answer.headers().remove(name.equals("content-type") ? "Content-Type" : "");
                        answer.with(name, value);
                    } else if (checksums) {
                        answer.with(name, value).with("x-amz-checksum-type", "FULL_OBJECT");
                    }
                });
        int tags = object.attributes().tags().size();
        if (tags > 0) {
            answer.with("x-amz-tagging-count", String.valueOf(tags));
        }
        for (S3Request.Parameter parameter : call.request().parameters()) {
            if (parameter.name().startsWith("response-")) {
                String name = parameter.name().substring("response-".length());
                if (parameter.value().chars().anyMatch(c -> c < ' ' || c > '~')) {
                    throw Refusal.invalid("Header value has a control character: " + name);
                }
                answer.headers()
                        .remove("Content-Type".equalsIgnoreCase(name) ? "Content-Type" : "");
                answer.with(name, parameter.value());
            }
        }
        return answer;
    }

    /// What RFC 9110 answers to a conditional read, if it is not the object.
    private static Optional<Answer> unchanged(Call call, StoredObject object) {
        Optional<String> match = call.request().header("if-match");
        Optional<String> noneMatch = call.request().header("if-none-match");
        Instant modified = object.modified().truncatedTo(ChronoUnit.SECONDS);
        Predicate<String> isThis =
                list ->
                        List.of(list.split(",", -1)).stream()
                                .map(Answer::unquoted)
                                .anyMatch(etag -> etag.equals("*") || etag.equals(object.etag()));
        boolean failed =
                match.isPresent()
                        ? !isThis.test(match.get())
                        : date(call, "if-unmodified-since").filter(modified::isAfter).isPresent();
        if (failed) {
            throw new Refusal(412, "PreconditionFailed", "The object has another entity tag");
        }
        boolean same =
                noneMatch.isPresent()
                        ? isThis.test(noneMatch.get())
                        : date(call, "if-modified-since")
                                .filter(since -> !modified.isAfter(since))
                                .isPresent();
        return same
                ? Optional.of(
                        Answer.empty(304)
                                .with("ETag", Answer.quoted(object.etag()))
                                .with("Last-Modified", httpDate(object.modified())))
                : Optional.empty();
    }

    private static Optional<Instant> date(Call call, String header) {
        try {
            return call.request().header(header).map(text -> HTTP_DATE.parse(text, Instant::from));
        } catch (DateTimeParseException e) {
            return Optional.empty(); // RFC 9110: a date that cannot be read is ignored
        }
    }

    static String httpDate(Instant instant) {
        return HTTP_DATE.format(instant);
    }

    /// A copy source that was found.
    record Source(OpenObject object) {}

    Source source(Call call) {
        String text = S3Request.decode(call.request().header("x-amz-copy-source").orElse(""));
        int version = text.indexOf("?versionId=");
        if (version >= 0) {
            if (!text.endsWith("?versionId=null")) {
                throw Refusal.missing("NoSuchVersion", "Version does not exist: " + text);
            }
            text = text.substring(0, version);
        }
        String path = text.startsWith("/") ? text.substring(1) : text;
        int slash = path.indexOf('/');
        if (slash <= 0 || slash == path.length() - 1) {
            throw Refusal.invalid("x-amz-copy-source must be bucket/key, found: " + text);
        }
        String bucket = path.substring(0, slash);
        String key = path.substring(slash + 1);
        call.rights().require(Access.READ, bucket, key);
        OpenObject object = require(bucket, key);
        String etag = object.object().etag();
        boolean holds =
                call.request()
                                .header("x-amz-copy-source-if-match")
                                .map(Answer::unquoted)
                                .filter(wanted -> !wanted.equals(etag))
                                .isEmpty()
                        && call.request()
                                .header("x-amz-copy-source-if-none-match")
                                .map(Answer::unquoted)
                                .filter(etag::equals)
                                .isEmpty();
        if (!holds) {
            object.close();
            throw new Refusal(412, "PreconditionFailed", "The source has another entity tag");
        }
        return new Source(object);
    }

    Answer copy(Call call) {
        try (OpenObject source = source(call).object();
                StagedObject staged = store.stage(false)) {
            StoredObject from = source.object();
            boolean replace =
                    call.request()
                            .header("x-amz-metadata-directive")
                            .orElse("COPY")
                            .equals("REPLACE");
            boolean retag =
                    call.request()
                            .header("x-amz-tagging-directive")
                            .orElse("COPY")
                            .equals("REPLACE");
            if (!replace && from.bucket().equals(call.bucket()) && from.key().equals(call.key())) {
                throw new Refusal(
                        400,
                        "InvalidRequest",
                        "An object is copied to itself only to replace its metadata");
            }
            SequencedMap<String, String> headers =
                    replace ? call.keptHeaders() : from.attributes().headers();
            SequencedMap<String, String> tags = retag ? call.tags() : from.attributes().tags();
            source.copyTo(staged, 0, source.size());
            StoredObject object =
                    store.commit(
                            staged, call.bucket(), call.key(), call.condition(), headers, tags);
            return Answer.xml(
                    Xml.document("CopyObjectResult")
                            .leaf("LastModified", Call.iso(object.modified()))
                            .leaf("ETag", Answer.quoted(object.etag())));
        }
    }

    Answer delete(Call call) {
        store.delete(call.bucket(), call.key(), call.condition());
        return Answer.empty(204);
    }

    Answer tagging(Call call) {
        try (OpenObject object = require(call.bucket(), call.key())) {
            Xml xml = Xml.document("Tagging").begin("TagSet");
            for (Map.Entry<String, String> tag : object.object().attributes().tags().entrySet()) {
                xml.begin("Tag").leaf("Key", tag.getKey()).leaf("Value", tag.getValue()).end();
            }
            return Answer.xml(xml);
        }
    }

    Answer putTagging(Call call) throws IOException {
        var tags = new TreeMap<String, String>();
        String name = "";
        for (Xml.Leaf leaf : Xml.leaves(call.body().bytes(DOCUMENT_BYTES_MAX))) {
            switch (leaf.name()) {
                case "Key" -> name = leaf.value();
                case "Value" -> tags.put(name, leaf.value());
                default -> {}
            }
        }
        return tag(call, Call.checked(tags), 200);
    }

    Answer deleteTagging(Call call) {
        return tag(call, new TreeMap<>(), 204);
    }

    private Answer tag(Call call, SequencedMap<String, String> tags, int status) {
        if (!store.tag(call.bucket(), call.key(), tags)) {
            throw Refusal.missing("NoSuchKey", "Object does not exist: " + call.key());
        }
        return Answer.empty(status);
    }
}
