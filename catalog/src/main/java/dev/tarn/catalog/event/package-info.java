/// Events: a row for each change, written in the change's own transaction, read by a cursor.
///
///     change ─▶ INSERT event            in its transaction, waits for nobody
///     reader ─▶ [Numbering] ─▶ position to what was committed ─▶ events after the cursor
///
/// What is older than the retention is trimmed; a cursor from before is refused.
@NullMarked
package dev.tarn.catalog.event;

import org.jspecify.annotations.NullMarked;
