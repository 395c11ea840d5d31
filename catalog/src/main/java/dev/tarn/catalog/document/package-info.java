/// Long documents put together from pieces that were made earlier.
///
/// ```
/// Text   a stretch of the document                       plain │ deflated │ CRC-32
/// Items  elements of an array that grows at its end      plain │ deflated │ CRC-32
///           └─▶ Document.plain   joins what is plain
///           └─▶ Document.gzip    joins what is deflated: one ordinary gzip member
/// ```
///
/// A piece is deflated once, by itself: it ends on a byte boundary and refers to nothing before it,
/// so it may stand anywhere. Its CRC-32 is combined with those of the others by arithmetic. Joining
/// costs a copy.
@NullMarked
package dev.tarn.catalog.document;

import org.jspecify.annotations.NullMarked;
