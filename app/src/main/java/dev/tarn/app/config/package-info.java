/// Configuration: text from a file, the environment and flags becomes one tree of records, once.
///
///     tarn.conf ─▶ TARN_… ─▶ flags ─▶ [Section] reads key by key ─▶ [Config], or every error at once
///
/// A record reads itself, so its keys, types, defaults and explanations stand in one place; the
/// reference page and the list of known keys come from the same reading of nothing.
@NullMarked
package dev.tarn.app.config;

import org.jspecify.annotations.NullMarked;
