package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/// Changes of a real MySQL, which is 5.6: the oldest with GTIDs.
@SuppressWarnings("NullAway.Init") // before the tests
class MySqlCdcTest extends BinlogContract {
    private static Process server;
    private static int port;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        Process made =
                new ProcessBuilder(Path.of("../dev/mysql").toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String unpacked =
                new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (made.waitFor() != 0) {
            assertThat(System.getenv("CI")).as("MySQL is there").isNotEqualTo("true");
            assumeTrue(false, "MySQL is not there");
        }
        copy(Path.of(unpacked, "data/mysql"), folder.resolve("data"));
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        List<String> command =
                new ArrayList<>(
                        List.of(
                                unpacked + "/mysqld",
                                "--no-defaults",
                                "--basedir=" + unpacked,
                                "--datadir=" + folder.resolve("data"),
                                "--lc-messages-dir=" + unpacked + "/share",
                                "--bind-address=127.0.0.1",
                                "--port=" + port,
                                "--socket=" + folder.resolve("socket"),
                                "--pid-file=" + folder.resolve("pid"),
                                "--log-bin=" + folder.resolve("bin"),
                                "--server-id=1",
                                "--binlog-format=ROW",
                                "--gtid-mode=ON",
                                "--enforce-gtid-consistency",
                                "--log-slave-updates",
                                "--skip-name-resolve",
                                "--innodb-flush-log-at-trx-commit=2",
                                "--sql-mode=STRICT_TRANS_TABLES"));
        if (System.getProperty("user.name").equals("root")) {
            command.add("--user=root");
        }
        var builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("out").toFile());
        builder.environment().put("LD_LIBRARY_PATH", unpacked);
        server = builder.start();
        Await.until("MySQL", MySqlCdcTest::answers);
    }

    private static boolean answers() {
        assertThat(server.isAlive()).as("MySQL runs").isTrue();
        try {
            DriverManager.getConnection("jdbc:mariadb://127.0.0.1:%s/?user=root".formatted(port))
                    .close();
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.destroy();
            server.waitFor();
        }
    }

    @Override
    int port() {
        return port;
    }

    @Override
    boolean mariaDb() {
        return false;
    }
}
