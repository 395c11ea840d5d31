package dev.tarn.app.http;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// gzip, the one encoding every client knows. Clients offer ten others; they get gzip or nothing.
public final class Compression {
    /// Smaller bodies gain nothing.
    private static final int BYTES_MIN = 1_024;

    private Compression() {}

    public static boolean pays(byte[] body) {
        return pays(body.length);
    }

    /// @param length of the body in bytes
    public static boolean pays(int length) {
        return length >= BYTES_MIN;
    }

    /// Whether `Accept-Encoding` allows gzip.
    static boolean isAccepted(String acceptEncoding) {
        boolean any = false;
        for (String offer : List.of(acceptEncoding.split(",", -1))) {
            String[] parts = offer.split(";", -1);
            String name = parts[0].strip().toLowerCase(Locale.ROOT);
            if (!name.equals("gzip") && !name.equals("x-gzip") && !name.equals("*")) {
                continue;
            }
            boolean wanted = !(parts.length > 1 && isZero(parts[1]));
            if (!name.equals("*")) {
                return wanted;
            }
            any = wanted;
        }
        return any;
    }

    public static byte[] gzip(byte[] body) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream(body.length / 4 + 64);
        try (OutputStream gzip = new FastGzip(compressed)) {
            gzip.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot compress in memory", e);
        }
        return compressed.toByteArray();
    }

    /// @throws HttpException 400 if it is not gzip, 413 if it is larger than `bytesMax`
    public static byte[] gunzip(byte[] body, long bytesMax) {
        try (InputStream plain = new GZIPInputStream(new ByteArrayInputStream(body))) {
            byte[] read = plain.readNBytes(Math.toIntExact(bytesMax + 1));
            if (read.length > bytesMax) {
                throw HttpException.bodyTooLarge(bytesMax);
            }
            return read;
        } catch (IOException e) {
            throw HttpException.badRequest("Body is not gzip: " + e.getMessage());
        }
    }

    private static boolean isZero(String quality) {
        String value = quality.replace(" ", "").toLowerCase(Locale.ROOT);
        return value.matches("q=0(\\.0*)?");
    }

    /// Level 1 costs a third of the default's time for a tenth more bytes.
    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(OutputStream out) throws IOException {
            super(out, 8_192);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
