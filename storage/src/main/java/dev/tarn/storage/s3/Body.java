package dev.tarn.storage.s3;

import dev.tarn.storage.s3.Signatures.Signed;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The body of a request as the client meant it: out of its chunks, with its hash, length and
/// checksums checked. Whoever reads it may use nothing until [#copyTo] has returned.
final class Body {
    private static final String CHUNKED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    private static final String CHUNKED_TRAILER = CHUNKED + "-TRAILER";
    private static final String CHUNKED_UNSIGNED = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final long SIZE_MAX = 5L << 30;

    private final S3Request request;
    private final InputStream in;
    private final @Nullable ChunkedBody chunks;
    private final @Nullable String sha256;
    private final Map<ChecksumKind, String> expected = new EnumMap<>(ChecksumKind.class);
    private final Map<ChecksumKind, ChecksumKind.Running> running =
            new EnumMap<>(ChecksumKind.class);
    private final long size;

    Body(S3Request request, Signed signed, InputStream raw) {
        this.request = request;
        String payload = signed.payload();
        chunks =
                switch (payload) {
                    case CHUNKED -> new ChunkedBody(buffered(raw), signed, false);
                    case CHUNKED_TRAILER -> new ChunkedBody(buffered(raw), signed, true);
                    case CHUNKED_UNSIGNED -> new ChunkedBody(buffered(raw), null, true);
                    default -> null;
                };
        this.in = chunks == null ? raw : chunks;
        this.sha256 = payload.matches("[0-9a-f]{64}") ? payload : null;
        if (chunks == null && sha256 == null && !payload.equals("UNSIGNED-PAYLOAD")) {
            throw Refusal.invalid("x-amz-content-sha256 is of no known kind: " + payload);
        }
        this.size =
                length(request, chunks == null ? "content-length" : "x-amz-decoded-content-length");
        if (size > SIZE_MAX) {
            throw new Refusal(
                    400,
                    "EntityTooLarge",
                    "Body must have %s bytes or less, found %s".formatted(SIZE_MAX, size));
        }
        for (ChecksumKind kind : ChecksumKind.values()) {
            request.header(kind.header()).ifPresent(value -> expected.put(kind, value));
        }
        announced(request).ifPresent(kind -> running.put(kind, kind.start()));
        expected.keySet().forEach(kind -> running.put(kind, kind.start()));
    }

    private static InputStream buffered(InputStream raw) {
        return new BufferedInputStream(raw, BUFFER_BYTES);
    }

    private static long length(S3Request request, String header) {
        try {
            long length = request.header(header).map(Long::parseLong).orElse(-1L);
            if (length >= -1) {
                return length;
            }
        } catch (NumberFormatException e) {
            throw Refusal.invalid("%s is not a number".formatted(header));
        }
        throw Refusal.invalid("%s is negative".formatted(header));
    }

    private static Optional<ChecksumKind> announced(S3Request request) {
        return request.header("x-amz-trailer")
                .map(name ->
                        ChecksumKind.ofHeader(S3Request.lower(name.strip()))
                                .orElseThrow(() ->
                                        Refusal.invalid("Trailer is not a checksum: " + name)));
    }

    /// Whether the client checks its bytes by other means than an MD5 in the answer's entity tag.
    boolean hasChecksum() {
        return !running.isEmpty();
    }

    interface Sink {
        void write(byte[] bytes, int offset, int length) throws IOException;
    }

    /// Reads all of the body.
    ///
    /// @return the checksums that were sent and are right, by header
    /// @throws Refusal if the body is not what the client said of it
    SequencedMap<String, String> copyTo(Sink sink) throws IOException {
        var sha = sha256 == null ? null : Hashes.sha256();
        String wantedMd5 = request.header("content-md5").orElse(null);
        var md5 = wantedMd5 == null ? null : Hashes.digest("MD5");
        byte[] buffer = new byte[size >= 0 ? Math.clamp(size, 1, BUFFER_BYTES) : BUFFER_BYTES];
        long total = 0;
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            total += read;
            if (total > SIZE_MAX || (size >= 0 && total > size)) {
                throw new Refusal(400, "EntityTooLarge", "Body is longer than announced");
            }
            if (sha != null) {
                sha.update(buffer, 0, read);
            }
            if (md5 != null) {
                md5.update(buffer, 0, read);
            }
            for (ChecksumKind.Running checksum : running.values()) {
                checksum.update(buffer, 0, read);
            }
            sink.write(buffer, 0, read);
        }
        if (size >= 0 && total != size) {
            throw new Refusal(
                    400,
                    "IncompleteBody",
                    "Body must have %s bytes, found %s".formatted(size, total));
        }
        if (sha != null && sha256 != null && !Hashes.equal(sha256, Hashes.hex(sha.digest()))) {
            throw new Refusal(
                    400,
                    "XAmzContentSHA256Mismatch",
                    "The body does not have the SHA-256 in x-amz-content-sha256");
        }
        if (md5 != null
                && wantedMd5 != null
                && !wantedMd5.equals(Base64.getEncoder().encodeToString(md5.digest()))) {
            throw new Refusal(400, "BadDigest", "The body does not have the given Content-MD5");
        }
        return checksums();
    }

    private SequencedMap<String, String> checksums() {
        if (chunks != null) {
            chunks.trailers()
                    .forEach((name, value) ->
                            ChecksumKind.ofHeader(name)
                                    .filter(running::containsKey)
                                    .ifPresent(kind -> expected.put(kind, value)));
        }
        var found = new TreeMap<String, String>();
        running.forEach((kind, checksum) -> {
            String value = Base64.getEncoder().encodeToString(checksum.value());
            String wanted = expected.get(kind);
            if (wanted == null) {
                throw new Refusal(
                        400, "MalformedTrailerError", "Trailer is missing: " + kind.header());
            }
            if (!wanted.equals(value)) {
                throw new Refusal(
                        400,
                        "BadDigest",
                        "The %s of the body is %s, expected %s".formatted(kind, value, wanted));
            }
            found.put(kind.header(), value);
        });
        return found;
    }

    /// All of a small body.
    byte[] bytes(int max) throws IOException {
        var bytes = new ByteArrayOutputStream();
        copyTo((buffer, offset, length) -> {
            if (bytes.size() + length > max) {
                throw new Refusal(
                        400,
                        "MaxMessageLengthExceeded",
                        "Body must have %s bytes or less".formatted(max));
            }
            bytes.write(buffer, offset, length);
        });
        return bytes.toByteArray();
    }
}
