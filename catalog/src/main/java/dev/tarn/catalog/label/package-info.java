/// Labels: what the catalog says of a table, a view or a column, beside the metadata and never in
/// it.
///
/// They stand in the row of the pointer, so a load finds them without asking for them.
@NullMarked
package dev.tarn.catalog.label;

import org.jspecify.annotations.NullMarked;
