/// What exists: warehouses, namespaces, tables, views, and the events that tell of their changes.
///
/// [dev.tarn.catalog.Catalog] is the whole of it, assembled once. Names and pointers are rows in
/// one [dev.tarn.store.Database]; metadata files are objects in one [dev.tarn.storage.ObjectStore].
/// A change writes its file first and then swaps the pointer, with its event, in one transaction.
@NullMarked
package dev.tarn.catalog;

import org.jspecify.annotations.NullMarked;
