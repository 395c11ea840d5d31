package dev.tarn.app.cli.sql;

import dev.tarn.app.cli.sql.ResultPrinter.Form;
import dev.tarn.app.cli.sql.SqlText.Part;
import dev.tarn.engine.statement.ServerUnreachableException;
import dev.tarn.engine.statement.Session;
import dev.tarn.engine.statement.Statements;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Set;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/// The dialogue with a person at a terminal.
final class Prompt {
    private static final Set<String> LEAVE = Set.of("\\q", "quit", "exit");
    private static final Set<String> HELP = Set.of("help", "\\?", "\\h");
    private static final int HISTORY_LINES_MAX = 10_000;
    private static final String HELP_TEXT =
            """
            A statement may take several lines and ends with a semicolon.

              SHOW SCHEMAS;                    namespaces of the catalog
              SHOW TABLES FROM flights;        USE flights; makes it the usual one
              DESCRIBE flights.flights;        SHOW CREATE TABLE flights.flights;
              SELECT * FROM "flights$snapshots";
              SELECT * FROM flights FOR VERSION AS OF 123;

              Tab completes, arrows bring back earlier statements, Ctrl-R searches them.
              Ctrl-C cancels the statement, Ctrl-D or \\q leaves.\
            """;

    private final Statements statements;
    private final Form form;
    private final Path history;

    Prompt(Statements statements, Form form, Path history) {
        this.statements = statements;
        this.form = form;
        this.history = history;
    }

    int run() throws IOException {
        try (Terminal terminal = TerminalBuilder.builder().system(true).dumb(true).build()) {
            runAt(terminal);
            return 0;
        }
    }

    void runAt(Terminal terminal) throws IOException {
        var runner =
                new StatementRunner(
                        statements,
                        form,
                        terminal.writer(),
                        terminal.writer(),
                        !Terminal.TYPE_DUMB.equals(terminal.getType()),
                        null);
        terminal.handle(Terminal.Signal.INT, signal -> runner.cancel());
        createHistory();
        LineReader reader =
                LineReaderBuilder.builder()
                        .terminal(terminal)
                        .appName("tarn")
                        .parser(new UntilSemicolon())
                        .completer(new Words(statements))
                        .variable(LineReader.HISTORY_FILE, history)
                        .variable(LineReader.HISTORY_FILE_SIZE, HISTORY_LINES_MAX)
                        .variable(LineReader.SECONDARY_PROMPT_PATTERN, "%P  -> ")
                        .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                        .build();
        terminal.writer()
                .println("Statements end with a semicolon; 'help' tells more, Ctrl-D leaves.");
        converse(reader, runner, terminal);
    }

    /// Ends when the person leaves.
    private void converse(LineReader reader, StatementRunner runner, Terminal terminal) {
        while (true) {
            String text;
            try {
                text = reader.readLine(prompt());
            } catch (UserInterruptException dropped) {
                continue;
            } catch (EndOfFileException leave) {
                return;
            }
            String word = command(text);
            if (LEAVE.contains(word)) {
                return;
            }
            if (HELP.contains(word)) {
                terminal.writer().println(HELP_TEXT);
                continue;
            }
            runEach(runner, text, terminal);
        }
    }

    private static void runEach(StatementRunner runner, String text, Terminal terminal) {
        try {
            for (Part part : SqlText.parse(text).all()) {
                if (runner.run(part) != StatementRunner.Outcome.DONE) {
                    return;
                }
            }
        } catch (ServerUnreachableException unreachable) {
            // The supervisor may have it up again in a moment: the dialogue goes on.
            terminal.writer().println(unreachable.getMessage());
        }
    }

    private String prompt() {
        Session session = statements.session();
        String schema = session.schema() == null ? "" : ":" + session.schema();
        return (session.catalog() == null ? "sql" : session.catalog() + schema) + "> ";
    }

    private static String command(String text) {
        String bare = text.strip();
        return (bare.endsWith(";") ? bare.substring(0, bare.length() - 1) : bare)
                .strip()
                .toLowerCase(Locale.ROOT);
    }

    /// What a person types may hold secrets: the file is theirs alone.
    private void createHistory() throws IOException {
        Files.createDirectories(history.toAbsolutePath().getParent());
        try {
            if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
                Files.createFile(
                        history,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
            } else {
                Files.createFile(history);
            }
        } catch (FileAlreadyExistsException fromBefore) {
            // Its permissions are its owner's choice by now.
        }
    }

    /// Lets Enter start a new line while a statement has no end.
    private static final class UntilSemicolon implements Parser {
        private final DefaultParser words = new DefaultParser();

        UntilSemicolon() {
            words.setQuoteChars(new char[0]);
            words.setEscapeChars(new char[0]);
        }

        @Override
        public ParsedLine parse(String line, int cursor, ParseContext context) {
            String word = command(line);
            if (context == ParseContext.ACCEPT_LINE
                    && !LEAVE.contains(word)
                    && !HELP.contains(word)
                    && !SqlText.parse(line).rest().isBlank()) {
                throw new EOFError(-1, -1, "Statement without a semicolon");
            }
            return words.parse(line, cursor, context);
        }
    }
}
