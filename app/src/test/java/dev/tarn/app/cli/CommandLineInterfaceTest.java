package dev.tarn.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.app.form.Checkout;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CommandLineInterfaceTest {
    @TempDir private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... words) {
        return new CommandLineInterface(surroundings()).run(words);
    }

    private Surroundings surroundings() {
        return new Surroundings(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                Map.of("TARN_DATA", folder.resolve("data").toString()),
                folder,
                Checkout.root(),
                Checkout.root(),
                false);
    }

    /// To accept a change, put the text of the failure into the file.
    @Test
    void helpIsWhatIsWrittenDown() throws IOException {
        StringBuilder help = new StringBuilder();
        append(help, new CommandLineInterface(surroundings()).commandLine());

        Path seen = Path.of("target/help.txt");
        Files.writeString(seen, help);
        try (InputStream expected = getClass().getResourceAsStream("help.txt")) {
            assertThat(help.toString())
                    .as("help.txt, compared with %s", seen)
                    .isEqualTo(new String(expected.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static void append(StringBuilder help, CommandLine command) {
        if (command.getCommandSpec().usageMessage().hidden()
                || command.getCommandName().equals("help")) {
            return;
        }
        help.append(command.getUsageMessage()).append("--------\n");
        command.getSubcommands().values().forEach(child -> append(help, child));
    }

    @Test
    void anUnknownCommandIsAnsweredWithTheNearestOnes() {
        assertThat(run("stauts")).isEqualTo(2);
        assertThat(err.toString())
                .isEqualTo(
                        """
                        tarn: Unknown command 'stauts'
                        Did you mean status or catalog?
                        See 'tarn --help'
                        """);
    }

    @Test
    void anUnknownOptionIsAUsageError() {
        assertThat(run("up", "--prot", "1")).isEqualTo(2);
        assertThat(err.toString())
                .startsWith("tarn: Unknown options: '--prot', '1'")
                .endsWith("See 'tarn up --help'\n");
    }

    @Test
    void whereNothingRunsStatusSaysHowToStartIt() {
        assertThat(run("status", "--server", "http://127.0.0.1:1")).isEqualTo(3);
        assertThat(err.toString())
                .isEqualTo(
                        "tarn: No Tarn answers at http://127.0.0.1:1; start it with 'tarn up -d' or"
                                + " name another with --server URL\n");
    }

    /// Not the one at the usual address: that is another's.
    @Test
    void aFolderThatIsNamedMeansTheServerThatRunsOnIt() {
        assertThat(run("status")).isEqualTo(3);
        assertThat(run("catalog", "--data", "elsewhere")).isEqualTo(3);
        assertThat(run("sql", "--data", "elsewhere", "SELECT 1")).isEqualTo(3);
        String mend = "start it with 'tarn up -d' or name another with --data DIR or --server URL";
        assertThat(err.toString().lines())
                .containsExactly(
                        "tarn: No Tarn runs on %s; %s".formatted(folder.resolve("data"), mend),
                        "tarn: No Tarn runs on %s; %s".formatted(folder.resolve("elsewhere"), mend),
                        "tarn: No Tarn runs on %s; %s"
                                .formatted(folder.resolve("elsewhere"), mend));
    }

    @Test
    void aServerThatIsNoAddressIsRefused() {
        assertThat(run("status", "--server", "localhost")).isEqualTo(1);
        assertThat(err.toString())
                .isEqualTo("tarn: --server: expected http://host:port, found localhost\n");
    }

    @Test
    void aMissingJobFileIsNamed() {
        assertThat(run("pipeline", "run", "none.conf")).isEqualTo(1);
        assertThat(err.toString()).isEqualTo("tarn: No such file: none.conf\n");
    }

    @Test
    void downWithoutAnInstanceIsNoFailure() {
        assertThat(run("down")).isZero();
        assertThat(out.toString())
                .isEqualTo("Nothing runs on %s\n".formatted(folder.resolve("data")));
    }

    @Test
    void errorsOfTheConfigurationAreToldTogether() throws IOException {
        Files.writeString(folder.resolve("bad.conf"), "catalog.prot = 1\nsql.heap = lots");
        assertThat(run("config", "--config", "bad.conf")).isEqualTo(1);
        assertThat(err.toString())
                .startsWith(
                        "tarn: Configuration has 2 errors:\n"
                                + "  catalog.prot: unknown key, the nearest is catalog.port");
    }

    @Test
    void doctorFindsADataFolderThatIsAFile() throws IOException {
        Files.writeString(folder.resolve("data"), "");
        assertThat(run("doctor")).isEqualTo(1);
        assertThat(out.toString())
                .contains(
                        "WRONG",
                        folder.resolve("data") + " is a file",
                        "remove it or name another with --data DIR");
    }

    @Test
    void namesWithDotsAreQuoted() {
        assertThat(Names.parse("a.\"b.c\".d")).containsExactly("a", "b.c", "d");
        assertThat(Names.print(Names.parse("a.\"b.c\".\"say \"\"hi\"\"\"")))
                .isEqualTo("a.\"b.c\".\"say \"\"hi\"\"\"");
    }
}
