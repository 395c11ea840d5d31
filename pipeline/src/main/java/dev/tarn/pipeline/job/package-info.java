/// SeaTunnel job files: `text -> Setting tree (each with its line) -> Block per plugin -> Job`.
///
/// The parser is SeaTunnel's patched HOCON parser, which keeps two blocks of one name and the order
/// of fields. Every option is in an [dev.tarn.pipeline.job.OptionTable]: honoured, without effect
/// or refused by name; all problems of a file are reported at once, each with its line.
@NullMarked
package dev.tarn.pipeline.job;

import org.jspecify.annotations.NullMarked;
