/// What tables and views share: a name in a namespace and a pointer to a metadata file.
///
/// They live in one space of names, so both are rows of one table. The pointer moves by `UPDATE …
/// WHERE metadata_location = base`, which is what decides every race. A row without a namespace is
/// dropped and waits, see [dev.tarn.catalog.drop].
@NullMarked
package dev.tarn.catalog.relation;

import org.jspecify.annotations.NullMarked;
