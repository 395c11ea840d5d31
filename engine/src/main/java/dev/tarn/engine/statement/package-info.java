/// A client of Trino's statement protocol.
///
/// `Statements.start(sql)` posts the text and gives a `Statement`; each `Statement.advance()` is
/// one request for the next page, which carries rows, progress and warnings, until the last page or
/// a `StatementException`. What a statement changes in the session (`USE`, `SET SESSION`,
/// `PREPARE`) comes back in headers and goes along with the next one.
@NullMarked
package dev.tarn.engine.statement;

import org.jspecify.annotations.NullMarked;
