package dev.tarn.pipeline.source.files;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SeekableInputStream;
import org.jspecify.annotations.Nullable;

/// The bytes of a text file as UTF-8, line by line, with the position behind each.
final class Lines implements AutoCloseable {
    private static final int BUFFER_BYTES = 128 << 10;
    static final int LINE_BYTES_MAX = 64 << 20;

    private final SeekableInputStream file;
    private final InputStream stream;
    private byte[] buffer = new byte[BUFFER_BYTES];
    private int start;
    private int end;
    private long position;
    private boolean ended;

    /// Opens a file at a position that [#position] told before.
    Lines(InputFile input, FileOptions options, long from) throws IOException {
        this.file = open(input);
        FileOptions.Codec codec = options.codecOf(input.location());
        try {
            if (codec == FileOptions.Codec.NONE && isUtf8(options.charset())) {
                file.seek(from);
                this.stream = file;
            } else {
                InputStream unpacked =
                        switch (codec) {
                            case NONE -> file;
                            case GZIP -> new GZIPInputStream(file, BUFFER_BYTES);
                            case ZSTD -> new ZstdInputStream(file);
                        };
                this.stream =
                        isUtf8(options.charset())
                                ? unpacked
                                : new Transcoded(
                                        new InputStreamReader(unpacked, options.charset()));
                stream.skipNBytes(from);
            }
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
        this.position = from;
        if (from == 0) {
            skipByteOrderMark();
        }
    }

    private static SeekableInputStream open(InputFile input) throws IOException {
        try {
            return input.newStream();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static boolean isUtf8(Charset charset) {
        return charset.equals(StandardCharsets.UTF_8) || charset.equals(StandardCharsets.US_ASCII);
    }

    private void skipByteOrderMark() throws IOException {
        while (end - start < 3 && fill()) {
            // Until there are three bytes or the file ends.
        }
        if (end - start >= 3
                && buffer[start] == (byte) 0xEF
                && buffer[start + 1] == (byte) 0xBB
                && buffer[start + 2] == (byte) 0xBF) {
            start += 3;
            position += 3;
        }
    }

    /// The bytes from here on, for a parser of its own.
    InputStream rest() {
        return new java.io.SequenceInputStream(
                new java.io.ByteArrayInputStream(buffer, start, end - start), stream);
    }

    /// The first byte that is no white space, or -1; nothing is taken.
    int peek() throws IOException {
        for (int at = start; ; at++) {
            while (at >= end) {
                if (!fill()) {
                    return -1;
                }
            }
            if (!Character.isWhitespace(buffer[at])) {
                return buffer[at];
            }
        }
    }

    /// A line within the buffer, valid until the next call.
    @SuppressWarnings("ArrayRecordComponent") // A window, never compared or kept.
    record Line(byte[] bytes, int offset, int length) {
        String text() {
            return new String(bytes, offset, length, StandardCharsets.UTF_8);
        }

        boolean isBlank() {
            for (int i = offset; i < offset + length; i++) {
                if (bytes[i] > ' ') {
                    return false;
                }
            }
            return true;
        }
    }

    /// What keeps a line open: a field that begins with `quote` goes on to the next one that is
    /// neither doubled nor escaped.
    ///
    /// @param quote -1 if nothing does
    /// @param escape -1 if there is none
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Quoting(int quote, int escape, byte[] delimiter) {
        static final Quoting NONE = new Quoting(-1, -1, new byte[0]);

        private boolean isQuote(byte b) {
            return quote >= 0 && b == quote;
        }

        private boolean isEscape(byte b) {
            return escape >= 0 && escape != quote && b == escape;
        }

        private boolean beginsField(byte[] buffer, int start, int at) {
            int before = at - delimiter.length;
            return at == start
                    || (before >= start
                            && Arrays.equals(buffer, before, at, delimiter, 0, delimiter.length));
        }
    }

    /// The next line without its end, or null.
    @Nullable Line nextOrNull(Quoting quoting) throws IOException {
        return quoting.quote() < 0 ? nextPlainOrNull() : nextQuotedOrNull(quoting);
    }

    private @Nullable Line nextPlainOrNull() throws IOException {
        int seen = 0;
        while (true) {
            for (int at = start + seen; at < end; at++) {
                if (buffer[at] == '\n') {
                    return upTo(at);
                }
            }
            seen = end - start;
            if (!fill()) {
                return lastOrNull();
            }
        }
    }

    /// The line that ends before the byte at `at`, which is its end.
    private Line upTo(int at) {
        int length = at - start;
        if (length > 0 && buffer[at - 1] == '\r') {
            length--;
        }
        var line = new Line(buffer, start, length);
        position += at + 1 - start;
        start = at + 1;
        return line;
    }

    private @Nullable Line nextQuotedOrNull(Quoting quoting) throws IOException {
        boolean quoted = false;
        boolean escaped = false;
        boolean closed = false;
        int at = start;
        while (true) {
            for (; at < end; at++) {
                byte b = buffer[at];
                if (b == '\n' && !quoted) {
                    return upTo(at);
                }
                if (quoted) {
                    closed = !escaped && quoting.isQuote(b);
                    quoted = !closed;
                    escaped = !escaped && quoting.isEscape(b);
                } else {
                    // A quote right behind the closing one is a doubled quote.
                    quoted =
                            quoting.isQuote(b)
                                    && (closed || quoting.beginsField(buffer, start, at));
                    closed = false;
                }
            }
            int seen = at - start;
            if (!fill()) {
                return lastOrNull();
            }
            at = start + seen;
        }
    }

    private @Nullable Line lastOrNull() {
        if (start == end) {
            return null;
        }
        int length = end - start;
        if (buffer[end - 1] == '\r') {
            length--;
        }
        var line = new Line(buffer, start, length);
        position += end - start;
        start = end;
        return line;
    }

    /// Bytes behind.
    long position() {
        return position;
    }

    /// Bytes of the file itself that have been read.
    long fileBytes() throws IOException {
        return file.getPos() - (end - start);
    }

    private boolean fill() throws IOException {
        if (ended) {
            return false;
        }
        if (start > 0) {
            // A line handed out earlier is no longer valid: its bytes move.
            System.arraycopy(buffer, start, buffer, 0, end - start);
            end -= start;
            start = 0;
        }
        if (end == buffer.length) {
            if (buffer.length >= LINE_BYTES_MAX) {
                throw new IOException(
                        "line longer than %s bytes, or a quote is never closed"
                                .formatted(LINE_BYTES_MAX));
            }
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
        int read = stream.read(buffer, end, buffer.length - end);
        if (read < 0) {
            ended = true;
            return false;
        }
        end += read;
        return true;
    }

    @Override
    public void close() throws IOException {
        stream.close();
        file.close();
    }

    /// Text of another encoding as UTF-8 bytes.
    private static final class Transcoded extends InputStream {
        private final Reader reader;
        private byte[] bytes = new byte[0];
        private int next;

        Transcoded(Reader reader) {
            this.reader = reader;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            while (next == bytes.length) {
                char[] chars = new char[BUFFER_BYTES / 4];
                int read = reader.read(chars, 0, chars.length - 1);
                if (read < 0) {
                    return -1;
                }
                // A pair of surrogates is one character: never cut between the two.
                if (read > 0 && Character.isHighSurrogate(chars[read - 1])) {
                    int low = reader.read();
                    if (low >= 0) {
                        chars[read++] = (char) low;
                    }
                }
                bytes = new String(chars, 0, read).getBytes(StandardCharsets.UTF_8);
                next = 0;
            }
            int count = Math.min(length, bytes.length - next);
            System.arraycopy(bytes, next, into, offset, count);
            next += count;
            return count;
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }
}
