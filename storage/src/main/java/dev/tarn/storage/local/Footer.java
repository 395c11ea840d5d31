package dev.tarn.storage.local;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Instant;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/// The end of an object's file. The bytes come first, what is known of them comes last, so that one
/// rename publishes both, one open sees both, and every file system can keep both:
///
/// ```
/// bytes of the object | version, etag, modified, headers, tags | crc32c | length | "TarnObj1"
/// ```
final class Footer {
    private static final long MAGIC = 0x5461726e4f626a31L;
    private static final int TAIL = Integer.BYTES + Integer.BYTES + Long.BYTES;
    private static final int FIRST_READ = 1024;
    private static final int LENGTH_MAX = 1 << 20;
    private static final int VERSION = 1;

    private Footer() {}

    record Content(long size, Attributes attributes) {}

    static ByteBuffer encode(Attributes attributes) throws IOException {
        var bytes = new ByteArrayOutputStream(256);
        var out = new DataOutputStream(bytes);
        out.writeByte(VERSION);
        out.writeUTF(attributes.etag());
        out.writeLong(attributes.modified().toEpochMilli());
        writeMap(out, attributes.headers());
        writeMap(out, attributes.tags());
        int length = bytes.size();
        out.writeInt(crc(bytes.toByteArray(), 0, length));
        out.writeInt(length);
        out.writeLong(MAGIC);
        return ByteBuffer.wrap(bytes.toByteArray());
    }

    /// @throws IOException also if the file is not whole
    static Content read(FileChannel channel) throws IOException {
        long fileSize = channel.size();
        byte[] end = readEnd(channel, fileSize, (int) Math.min(fileSize, FIRST_READ));
        if (end.length < TAIL) {
            throw new IOException("Object file is damaged, it has no footer");
        }
        ByteBuffer tail = ByteBuffer.wrap(end, end.length - TAIL, TAIL);
        int crc = tail.getInt();
        int length = tail.getInt();
        if (tail.getLong() != MAGIC
                || length <= 0
                || length > LENGTH_MAX
                || length > fileSize - TAIL) {
            throw new IOException("Object file is damaged, it has no footer");
        }
        if (end.length < length + TAIL) {
            end = readEnd(channel, fileSize, length + TAIL);
        }
        int start = end.length - TAIL - length;
        if (crc(end, start, length) != crc) {
            throw new IOException("Object file is damaged, its footer has another checksum");
        }
        var in = new DataInputStream(new ByteArrayInputStream(end, start, length));
        int version = in.readByte();
        if (version != VERSION) {
            throw new IOException(
                    "Object file is of format %s, expected %s".formatted(version, VERSION));
        }
        var attributes =
                new Attributes(
                        in.readUTF(),
                        Instant.ofEpochMilli(in.readLong()),
                        readMap(in),
                        readMap(in));
        return new Content(fileSize - TAIL - length, attributes);
    }

    private static byte[] readEnd(FileChannel channel, long fileSize, int length)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, fileSize - length + buffer.position()) < 0) {
                throw new EOFException("Object file became shorter while it was read");
            }
        }
        return buffer.array();
    }

    private static void writeMap(DataOutputStream out, SequencedMap<String, String> map)
            throws IOException {
        out.writeShort(map.size());
        for (Map.Entry<String, String> entry : map.entrySet()) {
            out.writeUTF(entry.getKey());
            out.writeUTF(entry.getValue());
        }
    }

    private static SequencedMap<String, String> readMap(DataInputStream in) throws IOException {
        var map = new TreeMap<String, String>();
        for (int left = in.readUnsignedShort(); left > 0; left--) {
            map.put(in.readUTF(), in.readUTF());
        }
        return map;
    }

    private static int crc(byte[] bytes, int offset, int length) {
        var crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }
}
