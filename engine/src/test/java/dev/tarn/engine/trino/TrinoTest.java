package dev.tarn.engine.trino;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.engine.statement.Session;
import dev.tarn.engine.statement.Statements;
import dev.tarn.engine.trino.TrinoStatus.State;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrinoTest {
    @Test
    void answersAndIsStartedAgainAfterItWasKilled() throws Exception {
        Trino trino = SharedTrino.running();
        TrinoStatus before = trino.status();
        assertThat(answer(trino)).isEqualTo("1");

        ProcessHandle child = ProcessHandle.of(Objects.requireNonNull(before.pid())).orElseThrow();
        child.destroyForcibly();
        child.onExit().get(10, TimeUnit.SECONDS);
        TrinoStatus after =
                trino.await(
                        status ->
                                status.state() == State.RUNNING
                                        && status.restarts() > before.restarts(),
                        SharedTrino.READY_DEADLINE);

        assertThat(after.state()).isEqualTo(State.RUNNING);
        assertThat(after.restarts()).isEqualTo(before.restarts() + 1);
        assertThat(after.pid()).isNotEqualTo(before.pid());
        assertThat(after.message()).isEqualTo("Trino ended: signal 9");
        assertThat(after.logTail()).isNotEmpty();
        assertThat(answer(trino)).isEqualTo("1");
    }

    @Test
    void aTakenPortIsSaidAtOnce(@TempDir Path folder) throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            TrinoSettings settings = SharedTrino.settings(folder, taken.getLocalPort());

            assertThatThrownBy(() -> Trino.start(settings, InstantSource.system()))
                    .isInstanceOf(PortTakenException.class)
                    .hasMessage(
                            "Port %s of 127.0.0.1 is taken: stop the program that listens there, or"
                                    + " give Trino another port",
                            taken.getLocalPort());
        }
    }

    @Test
    void aMissingJavaIsAStatusAndNotALoop(@TempDir Path folder) throws Exception {
        TrinoSettings good = SharedTrino.settings(folder, 0);
        Path noJava = Files.createDirectories(folder.resolve("no-java"));
        Files.writeString(noJava.resolve("release"), "JAVA_VERSION=\"25\"\n");
        var settings =
                new TrinoSettings(
                        noJava,
                        good.lib(),
                        good.home(),
                        good.log(),
                        0,
                        good.heapMegabytes(),
                        false,
                        good.catalogUri(),
                        good.warehouse(),
                        good.bytes());

        try (Trino trino = Trino.start(settings, InstantSource.system())) {
            TrinoStatus status = trino.awaitRunning(SharedTrino.READY_DEADLINE);

            assertThat(status.state()).isEqualTo(State.STOPPED);
            assertThat(status.message())
                    .isEqualTo("JVM of Trino cannot be started: " + noJava.resolve("bin/java"));
        }
    }

    @Test
    void theChildEndsWhenItsParentIsKilled(@TempDir Path folder) throws Exception {
        Process parent =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx64m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                ShortLivedParent.class.getName(),
                                folder.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (var output =
                new BufferedReader(
                        new InputStreamReader(parent.getInputStream(), StandardCharsets.UTF_8))) {
            ProcessHandle child = ProcessHandle.of(Long.parseLong(output.readLine())).orElseThrow();

            parent.destroyForcibly();

            // It may be in the middle of its own start: what counts is that it goes by itself.
            child.onExit().get(30, TimeUnit.SECONDS);
            assertThat(child.isAlive()).isFalse();
        } finally {
            parent.destroyForcibly();
        }
    }

    @Test
    void theFileWithTheSecretIsItsOwnersAlone(@TempDir Path folder) throws Exception {
        TrinoSettings settings = SharedTrino.settings(folder, 0);
        new Configuration(settings, 1234).writeTo(settings.home());

        Path catalog = settings.home().resolve("etc/catalog/lake.properties");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(catalog)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(settings.home())))
                .isEqualTo("rwx------");
    }

    private static String answer(Trino trino) {
        try (var statements = new Statements(trino.uri(), Session.of("test", null, null))) {
            return statements
                    .start("SELECT count(*) FROM system.runtime.nodes")
                    .rowsToEnd()
                    .getFirst()
                    .getFirst()
                    .asText();
        }
    }
}
