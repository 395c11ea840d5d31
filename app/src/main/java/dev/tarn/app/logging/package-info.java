/// Logging: every event is one line of `key=value` fields in `logs/tarn.log`, files rotated by size.
///
///     slf4j ─▶ java.util.logging ─▶ [LineFormatter] ─▶ logs/tarn.log, tarn.log.1, …
///
/// The console stays quiet: what a person should read there is printed by the command itself.
@NullMarked
package dev.tarn.app.logging;

import org.jspecify.annotations.NullMarked;
