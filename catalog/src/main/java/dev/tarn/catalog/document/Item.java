package dev.tarn.catalog.document;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One element of an array. Deflated it refers to nothing but the element before it, which it
/// mostly resembles.
final class Item {
    private final byte[] plain;
    private final Crc crc;
    private final byte @Nullable [] before;
    private final int beforeStart;
    private volatile byte @Nullable [] deflated;

    /// @param before holds the text of the item before it, from `beforeStart` on; null for the
    ///   first one
    private Item(byte[] plain, byte @Nullable [] before, int beforeStart) {
        this.plain = plain;
        this.crc = Crc.of(plain);
        this.before = before;
        this.beforeStart = beforeStart;
    }

    static Item first(byte[] text) {
        return new Item(text, null, 0);
    }

    static Item following(Item previous, byte[] text) {
        byte[] plain = new byte[text.length + 1];
        plain[0] = ',';
        System.arraycopy(text, 0, plain, 1, text.length);
        // Not its comma: that goes if it becomes the first.
        return new Item(plain, previous.plain, previous.before == null ? 0 : 1);
    }

    byte[] plain() {
        return plain;
    }

    Crc crc() {
        return crc;
    }

    /// Without the comma.
    byte[] text() {
        return before == null ? plain : Arrays.copyOfRange(plain, 1, plain.length);
    }

    /// Deflates several items as one.
    ///
    /// @param plain of all of them, of which this is the first
    byte[] deflateAll(byte[] plain) {
        return before == null
                ? Deflate.deflate(plain)
                : Deflate.deflate(plain, before, beforeStart, before.length);
    }

    /// Two threads may both do it; their results are the same.
    byte[] deflated() {
        byte[] known = deflated;
        if (known == null) {
            known = deflateAll(plain);
            deflated = known;
        }
        return known;
    }
}
