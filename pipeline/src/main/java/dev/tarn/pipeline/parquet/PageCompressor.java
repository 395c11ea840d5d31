package dev.tarn.pipeline.parquet;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.jspecify.annotations.Nullable;

/// Compresses the pages of one file. Zstandard keeps its tables from page to page.
final class PageCompressor implements AutoCloseable {
    private final BytesInputCompressor others;
    private final @Nullable ZstdCompressCtx zstd;
    private byte[] target = new byte[0];

    PageCompressor(CompressionCodecName codec, int level) {
        this.others = new Codecs(level).getCompressor(codec);
        this.zstd =
                codec == CompressionCodecName.ZSTD ? new ZstdCompressCtx().setLevel(level) : null;
    }

    CompressionCodecName codec() {
        return others.getCodecName();
    }

    BytesInputCompressor others() {
        return others;
    }

    /// A new array with the first `size` bytes, compressed.
    byte[] compress(byte[] bytes, int size) {
        if (zstd == null) {
            try {
                return others.compress(BytesInput.from(bytes, 0, size))
                        .toInputStream()
                        .readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot compress a page", e);
            }
        }
        int most = Math.toIntExact(Zstd.compressBound(size));
        if (target.length < most) {
            target = new byte[most];
        }
        int length = zstd.compressByteArray(target, 0, target.length, bytes, 0, size);
        return Arrays.copyOf(target, length);
    }

    @Override
    public void close() {
        if (zstd != null) {
            zstd.close();
        }
    }
}
