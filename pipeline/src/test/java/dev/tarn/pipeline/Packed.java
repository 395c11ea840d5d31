package dev.tarn.pipeline;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;

/// Text packed line by line, one pack behind the other, as logs that are put together come.
final class Packed {
    private Packed() {}

    static byte[] gzip(String text) throws IOException {
        var packed = new ByteArrayOutputStream();
        for (String line : text.split("(?<=\n)")) {
            var one = new ByteArrayOutputStream();
            try (var gzip = new GZIPOutputStream(one)) {
                gzip.write(line.getBytes(StandardCharsets.UTF_8));
            }
            one.writeTo(packed);
        }
        return packed.toByteArray();
    }

    static byte[] zstd(String text) throws IOException {
        var packed = new ByteArrayOutputStream();
        for (String line : text.split("(?<=\n)")) {
            packed.write(Zstd.compress(line.getBytes(StandardCharsets.UTF_8)));
        }
        return packed.toByteArray();
    }
}
