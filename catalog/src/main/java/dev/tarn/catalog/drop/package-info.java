/// Drops, and what keeps them from being final: protection before, retention after.
///
///     drop ──▶ dropped, can be restored ──▶ its time is over ──▶ forgotten, the files stay
///                  │           ▲     │                     └───▶ purging ──▶ gone
///                  └── undrop ─┘     └── purge now ──────────────▲
///
/// A dropped relation keeps its row without a name, so what refers to it is there again when it is
/// restored; a row of `dropped_relation` holds the rest. From the moment its purge begins there is no
/// way back, so a purge can be done twice, by two replicas or after a crash, without harm.
@NullMarked
package dev.tarn.catalog.drop;

import org.jspecify.annotations.NullMarked;
