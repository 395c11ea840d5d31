package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
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
        user(reader, "", ", LOCK TABLES");
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
        user("looker", "", "");
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
