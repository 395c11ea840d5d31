package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
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
        DevTool.path("mysql");
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        server =
                new ProcessBuilder(
                                DevTool.script("mysql"),
                                "run",
                                Integer.toString(port),
                                folder.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("out").toFile())
                        .start();
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
