package dev.tarn.app.cli.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.app.cli.sql.ResultPrinter.Form;
import dev.tarn.app.trino.Lakehouse;
import dev.tarn.engine.statement.Session;
import dev.tarn.engine.statement.Statements;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The dialogue, typed into a terminal that can do nothing special.
@Timeout(60)
class PromptTest {
    private static final String CONTROL_D = "\u0004";

    @TempDir private Path folder;

    @Test
    void statementsOverSeveralLinesMistakesHelpAndLeaving() throws Exception {
        String seen =
                converse(
                        """
                        SELECT 40 +
                        2 AS answer;
                        SELEC 1;
                        USE system.runtime;
                        help
                        SELECT ';' AS a, count(*) AS b FROM nodes;
                        \\q
                        SELECT 'never';
                        """);

        assertThat(seen)
                .contains(" answer\n--------\n     42\n")
                .contains("(1 row, ")
                .contains("Error in line 1, column 1: mismatched input 'SELEC'")
                .contains("system:runtime> ")
                .contains("Ctrl-C cancels the statement")
                .contains(" a | b\n---+---\n ; | 1\n")
                .doesNotContain("never");
        assertThat(Files.readString(history())).contains("AS answer;", "SELEC 1;");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(history())))
                .isEqualTo("rw-------");
    }

    @Test
    void controlDLeaves() throws Exception {
        assertThat(converse("SELECT 1 AS one;\n" + CONTROL_D)).contains(" one\n-----\n   1\n");
    }

    private Path history() {
        return folder.resolve("sql-history");
    }

    private String converse(String typed) throws Exception {
        var screen = new ByteArrayOutputStream();
        var keyboard = new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8));
        try (Terminal terminal =
                        new DumbTerminal(
                                "test",
                                Terminal.TYPE_DUMB,
                                keyboard,
                                screen,
                                StandardCharsets.UTF_8);
                var statements =
                        new Statements(
                                Lakehouse.running().trino(), Session.of("test", "lake", null))) {
            new Prompt(statements, Form.ALIGNED, history()).runAt(terminal);
        }
        return screen.toString(StandardCharsets.UTF_8).replace("\r\n", "\n");
    }
}
