package dev.tarn.storage.s3;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/// The checksums S3 knows, by the end of their headers' names.
enum ChecksumKind {
    CRC32,
    CRC32C,
    CRC64NVME,
    SHA1,
    SHA256;

    static final String HEADER = "x-amz-checksum-";

    String header() {
        return HEADER + S3Request.lower(name());
    }

    static Optional<ChecksumKind> ofHeader(String header) {
        for (ChecksumKind kind : values()) {
            if (kind.header().equals(header)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    /// A running checksum.
    interface Running {
        void update(byte[] bytes, int offset, int length);

        byte[] value();
    }

    Running start() {
        return switch (this) {
            case CRC32 -> of(new CRC32(), Integer.BYTES);
            case CRC32C -> of(new CRC32C(), Integer.BYTES);
            case CRC64NVME -> of(new Crc64Nvme(), Long.BYTES);
            case SHA1 -> of(Hashes.digest("SHA-1"));
            case SHA256 -> of(Hashes.sha256());
        };
    }

    static Running of(MessageDigest digest) {
        return new Running() {
            @Override
            public void update(byte[] bytes, int offset, int length) {
                digest.update(bytes, offset, length);
            }

            @Override
            public byte[] value() {
                return digest.digest();
            }
        };
    }

    private static Running of(Checksum checksum, int size) {
        return new Running() {
            @Override
            public void update(byte[] bytes, int offset, int length) {
                checksum.update(bytes, offset, length);
            }

            @Override
            public byte[] value() {
                byte[] wide = ByteBuffer.allocate(Long.BYTES).putLong(checksum.getValue()).array();
                return Arrays.copyOfRange(wide, Long.BYTES - size, Long.BYTES);
            }
        };
    }
}
