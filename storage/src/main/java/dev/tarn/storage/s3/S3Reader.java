package dev.tarn.storage.s3;

import dev.tarn.storage.ObjectInfo;
import dev.tarn.storage.ObjectReader;
import dev.tarn.storage.StorageException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Reads one version of an object, a window at a time: formats read a few bytes here and there, and
/// a request costs more than the bytes around them.
final class S3Reader implements ObjectReader {
    private static final int WINDOW_BYTES = 512 * 1024;

    private final S3Client client;
    private final ObjectInfo info;
    private byte[] window = new byte[0];
    private long windowStart;

    S3Reader(S3Client client, ObjectInfo info) {
        this.client = client;
        this.info = info;
    }

    @Override
    public long size() {
        return info.size();
    }

    @Override
    public void read(long position, byte[] into, int offset, int length) {
        if (position < 0 || position + length > info.size()) {
            throw new StorageException(
                    "Object %s has %s bytes, wanted %s from %s on"
                            .formatted(info.location(), info.size(), length, position));
        }
        if (length == 0) {
            return;
        }
        if (length >= WINDOW_BYTES) {
            System.arraycopy(fetch(position, length), 0, into, offset, length);
            return;
        }
        if (position < windowStart || position + length > windowStart + window.length) {
            // Near the end the window ends with the object, because footers are read backwards.
            windowStart = Math.max(0, Math.min(position, info.size() - WINDOW_BYTES));
            window = fetch(windowStart, (int) Math.min(WINDOW_BYTES, info.size() - windowStart));
        }
        System.arraycopy(window, (int) (position - windowStart), into, offset, length);
    }

    private byte[] fetch(long from, int length) {
        try {
            byte[] bytes =
                    client.getObjectAsBytes(r ->
                                    r.bucket(info.location().bucket())
                                            .key(info.location().key())
                                            .range("bytes=%s-%s".formatted(from, from + length - 1))
                                            .ifMatch(Answer.quoted(info.etag())))
                            .asByteArrayUnsafe();
            if (bytes.length != length) {
                throw new StorageException(
                        "Object %s must give %s bytes from %s on, found %s"
                                .formatted(info.location(), length, from, bytes.length));
            }
            return bytes;
        } catch (S3Exception e) {
            if (e.statusCode() == 412 || e.statusCode() == 404) {
                throw new StorageException(
                        "Object has changed since it was opened: " + info.location(), e);
            }
            throw S3Store.failed("read", info.location(), e);
        } catch (SdkException e) {
            throw S3Store.failed("read", info.location(), e);
        }
    }

    @Override
    public void close() {
        window = new byte[0];
    }
}
