package dev.tarn.app.cli.sql;

import dev.tarn.app.cli.sql.ResultPrinter.Form;
import dev.tarn.app.cli.sql.SqlText.Part;
import dev.tarn.engine.statement.Progress;
import dev.tarn.engine.statement.Statement;
import dev.tarn.engine.statement.StatementCancelledException;
import dev.tarn.engine.statement.StatementException;
import dev.tarn.engine.statement.StatementException.Position;
import dev.tarn.engine.statement.Statements;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Runs one statement and shows what comes of it: rows on one writer, everything about them on the
/// other.
final class StatementRunner {
    private static final Duration QUIET = Duration.ofMillis(400);
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final Statements statements;
    private final Form form;
    private final PrintWriter out;
    private final PrintWriter notes;
    private final boolean terminal;
    private final @Nullable String file;

    private volatile @Nullable Statement running;

    enum Outcome {
        DONE,
        WRONG,
        CANCELLED
    }

    /// @param file where the text is from, for the place of a mistake; null where the user sees the
    ///   text
    StatementRunner(
            Statements statements,
            Form form,
            PrintWriter out,
            PrintWriter notes,
            boolean terminal,
            @Nullable String file) {
        this.statements = statements;
        this.form = form;
        this.out = out;
        this.notes = notes;
        this.terminal = terminal;
        this.file = file;
    }

    Outcome run(Part part) {
        long start = System.nanoTime();
        try {
            Statement statement = statements.start(part.sql());
            running = statement;
            long rows = show(statement, start);
            summary(statement, rows, elapsed(start));
            return Outcome.DONE;
        } catch (StatementException wrong) {
            clearProgress();
            explain(wrong, part);
            return Outcome.WRONG;
        } catch (StatementCancelledException cancelled) {
            clearProgress();
            notes.println("Cancelled");
            return Outcome.CANCELLED;
        } finally {
            running = null;
            out.flush();
            notes.flush();
        }
    }

    /// From any thread.
    void cancel() {
        Statement statement = running;
        if (statement != null) {
            statement.cancel();
        }
    }

    private long show(Statement statement, long start) {
        ResultPrinter printer = null;
        long rows = 0;
        do {
            if (printer == null
                    && !statement.columns().isEmpty()
                    && statement.updateType() == null) {
                clearProgress();
                printer = ResultPrinter.of(form, statement.columns(), out);
            }
            if (printer != null && !statement.rows().isEmpty()) {
                clearProgress();
                printer.rows(statement.rows());
                rows += statement.rows().size();
                if (out.checkError()) {
                    // The reader has gone, `head` for example: the rest is for nobody.
                    statement.cancel();
                }
            } else if (elapsed(start).compareTo(QUIET) > 0) {
                progress(statement.progress());
            }
        } while (statement.advance());
        clearProgress();
        if (printer != null) {
            printer.end();
        }
        return rows;
    }

    private void progress(Progress progress) {
        if (terminal) {
            notes.print(
                    "%s%s  %s of %s splits  %s rows  %s MB  %.1f s"
                            .formatted(
                                    CLEAR_LINE,
                                    progress.state().toLowerCase(Locale.ROOT),
                                    progress.splitsDone(),
                                    progress.splitsTotal(),
                                    progress.rowsRead(),
                                    progress.bytesRead() >> 20,
                                    seconds(progress.elapsed())));
            notes.flush();
        }
    }

    private void clearProgress() {
        if (terminal) {
            notes.print(CLEAR_LINE);
            notes.flush();
        }
    }

    private void summary(Statement statement, long rows, Duration elapsed) {
        out.flush();
        for (String warning : statement.warnings()) {
            notes.println("Warning: " + warning);
        }
        String what = statement.updateType();
        OptionalLong count = statement.updateCount();
        if (what == null) {
            notes.printf("(%s, %.2f s)%n", rows(rows), seconds(elapsed));
        } else if (count.isPresent()) {
            notes.printf("%s: %s (%.2f s)%n", what, rows(count.getAsLong()), seconds(elapsed));
        } else {
            notes.printf("%s (%.2f s)%n", what, seconds(elapsed));
        }
    }

    /// The message, then the line of the text with a mark under the place.
    private void explain(StatementException wrong, Part part) {
        Position position = wrong.position();
        String message = String.valueOf(wrong.getMessage());
        if (position == null) {
            notes.println(
                    "%s: %s".formatted(file == null ? "Error" : file + ":" + part.line(), message));
            return;
        }
        String prefix = "line %s:%s: ".formatted(position.line(), position.column());
        String bare = message.startsWith(prefix) ? message.substring(prefix.length()) : message;
        int line = part.line() + position.line() - 1;
        notes.println(
                file == null
                        ? "Error in line %s, column %s: %s".formatted(line, position.column(), bare)
                        : "%s:%s:%s: %s".formatted(file, line, position.column(), bare));
        List<String> lines = part.sql().lines().toList();
        if (position.line() <= lines.size()) {
            String text = lines.get(position.line() - 1);
            int before = Math.min(position.column() - 1, text.length());
            notes.println("    " + AlignedTable.visible(text.replace('\t', ' ')));
            notes.println(
                    "    "
                            + " "
                                    .repeat(
                                            AlignedTable.width(
                                                    text.substring(0, before).replace('\t', ' ')))
                            + "^");
        }
    }

    private static String rows(long count) {
        return count == 1 ? "1 row" : count + " rows";
    }

    private static Duration elapsed(long startNanos) {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
