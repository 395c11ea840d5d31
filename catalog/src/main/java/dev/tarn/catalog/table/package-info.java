/// Tables: a name points to a metadata file; a commit writes the next file and swaps the pointer.
@NullMarked
package dev.tarn.catalog.table;

import org.jspecify.annotations.NullMarked;
