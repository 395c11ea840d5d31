package dev.tarn.storage.s3;

import dev.tarn.storage.Condition;
import dev.tarn.storage.local.FolderStore;
import dev.tarn.storage.local.OpenObject;
import dev.tarn.storage.local.StagedObject;
import dev.tarn.storage.local.StoredObject;
import dev.tarn.storage.local.Uploads;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/// Calls about objects that are sent in parts.
final class UploadCalls {
    private static final int PART_NUMBER_MAX = 10_000;
    private static final int DOCUMENT_BYTES_MAX = 8 << 20;
    private static final int PAGE_MAX = 1000;

    private final FolderStore store;
    private final ObjectCalls objects;

    UploadCalls(FolderStore store, ObjectCalls objects) {
        this.store = store;
        this.objects = objects;
    }

    Answer begin(Call call) {
        Uploads.Upload upload =
                store.uploads().begin(call.bucket(), call.key(), call.keptHeaders(), call.tags());
        Answer answer =
                Answer.xml(
                        Xml.document("InitiateMultipartUploadResult")
                                .leaf("Bucket", call.bucket())
                                .leaf("Key", call.key())
                                .leaf("UploadId", upload.id()));
        call.request()
                .header("x-amz-checksum-algorithm")
                .ifPresent(kind -> answer.with("x-amz-checksum-algorithm", kind));
        return answer;
    }

    private Uploads.Upload upload(Call call) {
        return store.uploads()
                .require(call.request().requireParameter("uploadId"), call.bucket(), call.key());
    }

    private static int partNumber(Call call) {
        call.request().requireParameter("partNumber");
        return call.request().number("partNumber", 0, 1, PART_NUMBER_MAX);
    }

    Answer part(Call call) throws IOException {
        Uploads.Upload upload = upload(call);
        int number = partNumber(call);
        try (StagedObject staged = store.stage(!call.body().hasChecksum())) {
            SequencedMap<String, String> checksums = call.body().copyTo(staged::write);
            Uploads.Part part = store.uploads().add(upload, number, staged, checksums);
            return Answer.empty(200).with("ETag", Answer.quoted(part.etag())).withAll(checksums);
        }
    }

    Answer copyPart(Call call) {
        Uploads.Upload upload = upload(call);
        int number = partNumber(call);
        try (OpenObject source = objects.source(call).object();
                StagedObject staged = store.stage(false)) {
            Optional<String> text = call.request().header("x-amz-copy-source-range");
            Range range =
                    text.flatMap(t -> Range.parse(t, source.size()))
                            .orElse(new Range(0, source.size()));
            source.copyTo(staged, range.from(), range.length());
            Uploads.Part part = store.uploads().add(upload, number, staged, new TreeMap<>());
            return Answer.xml(
                    Xml.document("CopyPartResult")
                            .leaf("LastModified", Call.iso(part.modified()))
                            .leaf("ETag", Answer.quoted(part.etag())));
        }
    }

    Answer complete(Call call) throws IOException {
        Condition condition = call.condition();
        List<Xml.Leaf> leaves = Xml.leaves(call.body().bytes(DOCUMENT_BYTES_MAX));
        var wanted = new ArrayList<Uploads.Wanted>();
        int number = 0;
        String etag = "";
        for (Xml.Leaf leaf : leaves) {
            if (leaf.parent().equals("Part")) {
                switch (leaf.name()) {
                    case "PartNumber" -> number = parse(leaf.value());
                    case "ETag" -> etag = Answer.unquoted(leaf.value());
                    default -> {}
                }
                if (number > 0 && !etag.isEmpty()) {
                    wanted.add(new Uploads.Wanted(number, etag));
                    number = 0;
                    etag = "";
                }
            }
        }
        if (wanted.isEmpty()) {
            throw new Refusal(400, "MalformedXML", "An upload has one part or more");
        }
        StoredObject object =
                store.uploads()
                        .complete(
                                call.request().requireParameter("uploadId"),
                                call.bucket(),
                                call.key(),
                                wanted,
                                condition,
                                parts -> verify(call, parts));
        return Answer.xml(
                Xml.document("CompleteMultipartUploadResult")
                        .leaf("Location", "/" + call.bucket() + "/" + call.key())
                        .leaf("Bucket", call.bucket())
                        .leaf("Key", call.key())
                        .leaf("ETag", Answer.quoted(object.etag())));
    }

    private static int parse(String text) {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            throw new Refusal(400, "MalformedXML", "PartNumber is not a number: " + text);
        }
    }

    /// A client may say what the checksum of the whole must be. One made of the parts' checksums
    /// has a dash and says no more than the parts did.
    private static void verify(Call call, List<Uploads.Part> parts) throws IOException {
        long size = 0;
        for (Uploads.Part part : parts) {
            size += part.size();
        }
        Optional<String> announced = call.request().header("x-amz-mp-object-size");
        if (announced.isPresent() && !announced.get().equals(String.valueOf(size))) {
            throw Refusal.invalid(
                    "Object must have %s bytes, found %s".formatted(announced.get(), size));
        }
        for (ChecksumKind kind : ChecksumKind.values()) {
            Optional<String> wanted = call.request().header(kind.header());
            boolean full =
                    call.request()
                            .header("x-amz-checksum-type")
                            .filter("FULL_OBJECT"::equals)
                            .isPresent();
            if (wanted.isPresent() && full) {
                String found = checksum(kind, parts);
                if (!found.equals(wanted.get())) {
                    throw new Refusal(
                            400,
                            "BadDigest",
                            "The %s of the object is %s, expected %s"
                                    .formatted(kind, found, wanted.get()));
                }
            }
        }
    }

    private static String checksum(ChecksumKind kind, List<Uploads.Part> parts) throws IOException {
        ChecksumKind.Running running = kind.start();
        byte[] buffer = new byte[64 * 1024];
        for (Uploads.Part part : parts) {
            try (InputStream in = Files.newInputStream(part.file())) {
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    running.update(buffer, 0, read);
                }
            }
        }
        return Base64.getEncoder().encodeToString(running.value());
    }

    Answer abort(Call call) {
        store.uploads().abort(upload(call));
        return Answer.empty(204);
    }

    Answer parts(Call call) {
        Uploads.Upload upload = upload(call);
        int after = call.request().number("part-number-marker", 0, 0, Integer.MAX_VALUE);
        int max = call.request().number("max-parts", PAGE_MAX, 0, Integer.MAX_VALUE);
        List<Uploads.Part> rest =
                upload.parts().stream().filter(part -> part.number() > after).toList();
        List<Uploads.Part> page = rest.subList(0, Math.min(rest.size(), Math.min(max, PAGE_MAX)));
        Xml xml =
                Xml.document("ListPartsResult")
                        .leaf("Bucket", call.bucket())
                        .leaf("Key", call.key())
                        .leaf("UploadId", upload.id())
                        .leaf("StorageClass", "STANDARD")
                        .leaf("PartNumberMarker", after)
                        .leaf("MaxParts", max)
                        .leaf("IsTruncated", page.size() < rest.size());
        if (!page.isEmpty()) {
            xml.leaf("NextPartNumberMarker", page.getLast().number());
        }
        for (Uploads.Part part : page) {
            xml.begin("Part")
                    .leaf("PartNumber", part.number())
                    .leaf("LastModified", Call.iso(part.modified()))
                    .leaf("ETag", Answer.quoted(part.etag()))
                    .leaf("Size", part.size())
                    .end();
        }
        return Answer.xml(xml);
    }

    Answer uploads(Call call) {
        if (!store.hasBucket(call.bucket())) {
            throw Refusal.missing("NoSuchBucket", "Bucket does not exist: " + call.bucket());
        }
        String prefix = call.request().parameter("prefix").orElse("");
        String marker = call.request().parameter("key-marker").orElse("");
        int max = call.request().number("max-uploads", PAGE_MAX, 1, Integer.MAX_VALUE);
        List<Uploads.Upload> rest =
                store.uploads().list(call.bucket(), prefix).stream()
                        .filter(upload -> marker.isEmpty() || upload.key().compareTo(marker) > 0)
                        .toList();
        List<Uploads.Upload> page = rest.subList(0, Math.min(rest.size(), Math.min(max, PAGE_MAX)));
        Xml xml =
                Xml.document("ListMultipartUploadsResult")
                        .leaf("Bucket", call.bucket())
                        .leaf("KeyMarker", marker)
                        .leaf("UploadIdMarker", "")
                        .leaf("Prefix", prefix)
                        .leaf("MaxUploads", max)
                        .leaf("IsTruncated", page.size() < rest.size());
        if (page.size() < rest.size()) {
            xml.leaf("NextKeyMarker", page.getLast().key())
                    .leaf("NextUploadIdMarker", page.getLast().id());
        }
        for (Uploads.Upload upload : page) {
            xml.begin("Upload")
                    .leaf("Key", upload.key())
                    .leaf("UploadId", upload.id())
                    .leaf("StorageClass", "STANDARD")
                    .leaf("Initiated", Call.iso(upload.begun()))
                    .end();
        }
        return Answer.xml(xml);
    }
}
