/// Views: like tables, a name that points to a metadata file, in the same space of names.
@NullMarked
package dev.tarn.catalog.view;

import org.jspecify.annotations.NullMarked;
