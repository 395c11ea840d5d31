package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;

/// A real MySQL that `dev/` brings. On the loopback address; user root without a password.
public final class MySqlServer implements AutoCloseable {
    private final Process process;
    private final int port;

    private MySqlServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /// @param tool its script in `dev/`
    /// @param folder an empty one, of its data
    public static MySqlServer start(String tool, Path folder) throws IOException {
        DevTool.path(tool);
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Process process =
                new ProcessBuilder(
                                DevTool.script(tool),
                                "run",
                                Integer.toString(port),
                                folder.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("out").toFile())
                        .start();
        var server = new MySqlServer(process, port);
        Await.until(tool, server::answers);
        return server;
    }

    private boolean answers() {
        assertThat(process.isAlive()).as("MySQL runs").isTrue();
        try {
            DriverManager.getConnection("jdbc:mariadb://127.0.0.1:%s/?user=root".formatted(port))
                    .close();
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    public int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
