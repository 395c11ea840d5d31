package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Changes of the oldest MySQL with GTIDs, 5.6.
@SuppressWarnings("NullAway.Init") // before the tests
class OldMySqlCdcTest extends BinlogContract {
    private static MySqlServer server;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        server = MySqlServer.start("mysql", folder);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    int port() {
        return server.port();
    }

    @Override
    boolean mariaDb() {
        return false;
    }

    @Override
    boolean logsXa() {
        return false;
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
}
