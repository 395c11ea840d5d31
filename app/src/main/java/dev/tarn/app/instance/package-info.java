/// The folder one Tarn lives in, and who lives there now.
///
///     up ─▶ [DataFolder] make private ─▶ [Lock] take or name the holder ─▶ [Instance] `instance.json`
///     status, down, sql … ─▶ read `instance.json`, believe it only if that very process is alive
@NullMarked
package dev.tarn.app.instance;

import org.jspecify.annotations.NullMarked;
