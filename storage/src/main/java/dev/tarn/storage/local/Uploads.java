package dev.tarn.storage.local;

import dev.tarn.storage.Condition;
import dev.tarn.storage.StorageException;
import dev.tarn.storage.local.UploadRefusedException.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Objects sent in parts. An upload lives in this process only: after a restart it is unknown and
/// the client begins again, as it must after any upload that was taken away.
public final class Uploads {
    private static final Duration AGE_MAX = Duration.ofDays(7);
    private static final long PART_BYTES_MIN = 5L << 20;
    private static final int FINISHED_MAX = 1000;

    private final FolderStore store;
    private final InstantSource clock;
    private final Map<String, Upload> uploads = new ConcurrentHashMap<>();
    private final Lock finishedLock = new ReentrantLock();

    /// A client that did not see the answer asks again.
    private final SequencedMap<String, StoredObject> finished = new LinkedHashMap<>();

    Uploads(FolderStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /// A part that has arrived.
    public record Part(
            int number,
            String etag,
            long size,
            Instant modified,
            SequencedMap<String, String> checksums,
            Path file) {}

    /// A part as the client names it when it finishes.
    public record Wanted(int number, String etag) {}

    /// An upload that is under way.
    public static final class Upload {
        private final String id;
        private final String bucket;
        private final String key;
        private final SequencedMap<String, String> headers;
        private final SequencedMap<String, String> tags;
        private final Instant begun;
        private final Lock lock = new ReentrantLock();
        private final NavigableMap<Integer, Part> parts = new TreeMap<>();
        private boolean ended;

        private Upload(
                String id,
                String bucket,
                String key,
                SequencedMap<String, String> headers,
                SequencedMap<String, String> tags,
                Instant begun) {
            this.id = id;
            this.bucket = bucket;
            this.key = key;
            this.headers = headers;
            this.tags = tags;
            this.begun = begun;
        }

        public String id() {
            return id;
        }

        public String key() {
            return key;
        }

        public Instant begun() {
            return begun;
        }

        public List<Part> parts() {
            lock.lock();
            try {
                return List.copyOf(parts.values());
            } finally {
                lock.unlock();
            }
        }
    }

    public Upload begin(
            String bucket,
            String key,
            SequencedMap<String, String> headers,
            SequencedMap<String, String> tags) {
        store.check(bucket, key, Condition.NONE);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        for (Upload old : uploads.values()) {
            if (old.begun.isBefore(now.minus(AGE_MAX))) {
                end(old);
            }
        }
        var upload = new Upload(StagedObject.randomHex(), bucket, key, headers, tags, now);
        uploads.put(upload.id, upload);
        return upload;
    }

    /// @throws UploadRefusedException if there is none, or it is another object's
    public Upload require(String id, String bucket, String key) {
        Upload upload = uploads.get(id);
        if (upload == null || !upload.bucket.equals(bucket) || !upload.key.equals(key)) {
            throw noSuchUpload(id);
        }
        return upload;
    }

    private static UploadRefusedException noSuchUpload(String id) {
        return new UploadRefusedException(Reason.NO_SUCH_UPLOAD, "Upload does not exist: " + id);
    }

    /// Uploads of a bucket, by key and age.
    public List<Upload> list(String bucket, String prefix) {
        return uploads.values().stream()
                .filter(u -> u.bucket.equals(bucket) && u.key.startsWith(prefix))
                .sorted(Comparator.comparing(Upload::key).thenComparing(Upload::begun))
                .toList();
    }

    /// Takes a part; one of the same number is replaced.
    public Part add(
            Upload upload,
            int number,
            StagedObject staged,
            SequencedMap<String, String> checksums) {
        upload.lock.lock();
        try (staged) {
            if (upload.ended) {
                throw noSuchUpload(upload.id);
            }
            var part =
                    new Part(
                            number,
                            staged.partEtag(),
                            staged.size(),
                            clock.instant().truncatedTo(ChronoUnit.MILLIS),
                            checksums,
                            staged.keep());
            Part replaced = upload.parts.put(number, part);
            if (replaced != null) {
                Files.deleteIfExists(replaced.file);
            }
            return part;
        } catch (IOException e) {
            throw new StorageException(
                    "Part %s cannot be kept: %s".formatted(number, upload.id), e);
        } finally {
            upload.lock.unlock();
        }
    }

    /// Makes the parts one object.
    ///
    /// @param verify sees the whole object before it has a name, and may throw
    public StoredObject complete(
            String id,
            String bucket,
            String key,
            List<Wanted> wanted,
            Condition condition,
            Verify verify) {
        StoredObject before = finished(id, bucket, key);
        if (before != null) {
            return before;
        }
        Upload upload = require(id, bucket, key);
        upload.lock.lock();
        try {
            if (upload.ended) {
                before = finished(id, bucket, key);
                if (before != null) {
                    return before;
                }
                throw noSuchUpload(id);
            }
            List<Part> parts = chosen(upload, wanted);
            store.check(bucket, key, condition);
            StoredObject object = assemble(upload, parts, condition, verify);
            remember(id, object);
            end(upload);
            return object;
        } finally {
            upload.lock.unlock();
        }
    }

    /// Looks at the parts of an object that is about to be.
    public interface Verify {
        void check(List<Part> parts) throws IOException;
    }

    private static List<Part> chosen(Upload upload, List<Wanted> wanted) {
        var parts = new ArrayList<Part>();
        int last = 0;
        for (Wanted one : wanted) {
            if (one.number <= last) {
                throw new UploadRefusedException(
                        Reason.INVALID_PART_ORDER,
                        "Parts must ascend, found %s behind %s".formatted(one.number, last));
            }
            last = one.number;
            Part part = upload.parts.get(one.number);
            if (part == null || !part.etag.equals(one.etag)) {
                throw new UploadRefusedException(
                        Reason.INVALID_PART,
                        "Part %s with etag %s was not sent".formatted(one.number, one.etag));
            }
            parts.add(part);
        }
        for (Part part : parts.subList(0, Math.max(0, parts.size() - 1))) {
            if (part.size < PART_BYTES_MIN) {
                throw new UploadRefusedException(
                        Reason.PART_TOO_SMALL,
                        "Part %s must have %s bytes or more, found %s"
                                .formatted(part.number, PART_BYTES_MIN, part.size));
            }
        }
        return parts;
    }

    private StoredObject assemble(
            Upload upload, List<Part> parts, Condition condition, Verify verify) {
        MessageDigest md5 = StagedObject.md5();
        try (StagedObject whole = store.stage(false)) {
            for (Part part : parts) {
                md5.update(HexFormat.of().parseHex(part.etag));
                try (FileChannel file = FileChannel.open(part.file, StandardOpenOption.READ)) {
                    whole.append(file, 0, part.size);
                }
            }
            verify.check(parts);
            String etag = HexFormat.of().formatHex(md5.digest()) + "-" + parts.size();
            Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
            var attributes = new Attributes(etag, now, upload.headers, upload.tags);
            return store.commit(whole, upload.bucket, upload.key, condition, attributes);
        } catch (IOException e) {
            throw new StorageException(
                    "Object cannot be put together: %s/%s".formatted(upload.bucket, upload.key), e);
        }
    }

    public void abort(Upload upload) {
        end(upload);
    }

    private void end(Upload upload) {
        upload.lock.lock();
        try {
            upload.ended = true;
            uploads.remove(upload.id);
            for (Part part : upload.parts.values()) {
                Files.deleteIfExists(part.file);
            }
            upload.parts.clear();
        } catch (IOException e) {
            throw new StorageException("Parts cannot be removed: " + upload.id, e);
        } finally {
            upload.lock.unlock();
        }
    }

    private @Nullable StoredObject finished(String id, String bucket, String key) {
        finishedLock.lock();
        try {
            StoredObject object = finished.get(id);
            return object != null && object.bucket().equals(bucket) && object.key().equals(key)
                    ? object
                    : null;
        } finally {
            finishedLock.unlock();
        }
    }

    private void remember(String id, StoredObject object) {
        finishedLock.lock();
        try {
            finished.put(id, object);
            if (finished.size() > FINISHED_MAX) {
                finished.pollFirstEntry();
            }
        } finally {
            finishedLock.unlock();
        }
    }
}
