package dev.tarn.catalog.document;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Text that is deflated when somebody asks for it the first time.
public final class Text implements Piece {
    private final byte[] plain;
    private final Crc crc;
    private volatile byte @Nullable [] deflated;

    private Text(byte[] plain) {
        this.plain = plain;
        this.crc = Crc.of(plain);
    }

    public static Text of(String text) {
        return new Text(text.getBytes(StandardCharsets.UTF_8));
    }

    /// @param utf8 not copied
    public static Text of(byte[] utf8) {
        return new Text(utf8);
    }

    @Override
    public int length() {
        return plain.length;
    }

    @Override
    public int deflatedLength() {
        return deflated().length;
    }

    @Override
    public Crc crc() {
        return crc;
    }

    @Override
    public int plainTo(byte[] target, int position) {
        return Document.copy(plain, target, position);
    }

    @Override
    public int deflatedTo(byte[] target, int position) {
        return Document.copy(deflated(), target, position);
    }

    /// Two threads may both do it; their results are the same.
    private byte[] deflated() {
        byte[] known = deflated;
        if (known == null) {
            known = Deflate.deflate(plain);
            deflated = known;
        }
        return known;
    }
}
