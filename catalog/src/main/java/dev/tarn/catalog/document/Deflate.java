package dev.tarn.catalog.document;

import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/// Raw deflate streams that end on a byte boundary and are not final, so that others may follow.
final class Deflate {
    /// A deflater holds a quarter of a megabyte outside of the heap and is dear to make.
    private static final int IDLE_MAX = 8;

    private static final BlockingQueue<Deflater> IDLE = new ArrayBlockingQueue<>(IDLE_MAX);

    /// What a flush and the frames of stored blocks may add.
    private static final int OVERHEAD_BYTES = 64;

    /// Up to so many bytes, the words to look back to left out, a text is stored as it is: making
    /// the codes of a block costs some ten microseconds and takes off a few dozen bytes.
    private static final int STORED_BYTES_MAX = 256;

    private Deflate() {}

    static byte[] deflate(byte[] text) {
        return deflate(text, text, 0, 0);
    }

    /// @param before whose bytes from `from` to `to` must precede wherever the result is used
    static byte[] deflate(byte[] text, byte[] before, int from, int to) {
        if (from == to && text.length <= STORED_BYTES_MAX) {
            return stored(text);
        }
        Deflater idle = IDLE.poll();
        Deflater deflater = idle != null ? idle : new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try {
            if (from < to) {
                deflater.setDictionary(before, from, to - from);
            }
            deflater.setInput(text);
            byte[] deflated = new byte[text.length + text.length / 512 + OVERHEAD_BYTES];
            int length = deflater.deflate(deflated, 0, deflated.length, Deflater.SYNC_FLUSH);
            if (length == deflated.length || !deflater.needsInput()) {
                throw new IllegalStateException(
                        "Deflating %s bytes left no room in %s"
                                .formatted(text.length, deflated.length));
            }
            return Arrays.copyOf(deflated, length);
        } finally {
            deflater.reset();
            if (!IDLE.offer(deflater)) {
                deflater.end();
            }
        }
    }

    /// One block, not compressed: three bits that say so, up to the end of the byte; the length and
    /// its complement; the text.
    private static byte[] stored(byte[] text) {
        byte[] block = new byte[5 + text.length];
        block[1] = (byte) text.length;
        block[2] = (byte) (text.length >>> Byte.SIZE);
        block[3] = (byte) ~block[1];
        block[4] = (byte) ~block[2];
        System.arraycopy(text, 0, block, 5, text.length);
        return block;
    }

    /// Inflates streams that follow one another into the bytes of `target` from `from` to `to`.
    static void inflate(Iterable<byte[]> streams, byte[] target, int from, int to) {
        int position = from;
        Inflater inflater = new Inflater(true);
        try {
            for (byte[] stream : streams) {
                inflater.setInput(stream);
                // A flush stands at the end of a stream: more input is wanted once it is read.
                while (position < to && !inflater.needsInput()) {
                    position += inflater.inflate(target, position, to - position);
                }
            }
        } catch (DataFormatException e) {
            throw new IllegalStateException("What was deflated cannot be inflated", e);
        } finally {
            inflater.end();
        }
        if (position != to) {
            throw new IllegalStateException(
                    "Inflated %s bytes, expected %s".formatted(position - from, to - from));
        }
    }
}
