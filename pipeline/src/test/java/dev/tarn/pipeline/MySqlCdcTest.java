package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
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

    @Test
    void whoMayNotReloadLocksTheTablesThatAreRead() throws Exception {
        killWithLockOfTables(KILLS_SHORT);
    }

    @Test
    @Tag("slow")
    void whoMayNotReloadLocksTheTablesThatAreReadManyTimes() throws Exception {
        killWithLockOfTables(KILLS);
    }

    private void killWithLockOfTables(int kills) throws Exception {
        String reader = "reader" + kills;
        for (String host : List.of("localhost", "127.0.0.1")) {
            sql(
                    "CREATE USER '%s'@'%s'".formatted(reader, host),
                    "GRANT SELECT, LOCK TABLES, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO '%s'@'%s'"
                            .formatted(reader, host));
        }
        new KillLoop(
                        folder,
                        firstRows(
                                "locked_" + kills,
                                job -> job.replace("username = root", "username = " + reader)),
                        20_261_128)
                .run(kills);
    }

    @Test
    void whoMayLockNothingIsToldWhatItTakes() throws Exception {
        for (String host : List.of("localhost", "127.0.0.1")) {
            sql(
                    "CREATE USER 'looker'@'%s'".formatted(host),
                    "GRANT SELECT, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO 'looker'@'%s'"
                            .formatted(host));
        }
        String job =
                firstRows("looked", text -> text.replace("username = root", "username = looker"))
                        .job("BATCH");
        try (var world = new World(folder)) {
            assertThat(world.run(job).message())
                    .contains("the first state cannot be taken: ")
                    .contains("The user needs RELOAD or LOCK TABLES");
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
