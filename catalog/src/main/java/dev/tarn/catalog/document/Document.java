package dev.tarn.catalog.document;

import java.util.List;
import java.util.function.ToIntFunction;

/// Joins pieces.
public final class Document {
    /// gzip, deflate, no name, no time, unknown system.
    private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

    /// A last block with nothing in it.
    private static final byte[] LAST_BLOCK = {3, 0};

    private static final int TRAILER_BYTES = 8;

    private Document() {}

    /// In bytes, as it is.
    public static int length(List<? extends Piece> pieces) {
        return sum(pieces, Piece::length);
    }

    public static byte[] plain(List<? extends Piece> pieces) {
        byte[] joined = new byte[length(pieces)];
        int position = 0;
        for (Piece piece : pieces) {
            position = piece.plainTo(joined, position);
        }
        return joined;
    }

    /// One gzip member that holds what [#plain] returns.
    public static byte[] gzip(List<? extends Piece> pieces) {
        int deflated = sum(pieces, Piece::deflatedLength);
        byte[] member = new byte[HEADER.length + deflated + LAST_BLOCK.length + TRAILER_BYTES];
        int position = copy(HEADER, member, 0);
        Crc crc = Crc.EMPTY;
        for (Piece piece : pieces) {
            position = piece.deflatedTo(member, position);
            crc = crc.then(piece.crc());
        }
        position = copy(LAST_BLOCK, member, position);
        position = littleEndian(crc.value(), member, position);
        littleEndian(length(pieces), member, position);
        return member;
    }

    static int copy(byte[] from, byte[] target, int position) {
        System.arraycopy(from, 0, target, position, from.length);
        return position + from.length;
    }

    private static int littleEndian(int value, byte[] target, int position) {
        for (int i = 0; i < Integer.BYTES; i++) {
            target[position + i] = (byte) (value >>> (Byte.SIZE * i));
        }
        return position + Integer.BYTES;
    }

    private static int sum(List<? extends Piece> pieces, ToIntFunction<Piece> length) {
        long sum = 0;
        for (Piece piece : pieces) {
            sum += length.applyAsInt(piece);
        }
        return Math.toIntExact(sum);
    }
}
