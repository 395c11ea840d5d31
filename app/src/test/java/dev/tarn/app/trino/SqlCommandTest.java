package dev.tarn.app.trino;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.app.cli.sql.Platform;
import dev.tarn.app.cli.sql.SqlCommand;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// `tarn sql` as a program calls it, against the real Trino.
class SqlCommandTest {
    private static final String QUERY =
            "SELECT n, IF(n = 2, NULL, 'w' || CAST(n AS varchar)) AS word FROM UNNEST(sequence(1,"
                    + " 3)) t(n) ORDER BY n";

    private record Outcome(int code, String out, String err) {}

    @TempDir private Path folder;
    private URI trino;

    @BeforeEach
    void start() throws Exception {
        trino = Lakehouse.running().trino();
    }

    @Test
    void aStatementAsAnArgument() {
        Outcome outcome = tarn("", "sql", QUERY);

        assertThat(outcome.code()).isZero();
        assertThat(outcome.out())
                .isEqualTo(
                        """
                         n | word
                        ---+------
                         1 | w1
                         2 | NULL
                         3 | w3
                        """);
        assertThat(outcome.err()).matches("\\(3 rows, \\d+\\.\\d\\d s\\)\n");
    }

    @Test
    void theOtherFormsForPrograms() {
        assertThat(tarn("", "sql", "-o", "csv", QUERY).out()).isEqualTo("n,word\n1,w1\n2,\n3,w3\n");
        assertThat(tarn("", "sql", "--output", "tsv", QUERY).out())
                .isEqualTo("n\tword\n1\tw1\n2\t\\N\n3\tw3\n");
        assertThat(tarn("", "sql", "--output=json", QUERY).out())
                .isEqualTo(
                        """
                        {"n":1,"word":"w1"}
                        {"n":2,"word":null}
                        {"n":3,"word":"w3"}
                        """);
    }

    @Test
    void statementsFromStandardInputAndTheSessionBetweenThem() {
        Outcome outcome =
                tarn(
                        "USE system.runtime; -- there\nSELECT count(*) AS n FROM nodes",
                        "sql",
                        "-o",
                        "csv");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.out()).isEqualTo("n\n1\n");
        assertThat(outcome.err()).startsWith("USE (");
    }

    @Test
    void aMistakeInAFileHasItsPlaceThereAndEndsTheRun() throws Exception {
        Path file =
                Files.writeString(
                        folder.resolve("report.sql"),
                        "SELECT 1;\n\nSELECT 2,\n  FRM x;\nSELECT 3;");

        Outcome outcome = tarn("", "sql", "-o", "csv", "-f", file.toString());

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.out()).isEqualTo("_col0\n1\n");
        assertThat(outcome.err())
                .endsWith(
                        """
                        %s:4:3: Column 'frm' cannot be resolved
                              FRM x
                              ^
                        """
                                .formatted(file));
    }

    @Test
    void aMistakeWithoutAPlaceIsOneLine() {
        Outcome outcome = tarn("", "sql", "SELECT 1 / n FROM UNNEST(ARRAY[0]) t(n)");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).isEqualTo("Error: Division by zero\n");
    }

    @Test
    void noTrinoAndNoFileAreSaidInOneLine() {
        Outcome noTrino = tarn("", "sql", "--server", "http://127.0.0.1:1", "SELECT 1");
        assertThat(noTrino.code()).isEqualTo(3);
        assertThat(noTrino.err())
                .isEqualTo(
                        "tarn: Trino at http://127.0.0.1:1 expected, found: nothing that listens;"
                            + " start it with 'tarn up -d', or name another with --server URL\n");

        Outcome noFile = tarn("", "sql", "-f", "missing.sql");
        assertThat(noFile.code()).isEqualTo(1);
        assertThat(noFile.err()).isEqualTo("tarn: --file: no such file: missing.sql\n");
    }

    @Test
    void aFileAndAStatementAreNotUnderstoodTogether() {
        assertThat(tarn("", "sql", "SELECT 1", "-f", "x.sql").code()).isEqualTo(2);
        assertThat(tarn("", "sql", "-o", "xml", "SELECT 1").code()).isEqualTo(2);
    }

    private Outcome tarn(String input, String... words) {
        var out = new StringWriter();
        var err = new StringWriter();
        Platform platform =
                new Platform() {
                    @Override
                    public URI trino(@Nullable Path data) {
                        return trino;
                    }

                    @Override
                    public Path history(@Nullable Path data) {
                        return folder.resolve("history");
                    }
                };
        var stdin = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        var command = new CommandLine(new SqlCommand(platform, stdin, false));
        command.setCaseInsensitiveEnumValuesAllowed(true);
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        List<String> arguments = new ArrayList<>(List.of(words));
        arguments.removeFirst();
        int code = command.execute(arguments.toArray(String[]::new));
        return new Outcome(code, out.toString(), err.toString());
    }
}
