package dev.tarn.catalog.document;

/// A stretch of a document, at hand as it is and deflated.
public sealed interface Piece permits Text, Items {

    /// In bytes, as it is.
    int length();

    /// In bytes, deflated.
    int deflatedLength();

    Crc crc();

    /// Copies the bytes as they are, and returns the position after them.
    int plainTo(byte[] target, int position);

    /// Copies the deflated bytes, and returns the position after them.
    int deflatedTo(byte[] target, int position);
}
