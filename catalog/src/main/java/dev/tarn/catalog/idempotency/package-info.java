/// Requests that may come twice: a client that saw no answer sends the same request again, with the
/// same `Idempotency-Key`, and nothing may happen twice.
///
///     request ─▶ IdempotencyKeys.once ─ ended before? ─▶ the same answer again
///                      │ no
///                      ▼
///                the change: one transaction claims the key and moves the pointer
///
/// The key stands in the transaction of the change it guards, so after a crash there are both or
/// none. Of two replicas with the same key the unique index lets one through.
@NullMarked
package dev.tarn.catalog.idempotency;

import org.jspecify.annotations.NullMarked;
