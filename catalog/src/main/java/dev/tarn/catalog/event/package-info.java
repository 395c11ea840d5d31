/// Events: a row for each change, written in the change's own transaction, read by a cursor.
@NullMarked
package dev.tarn.catalog.event;

import org.jspecify.annotations.NullMarked;
