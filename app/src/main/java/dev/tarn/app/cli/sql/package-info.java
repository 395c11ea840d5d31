/// `tarn sql`: a prompt, or statements from the command line, a file or standard input.
///
/// ```
/// SqlCommand ─▶ Prompt (a person)    ─┐
///            ─▶ SqlText (a program)  ─┴─▶ StatementRunner ─▶ Statements ─▶ Trino
///                                              └─▶ ResultPrinter: AlignedTable, Delimited, JsonLines
/// ```
@NullMarked
package dev.tarn.app.cli.sql;

import org.jspecify.annotations.NullMarked;
