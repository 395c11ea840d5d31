/// The command line. A command that starts the platform makes an [dev.tarn.app.Assembly]; every other
/// one talks HTTP to a running one, like a stranger, so it also drives one elsewhere.
///
///     words ─▶ picocli ─▶ command ─▶ [Client] ─▶ /v1, /api ─▶ lines on standard output
///
/// What cannot be done is a [CommandException]: one sentence, what is wrong and what to do.
@NullMarked
package dev.tarn.app.cli;

import org.jspecify.annotations.NullMarked;
