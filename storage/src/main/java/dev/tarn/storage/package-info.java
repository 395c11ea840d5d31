/// Bytes: objects named by a [dev.tarn.storage.Location], kept by an
/// [dev.tarn.storage.ObjectStore]. Knows nothing of tables.
///
/// A write is visible whole or not at all, and only after it returned; a conditional write has
/// exactly one winner. Everything above relies on these two promises and on nothing else.
@NullMarked
package dev.tarn.storage;

import org.jspecify.annotations.NullMarked;
