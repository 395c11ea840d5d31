package dev.tarn.storage.s3;

import dev.tarn.storage.s3.Signatures.Signed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Takes `aws-chunked` apart and checks each chunk's signature:
///
/// ```
/// 10000;chunk-signature=<hex> CRLF  65536 bytes CRLF
/// 0;chunk-signature=<hex> CRLF
/// x-amz-checksum-crc32:<base64> CRLF            where trailers were announced
/// x-amz-trailer-signature:<hex> CRLF            where chunks are signed
/// CRLF
/// ```
///
/// Bytes come out before their signature is checked, so the reader may use nothing of them until
/// the end was reached.
final class ChunkedBody extends InputStream {
    private static final int LINE_MAX = 1024;
    private static final int TRAILERS_MAX = 8;
    private static final String SIGNATURE = "chunk-signature=";
    private static final String TRAILER_SIGNATURE = "x-amz-trailer-signature";

    private final InputStream in;
    private final @Nullable Signed signed;
    private final boolean trailing;
    private final MessageDigest digest = Hashes.sha256();
    private final SequencedMap<String, String> trailers = new TreeMap<>();
    private String previous;
    private String claimed = "";
    private long left;
    private boolean inChunk;
    private boolean ended;

    /// @param in buffered
    /// @param signed null if the chunks are not signed
    ChunkedBody(InputStream in, @Nullable Signed signed, boolean trailing) {
        this.in = in;
        this.signed = signed;
        this.trailing = trailing;
        this.previous = signed == null ? "" : signed.signature();
    }

    /// What followed the last chunk; known at the end.
    SequencedMap<String, String> trailers() {
        return trailers;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!inChunk && !ended) {
            beginChunk();
        }
        if (ended) {
            return -1;
        }
        int read = in.read(into, offset, (int) Math.min(length, left));
        if (read < 0) {
            throw incomplete();
        }
        if (signed != null) {
            digest.update(into, offset, read);
        }
        left -= read;
        if (left == 0) {
            if (in.read() != '\r' || in.read() != '\n') {
                throw malformed("A chunk must end where its size says");
            }
            endChunk();
        }
        return read;
    }

    private void beginChunk() throws IOException {
        String line = line();
        int semicolon = line.indexOf(';');
        left = size(semicolon < 0 ? line : line.substring(0, semicolon));
        String extension = semicolon < 0 ? "" : line.substring(semicolon + 1).strip();
        claimed = extension.startsWith(SIGNATURE) ? extension.substring(SIGNATURE.length()) : "";
        inChunk = true;
        if (left == 0) {
            endChunk();
            ended = true;
            readTrailers();
        }
    }

    private static long size(String hex) {
        if (hex.isEmpty() || hex.length() > 12) {
            throw malformed("A chunk must begin with its size, found: '%.20s'".formatted(hex));
        }
        long size = 0;
        for (int i = 0; i < hex.length(); i++) {
            int digit = Character.digit(hex.charAt(i), 16);
            if (digit < 0) {
                throw malformed("A chunk must begin with its size, found: '%s'".formatted(hex));
            }
            size = size << 4 | digit;
        }
        return size;
    }

    private void endChunk() {
        inChunk = false;
        if (signed != null) {
            String content = Hashes.hex(digest.digest());
            check(signed, "AWS4-HMAC-SHA256-PAYLOAD", Hashes.EMPTY + "\n" + content, claimed);
        }
    }

    private void readTrailers() throws IOException {
        var canonical = new StringBuilder();
        String trailerSignature = "";
        for (int count = 0; ; count++) { // ends at the empty line or at too many
            String line = line();
            if (line.isEmpty()) {
                break;
            }
            int colon = line.indexOf(':');
            if (!trailing || colon < 1 || count >= TRAILERS_MAX) {
                throw malformed("Trailer was not expected: '%.60s'".formatted(line));
            }
            String name = S3Request.lower(line.substring(0, colon).strip());
            String value = line.substring(colon + 1).strip();
            if (name.equals(TRAILER_SIGNATURE)) {
                trailerSignature = value;
            } else {
                trailers.put(name, value);
                canonical.append(name).append(':').append(value).append('\n');
            }
        }
        if (signed != null && trailing) {
            check(
                    signed,
                    "AWS4-HMAC-SHA256-TRAILER",
                    Hashes.sha256Hex(canonical.toString()),
                    trailerSignature);
        }
    }

    private void check(Signed head, String kind, String content, String found) {
        String text = String.join("\n", kind, head.date(), head.scope(), previous, content);
        String expected = Hashes.hex(Hashes.hmac(head.key(), text));
        if (!Hashes.equal(expected, found)) {
            throw new Refusal(
                    403, "SignatureDoesNotMatch", "The signature of a chunk does not match");
        }
        previous = expected;
    }

    /// A line without its CRLF. The stream may also end where the last, empty line would be.
    private String line() throws IOException {
        var line = new ByteArrayOutputStream(96);
        while (line.size() <= LINE_MAX) {
            int b = in.read();
            if (b < 0) {
                if (ended && line.size() == 0) {
                    return "";
                }
                throw incomplete();
            }
            if (b == '\r') {
                if (in.read() != '\n') {
                    throw malformed("A line must end in CR LF");
                }
                return line.toString(StandardCharsets.UTF_8);
            }
            line.write(b);
        }
        throw malformed("A line must have %s bytes or less".formatted(LINE_MAX));
    }

    private static Refusal incomplete() {
        return new Refusal(400, "IncompleteBody", "The body ended before its last chunk");
    }

    private static Refusal malformed(String message) {
        return new Refusal(400, "InvalidRequest", "Body is not aws-chunked. " + message);
    }
}
