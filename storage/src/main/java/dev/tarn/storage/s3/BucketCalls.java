package dev.tarn.storage.s3;

import dev.tarn.storage.Condition;
import dev.tarn.storage.PreconditionFailedException;
import dev.tarn.storage.local.FolderStore;
import dev.tarn.storage.local.InvalidKeyException;
import dev.tarn.storage.local.KeyCursor;
import dev.tarn.storage.local.StoredObject;
import dev.tarn.storage.vending.Access;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Calls about buckets and what is in them.
final class BucketCalls {
    private static final int PAGE_MAX = 1000;
    private static final int DOCUMENT_BYTES_MAX = 4 << 20;

    private final FolderStore store;

    BucketCalls(FolderStore store) {
        this.store = store;
    }

    Answer list() {
        Xml xml = Xml.document("ListAllMyBucketsResult");
        xml.begin("Owner").leaf("ID", "tarn").leaf("DisplayName", "tarn").end().begin("Buckets");
        for (FolderStore.Bucket bucket : store.buckets()) {
            xml.begin("Bucket")
                    .leaf("Name", bucket.name())
                    .leaf("CreationDate", Call.iso(bucket.created()))
                    .end();
        }
        return Answer.xml(xml);
    }

    Answer create(Call call) {
        if (!store.createBucket(call.bucket())) {
            throw new Refusal(
                    409, "BucketAlreadyOwnedByYou", "Bucket exists already: " + call.bucket());
        }
        return Answer.empty(200).with("Location", "/" + call.bucket());
    }

    Answer head(Call call, String region) {
        require(call);
        return Answer.empty(200).with("x-amz-bucket-region", region);
    }

    private void require(Call call) {
        if (!store.hasBucket(call.bucket())) {
            throw Refusal.missing("NoSuchBucket", "Bucket does not exist: " + call.bucket());
        }
    }

    Answer delete(Call call) {
        require(call);
        if (!store.deleteBucket(call.bucket())) {
            throw new Refusal(409, "BucketNotEmpty", "Bucket has objects: " + call.bucket());
        }
        return Answer.empty(204);
    }

    Answer location(Call call) {
        require(call);
        return Answer.xml(Xml.document("LocationConstraint"));
    }

    Answer versioning(Call call) {
        require(call);
        return Answer.xml(Xml.document("VersioningConfiguration"));
    }

    /// A page of a listing.
    ///
    /// @param next where the next page begins: a key `k...` or a common prefix `p...`
    private record Page(List<StoredObject> objects, List<String> prefixes, Optional<String> next) {}

    private Page page(Call call, String from, int max) throws IOException {
        String prefix = call.request().parameter("prefix").orElse("");
        String delimiter = call.request().parameter("delimiter").orElse("");
        var objects = new ArrayList<StoredObject>();
        var prefixes = new ArrayList<String>();
        String last = from;
        KeyCursor cursor = store.cursor(call.bucket(), prefix, start(from));
        KeyCursor.Found found = max == 0 ? null : cursor.next();
        for (; found != null; found = cursor.next()) {
            if (objects.size() + prefixes.size() == max) {
                return new Page(objects, prefixes, Optional.of(last));
            }
            int cut = delimiter.isEmpty() ? -1 : found.key().indexOf(delimiter, prefix.length());
            if (cut >= 0) {
                String common = found.key().substring(0, cut + delimiter.length());
                cursor.skipTo(KeyCursor.behindAll(common));
                if (!from.equals("k" + common)) {
                    prefixes.add(common);
                    last = "p" + common;
                }
                continue;
            }
            Optional<StoredObject> object = store.stat(call.bucket(), found);
            if (object.isPresent()) {
                objects.add(object.get());
                last = "k" + found.key();
            }
        }
        return new Page(objects, prefixes, Optional.empty());
    }

    private static byte[] start(String from) {
        if (from.isEmpty()) {
            return KeyCursor.behind("");
        }
        String key = from.substring(1);
        return from.startsWith("p") ? KeyCursor.behindAll(key) : KeyCursor.behind(key);
    }

    Answer objects(Call call) throws IOException {
        require(call);
        S3Request request = call.request();
        boolean second = request.parameter("list-type").filter("2"::equals).isPresent();
        int max = Math.min(request.number("max-keys", PAGE_MAX, 0, Integer.MAX_VALUE), PAGE_MAX);
        boolean url = request.parameter("encoding-type").filter("url"::equals).isPresent();
        UnaryOperator<String> name = text -> url ? S3Request.encode(text, true) : text;
        Optional<String> token = request.parameter("continuation-token");
        String after = request.parameter(second ? "start-after" : "marker").orElse("");
        String from =
                second && token.isPresent()
                        ? decodeToken(token.get())
                        : after.isEmpty() ? "" : "k" + after;
        Page page = page(call, from, max);

        Xml xml =
                Xml.document("ListBucketResult")
                        .leaf("Name", call.bucket())
                        .leaf("Prefix", name.apply(request.parameter("prefix").orElse("")))
                        .leaf("MaxKeys", max)
                        .leaf("IsTruncated", page.next.isPresent());
        request.parameter("delimiter")
                .filter(d -> !d.isEmpty())
                .ifPresent(d -> xml.leaf("Delimiter", name.apply(d)));
        if (url) {
            xml.leaf("EncodingType", "url");
        }
        if (second) {
            xml.leaf("KeyCount", page.objects.size() + page.prefixes.size());
            token.ifPresent(t -> xml.leaf("ContinuationToken", t));
            if (!after.isEmpty()) {
                xml.leaf("StartAfter", name.apply(after));
            }
            page.next.ifPresent(next -> xml.leaf("NextContinuationToken", encodeToken(next)));
        } else {
            xml.leaf("Marker", name.apply(after));
            page.next.ifPresent(next -> xml.leaf("NextMarker", name.apply(next.substring(1))));
        }
        for (StoredObject object : page.objects) {
            xml.begin("Contents")
                    .leaf("Key", name.apply(object.key()))
                    .leaf("LastModified", Call.iso(object.modified()))
                    .leaf("ETag", Answer.quoted(object.etag()))
                    .leaf("Size", object.size())
                    .leaf("StorageClass", "STANDARD")
                    .end();
        }
        for (String prefix : page.prefixes) {
            xml.begin("CommonPrefixes").leaf("Prefix", name.apply(prefix)).end();
        }
        return Answer.xml(xml);
    }

    private static String encodeToken(String from) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(from.getBytes(StandardCharsets.UTF_8));
    }

    private static String decodeToken(String token) {
        try {
            String from = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
            if (from.startsWith("k") || from.startsWith("p")) {
                return from;
            }
        } catch (IllegalArgumentException e) {
            throw Refusal.invalid("continuation-token is not one of ours: " + token);
        }
        throw Refusal.invalid("continuation-token is not one of ours: " + token);
    }

    /// One object of a request to delete many.
    private record Doomed(String key, Condition condition) {}

    Answer deleteObjects(Call call) throws IOException {
        require(call);
        List<Xml.Leaf> leaves = Xml.leaves(call.body().bytes(DOCUMENT_BYTES_MAX));
        boolean quiet =
                leaves.stream()
                        .anyMatch(
                                l -> l.name().equals("Quiet") && l.value().strip().equals("true"));
        var doomed = new ArrayList<Doomed>();
        for (Xml.Leaf leaf : leaves) {
            if (leaf.parent().equals("Object")) {
                switch (leaf.name()) {
                    case "Key" -> doomed.add(new Doomed(leaf.value(), Condition.NONE));
                    case "ETag" -> {
                        if (doomed.isEmpty()) {
                            throw new Refusal(400, "MalformedXML", "ETag must follow Key");
                        }
                        Doomed last = doomed.removeLast();
                        String etag = Answer.unquoted(leaf.value());
                        doomed.add(new Doomed(last.key, new Condition.Matches(etag)));
                    }
                    case "VersionId" -> {
                        if (!leaf.value().equals("null")) {
                            throw Call.notImplemented("Deleting a version");
                        }
                    }
                    default -> {}
                }
            }
        }
        if (doomed.isEmpty() || doomed.size() > PAGE_MAX) {
            throw new Refusal(
                    400,
                    "MalformedXML",
                    "Objects must be 1 to %s, found %s".formatted(PAGE_MAX, doomed.size()));
        }
        Xml xml = Xml.document("DeleteResult");
        for (Doomed one : doomed) {
            if (call.rights().allow(Access.READ_WRITE, call.bucket(), one.key)) {
                delete(call.bucket(), one, quiet, xml);
            } else {
                refuse(xml, one.key, "AccessDenied", "These keys are not for this object");
            }
        }
        return Answer.xml(xml);
    }

    private void delete(String bucket, Doomed doomed, boolean quiet, Xml xml) {
        try {
            store.delete(bucket, doomed.key, doomed.condition);
            if (!quiet) {
                xml.begin("Deleted").leaf("Key", doomed.key).end();
            }
        } catch (PreconditionFailedException e) {
            refuse(xml, doomed.key, "PreconditionFailed", String.valueOf(e.getMessage()));
        } catch (InvalidKeyException e) {
            refuse(xml, doomed.key, "KeyTooLongError", String.valueOf(e.getMessage()));
        }
    }

    private static void refuse(Xml xml, String key, String code, String why) {
        xml.begin("Error").leaf("Key", key).leaf("Code", code).leaf("Message", why).end();
    }
}
