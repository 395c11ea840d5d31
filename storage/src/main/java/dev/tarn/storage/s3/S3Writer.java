package dev.tarn.storage.s3;

import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectWriter;
import dev.tarn.storage.PreconditionFailedException;
import dev.tarn.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/// Sends a small object at once and a large one in parts.
final class S3Writer extends ObjectWriter {
    private static final int PART_BYTES = 8 << 20;
    private static final int FIRST_BYTES = 64 * 1024;

    private final S3Store store;
    private final S3Client client;
    private final Location location;
    private final Condition condition;
    private final String markName;
    private final String mark = UUID.randomUUID().toString();
    private final List<CompletedPart> parts = new ArrayList<>();
    private byte[] buffer = new byte[FIRST_BYTES];
    private int buffered;
    private long sent;
    private @Nullable String uploadId;
    private boolean done;

    S3Writer(
            S3Store store,
            S3Client client,
            Location location,
            Condition condition,
            String markName) {
        this.store = store;
        this.client = client;
        this.location = location;
        this.condition = condition;
        this.markName = markName;
    }

    @Override
    public long position() {
        return sent + buffered;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (done) {
            throw new IOException("Writer is closed: " + location);
        }
        int from = offset;
        int left = length;
        while (left > 0) {
            if (buffered == PART_BYTES) {
                sendPart();
            }
            int step = Math.min(left, PART_BYTES - buffered);
            if (buffered + step > buffer.length) {
                buffer = Arrays.copyOf(buffer, grown(buffered + step));
            }
            System.arraycopy(bytes, from, buffer, buffered, step);
            buffered += step;
            from += step;
            left -= step;
        }
    }

    private int grown(int needed) {
        return Math.min(PART_BYTES, Math.max(needed, buffer.length * 2));
    }

    private void sendPart() {
        try {
            if (uploadId == null) {
                uploadId =
                        client.createMultipartUpload(r ->
                                        r.bucket(location.bucket())
                                                .key(location.key())
                                                .metadata(Map.of(markName, mark)))
                                .uploadId();
            }
            int number = parts.size() + 1;
            String etag =
                    client.uploadPart(
                                    r ->
                                            r.bucket(location.bucket())
                                                    .key(location.key())
                                                    .uploadId(uploadId)
                                                    .partNumber(number),
                                    RequestBody.fromByteBuffer(
                                            ByteBuffer.wrap(buffer, 0, buffered)))
                            .eTag();
            parts.add(CompletedPart.builder().partNumber(number).eTag(etag).build());
            sent += buffered;
            buffered = 0;
        } catch (SdkException e) {
            throw S3Store.failed("written", location, e);
        }
    }

    @Override
    public void abort() {
        if (!done) {
            done = true;
            forget();
        }
    }

    /// Parts that stay are invisible, and every S3 can be told to remove them after some days.
    private void forget() {
        buffer = new byte[0];
        if (uploadId != null) {
            try {
                client.abortMultipartUpload(
                        r -> r.bucket(location.bucket()).key(location.key()).uploadId(uploadId));
            } catch (SdkException e) {
                throw S3Store.failed("given up", location, e);
            }
        }
    }

    @Override
    public void close() {
        if (done) {
            return;
        }
        done = true;
        if (uploadId == null) {
            store.write(location, Arrays.copyOf(buffer, buffered), condition);
            buffer = new byte[0];
            return;
        }
        sendLastPart();
        try {
            CompleteMultipartUploadRequest.Builder request =
                    CompleteMultipartUploadRequest.builder()
                            .bucket(location.bucket())
                            .key(location.key())
                            .uploadId(uploadId)
                            .multipartUpload(u -> u.parts(parts));
            switch (condition) {
                case Condition.None() -> {}
                case Condition.Absent() -> request.ifNoneMatch("*");
                case Condition.Matches(String etag) -> request.ifMatch(Answer.quoted(etag));
            }
            store.decided(
                    location,
                    condition,
                    mark,
                    () -> client.completeMultipartUpload(request.build()).eTag());
        } catch (PreconditionFailedException e) {
            forget();
            throw e;
        } finally {
            buffer = new byte[0];
        }
    }

    private void sendLastPart() {
        if (buffered == 0) {
            return;
        }
        try {
            sendPart();
        } catch (StorageException e) {
            // Not asked to complete yet, so it surely never will be an object.
            forget(e);
            throw e;
        }
    }

    private void forget(StorageException cause) {
        try {
            forget();
        } catch (StorageException e) {
            cause.addSuppressed(e);
        }
    }
}
