package dev.tarn.pipeline.parquet;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/// Page compression by the libraries themselves; parquet-java's own factory needs Hadoop's codecs.
final class Codecs implements CompressionCodecFactory {
    private final int level;

    /// @param level of zstd and gzip, from 1
    Codecs(int level) {
        this.level = level;
    }

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName name) {
        return new Compressor(require(name), level);
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName name) {
        return new Decompressor(require(name));
    }

    private static CompressionCodecName require(CompressionCodecName name) {
        return switch (name) {
            case UNCOMPRESSED, SNAPPY, GZIP, ZSTD -> name;
            case LZO, BROTLI, LZ4, LZ4_RAW ->
                    throw new UnsupportedOperationException(
                            "Parquet compression %s, expected uncompressed, snappy, gzip or zstd"
                                    .formatted(name));
        };
    }

    @Override
    public void release() {}

    private static byte[] all(BytesInput bytes) throws IOException {
        return bytes.toInputStream().readAllBytes();
    }

    private record Compressor(CompressionCodecName name, int level)
            implements BytesInputCompressor {

        @Override
        public BytesInput compress(BytesInput bytes) throws IOException {
            return switch (name) {
                case ZSTD -> BytesInput.from(Zstd.compress(all(bytes), level));
                case SNAPPY -> BytesInput.from(Snappy.compress(all(bytes)));
                case GZIP -> {
                    var packed = new ByteArrayOutputStream();
                    try (var gzip = new GZIPOutputStream(packed)) {
                        bytes.writeAllTo(gzip);
                    }
                    yield BytesInput.from(packed.toByteArray());
                }
                default -> bytes;
            };
        }

        @Override
        public CompressionCodecName getCodecName() {
            return name;
        }

        @Override
        public void release() {}
    }

    private record Decompressor(CompressionCodecName name) implements BytesInputDecompressor {

        @Override
        public BytesInput decompress(BytesInput bytes, int size) throws IOException {
            return name == CompressionCodecName.UNCOMPRESSED
                    ? bytes
                    : BytesInput.from(plain(all(bytes), size));
        }

        @Override
        public void decompress(ByteBuffer input, int packedSize, ByteBuffer output, int plainSize)
                throws IOException {
            byte[] packed = new byte[packedSize];
            input.get(packed);
            output.put(
                    name == CompressionCodecName.UNCOMPRESSED ? packed : plain(packed, plainSize));
        }

        private byte[] plain(byte[] packed, int size) throws IOException {
            byte[] plain =
                    switch (name) {
                        case ZSTD -> Zstd.decompress(packed, size);
                        case SNAPPY -> Snappy.uncompress(packed);
                        default -> {
                            try (var gzip = new GZIPInputStream(new ByteArrayInputStream(packed))) {
                                yield gzip.readAllBytes();
                            }
                        }
                    };
            if (plain.length != size) {
                throw new IOException(
                        "Parquet page, expected %s bytes, found %s".formatted(size, plain.length));
            }
            return plain;
        }

        @Override
        public void release() {}
    }
}
