package dev.tarn.app.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.app.program.Tarn.Result;
import dev.tarn.app.program.Tarn.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The platform without SQL, as a person uses it.
class ProgramTest {
    private static final Duration STOP_MAX = Duration.ofSeconds(30);
    private static final String JOB =
            """
            env { job.mode = "BATCH" }
            source { FakeSource { row.num = "${rows:1000}", schema = { fields { id = "bigint", name = "string" } } } }
            sink {
              Iceberg {
                catalog_name = "lake", namespace = "program", table = "people"
                iceberg.catalog.config = { type = "rest" }
              }
            }
            """;

    private static final String UPSERTS =
            """
            source {
              FakeSource {
                schema { fields { id = bigint, name = string }, primaryKey { columnNames = [id] } }
                rows = [
                  { kind = INSERT, fields = [1, "a"] }
                  { kind = INSERT, fields = [2, "b"] }
                  { kind = DELETE, fields = [1, "a"] }
                ]
              }
            }
            sink {
              Iceberg {
                namespace = "program", table = "accounts"
                iceberg.table.upsert-mode-enabled = true
              }
            }
            """;

    @TempDir private Path folder;
    private Tarn tarn;

    @BeforeEach
    void prepare() {
        tarn = new Tarn(folder);
    }

    @AfterEach
    void nothingIsLeft() {
        Result down = tarn.run("down", "--force");
        assertThat(down.exitCode()).as(down.err()).isZero();
        assertThat(processesOn(tarn.data())).isEmpty();
    }

    private static List<String> processesOn(Path data) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .map(process -> process.info().commandLine().orElse(""))
                .filter(command -> command.contains(data.toString()))
                .toList();
    }

    private Running up() {
        Running up =
                tarn.start("up", "--no-sql", "--ports", "auto", "--data", tarn.data().toString());
        up.awaitPrinted("Ctrl-C stops it");
        return up;
    }

    @Test
    void aKeptPipelineIsThereAfterTheNextStart() throws Exception {
        Running up = up();
        Files.writeString(folder.resolve("people.conf"), JOB);
        Files.writeString(
                folder.resolve("nowhere.conf"),
                """
                env { job.mode = STREAMING }
                source { Kafka { bootstrap.servers = "127.0.0.1:1", topic = "x"
                  kafka.config { default.api.timeout.ms = 600, request.timeout.ms = 300 }
                  schema { fields { id = bigint } } } }
                sink { Iceberg { namespace = program, table = "${table}" } }
                """);
        Result created = tarn.run("pipeline", "create", "people.conf", "-i", "rows=500");
        assertThat(created.exitCode()).as(created.toString()).isZero();
        assertThat(created.out()).contains("people is kept running");
        assertThat(tarn.run("pipeline", "create", "people.conf").err())
                .contains("Pipeline people exists already");
        assertThat(tarn.run("pipeline", "create", "missing.conf").err()).contains("No such file");
        assertThat(
                        tarn.run(
                                        "pipeline",
                                        "create",
                                        "nowhere.conf",
                                        "-i",
                                        "table=x",
                                        "-i",
                                        "password=hidden")
                                .exitCode())
                .isZero();
        await("people: finished", "pipeline", "show", "people");
        // It is tried again and again, so the next look may find it running.
        assertThat(await("nowhere: failing", "pipeline", "show", "nowhere"))
                .contains("password = ***", "table = x", "next try")
                .doesNotContain("hidden");
        assertThat(tarn.run("pipeline", "pause", "nowhere").out()).contains("nowhere: paused");
        up.signal("TERM");
        up.await(STOP_MAX);

        up();
        Result list = tarn.run("pipeline", "list");
        assertThat(list.out()).contains("people", "finished", "500", "nowhere", "paused");
        assertThat(tarn.run("pipeline", "start", "people", "--again").exitCode()).isZero();
        await("finished\n", "pipeline", "log", "people");
        assertThat(tarn.run("pipeline", "drop", "nowhere").exitCode()).isZero();
        assertThat(tarn.run("pipeline", "show", "nowhere").err())
                .contains("Pipeline does not exist: nowhere");
        assertThat(tarn.run("pipeline", "list", "--json").out())
                .startsWith("{\"name\":\"people\"")
                .doesNotContain("nowhere");
    }

    /// Returns the output that has the text.
    private String await(String text, String... command) throws InterruptedException {
        String out = tarn.run(command).out();
        for (int i = 0; i < 60 && !out.contains(text); i++) {
            LockSupport.parkNanos(200_000_000L);
            out = tarn.run(command).out();
        }
        assertThat(out).contains(text);
        return out;
    }

    @Test
    void fromTheStartToTheStop() throws IOException {
        Result started =
                tarn.run(
                        "up",
                        "-d",
                        "--no-sql",
                        "--ports",
                        "auto",
                        "--data",
                        tarn.data().toString());
        assertThat(started.exitCode()).as(started.err()).isZero();
        assertThat(started.out())
                .contains("Tarn is up after", "catalog", "storage", "'tarn down' stops it");

        Result status = tarn.run("status");
        assertThat(status.exitCode()).isZero();
        assertThat(status.out())
                .contains(
                        "catalog  running  http://127.0.0.1:",
                        "sql      off",
                        tarn.data().toString());
        assertThat(tarn.run("status", "--json").out()).startsWith("{").contains("\"parts\"");

        assertThat(tarn.run("catalog").out()).startsWith("The catalog is empty");

        Files.writeString(folder.resolve("people.conf"), JOB);
        Result checked = tarn.run("pipeline", "check", "people.conf", "-i", "rows=500");
        assertThat(checked.exitCode()).as(checked.toString()).isZero();
        assertThat(checked.out()).contains("reads   FakeSource", "will be created");

        Result loaded = tarn.run("pipeline", "run", "people.conf", "-i", "rows=500");
        assertThat(loaded.err()).isEmpty();
        assertThat(loaded.out()).contains("people: 500 rows loaded").contains("1 snapshot");

        assertThat(tarn.run("catalog").out()).contains("program    people  table");
        assertThat(tarn.run("catalog", "list", "program").out()).contains("people");
        Result table = tarn.run("catalog", "show", "program.people");
        assertThat(table.out())
                .contains(
                        "partitioned by",
                        "id      long",
                        "name    string",
                        "append",
                        "500",
                        "main");

        // The second run reads the Parquet files of the first, with what the program itself has.
        Files.writeString(folder.resolve("accounts.conf"), UPSERTS);
        for (int run = 0; run < 2; run++) {
            Result upserted = tarn.run("pipeline", "run", "accounts.conf");
            assertThat(upserted.err()).isEmpty();
            assertThat(upserted.out()).contains("accounts: 3 rows loaded");
        }

        Result missing = tarn.run("catalog", "show", "program.nobody");
        assertThat(missing.exitCode()).isEqualTo(1);
        assertThat(missing.err()).isEqualTo("tarn: Table does not exist: program.nobody\n");

        Result down = tarn.run("down");
        assertThat(down.out()).startsWith("Stopped (process ");
        assertThat(tarn.run("status", "--server", "http://127.0.0.1:1").exitCode()).isEqualTo(3);
        assertThat(Files.readString(tarn.data().resolve("logs/tarn.log")))
                .contains(" started ", " stopped");
    }

    @Test
    void aSecondOneOnTheSameFolderSaysWhoHasIt() {
        Running first = up();

        Result second = tarn.run("up", "--no-sql", "--ports", "auto");
        assertThat(second.exitCode()).isEqualTo(1);
        assertThat(second.err())
                .startsWith(
                        "tarn: Tarn runs on %s already: process %d at http://127.0.0.1:"
                                .formatted(tarn.data(), first.process().pid()))
                .endsWith("stop it with 'tarn down' or use another folder with --data DIR\n");
    }

    @Test
    void ctrlCStopsEverythingInOrder() {
        Running up = up();
        up.signal("INT");

        assertThat(up.await(STOP_MAX)).isTrue();
        assertThat(up.process().exitValue()).isZero();
        assertThat(up.out()).endsWith("Stopping ...\nStopped\n");
        assertThat(up.err()).isEmpty();
        assertThat(tarn.data().resolve("instance.json")).doesNotExist();
    }

    @Test
    void afterAKillTheNextOneTakesOver() throws IOException {
        Running killed = up();
        Files.writeString(folder.resolve("people.conf"), JOB);
        assertThat(tarn.run("pipeline", "run", "people.conf").exitCode()).isZero();
        killed.signal("KILL");
        assertThat(killed.await(STOP_MAX)).isTrue();

        assertThat(tarn.run("doctor").out()).contains("the last one was killed");
        up();
        assertThat(tarn.run("catalog", "show", "program.people").out()).contains("1000");
    }

    @Test
    void aRunWhoseServerIsKilledSaysWhatToDo() throws IOException {
        Running up = up();
        Files.writeString(folder.resolve("people.conf"), JOB);
        Running run = tarn.start("pipeline", "run", "people.conf", "-i", "rows=50000000");
        run.awaitError("rows/s");
        up.signal("KILL");

        assertThat(run.await(STOP_MAX)).isTrue();
        assertThat(run.process().exitValue()).isEqualTo(3);
        assertThat(run.err())
                .contains("does not answer any more. Rows committed stay")
                .endsWith("run the job again, it goes on where it stopped\n");
    }

    @Test
    void plainFilesHaveNoRecipe() throws IOException {
        Files.createDirectories(tarn.data());
        Files.writeString(tarn.data().resolve("tarn.conf"), "storage.kind = local");
        up();

        Result connect = tarn.run("connect", "duckdb");
        assertThat(connect.exitCode()).isEqualTo(1);
        assertThat(connect.err()).startsWith("tarn: This Tarn keeps tables as plain files");
    }

    @Test
    void aTakenPortIsNamedWithItsOwnerAndTheMend() throws IOException {
        Running first = up();
        int port =
                Integer.parseInt(
                        first.out().replaceAll("(?s).*catalog +http://127.0.0.1:(\\d+).*", "$1"));

        Result second =
                tarn.run(
                        "up",
                        "--no-sql",
                        "--ports",
                        "auto",
                        "--port",
                        "" + port,
                        "--data",
                        folder.resolve("other").toString());
        assertThat(second.exitCode()).isEqualTo(1);
        assertThat(second.err())
                .startsWith(
                        "tarn: Port %d, wanted for the catalog, is taken by process %d ("
                                .formatted(port, first.process().pid()))
                .contains("choose another with --port N");
    }

    @Test
    void aJobThatCannotRunIsToldLineByLine() throws IOException {
        up();
        Files.writeString(folder.resolve("bad.conf"), JOB.replace("row.num", "row.nmu"));

        Result run = tarn.run("pipeline", "run", "bad.conf");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("tarn: ")
                .contains("bad.conf")
                .contains("row.nmu")
                .contains("row.num");
    }

    @Test
    void anAddressOthersCanReachIsRefused() throws IOException {
        Files.createDirectories(tarn.data());
        Files.writeString(tarn.data().resolve("tarn.conf"), "host = 0.0.0.0");

        Result up = tarn.run("up", "--no-sql");
        assertThat(up.exitCode()).isEqualTo(1);
        assertThat(up.err())
                .contains("0.0.0.0 can be reached by others, and there is no authentication");
    }

    @Test
    void inTheBackgroundAFailureTellsItsReason() throws IOException {
        Files.writeString(folder.resolve("not-a-folder"), "");

        Result up = tarn.run("up", "-d", "--no-sql", "--ports", "auto", "--data", "not-a-folder");
        assertThat(up.exitCode()).isEqualTo(1);
        assertThat(up.err()).contains("not-a-folder").contains("name another with --data DIR");
    }

    @Test
    void theLauncherWorksFromAnywhereAndThroughALink() throws IOException {
        Path link = folder.resolve("link");
        Files.createSymbolicLink(link, dev.tarn.app.form.Checkout.root().resolve("tarn"));
        Process process =
                new ProcessBuilder(link.toString(), "version").directory(folder.toFile()).start();

        assertThat(
                        new String(
                                process.getInputStream().readAllBytes(),
                                java.nio.charset.StandardCharsets.UTF_8))
                .startsWith("Tarn ");
    }
}
