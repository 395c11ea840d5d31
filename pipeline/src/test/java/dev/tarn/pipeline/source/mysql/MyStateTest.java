package dev.tarn.pipeline.source.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.shyiko.mysql.binlog.GtidSet;
import dev.tarn.pipeline.MySqlServer;
import dev.tarn.pipeline.source.jdbc.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MyStateTest {
    private static final int WRITERS = 6;
    private static final int STATES = 300;

    @Test
    void aStateHasWhatItIsSaidToHave(@TempDir Path folder) throws Exception {
        try (var server = MySqlServer.start("mysql-current", folder)) {
            // With what lies between the two it could be anything.
            assertThat(statesAmidWrites(server, true)).isGreaterThan(STATES / 100);
        }
    }

    @Test
    void withALockItIsExact(@TempDir Path folder) throws Exception {
        try (var server = MySqlServer.start("mysql", folder)) {
            assertThat(statesAmidWrites(server, true)).isZero();
        }
    }

    private static Connection connect(MySqlServer server) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:mariadb://127.0.0.1:%s/?user=root".formatted(server.port()));
    }

    /// How many had two sets.
    private static int statesAmidWrites(MySqlServer server, boolean inParts) throws Exception {
        try (Connection connection = connect(server);
                Connection other = connect(server);
                var writers = Executors.newFixedThreadPool(WRITERS)) {
            Sql.run(connection, "CREATE DATABASE shop");
            Sql.run(connection, "CREATE TABLE shop.t (id bigint PRIMARY KEY AUTO_INCREMENT)");
            var name = new MyName("shop", "t");
            var tables =
                    List.of(new MyTable(0, MyShape.of(connection, name, true), java.util.Set.of()));
            long before = count(Sql.text(connection, "SELECT @@global.gtid_executed"));
            var ends = new AtomicBoolean();
            Callable<Void> writer =
                    () -> {
                        try (Connection own = connect(server)) {
                            while (!ends.get()) { // ends: at the end of the test
                                Sql.run(own, "INSERT INTO shop.t VALUES ()");
                            }
                        }
                        return null;
                    };
            List<Future<Void>> running = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                running.add(writers.submit(writer));
            }
            int wide = 0;
            try {
                for (int i = 0; i < STATES; i++) {
                    MyState state = MyState.take(connection, other, tables, false, inParts);
                    long rows = Long.parseLong(Sql.text(connection, "SELECT count(*) FROM shop.t"));
                    // A transaction each, in the order of the log.
                    long from = count(state.from().toString()) - before;
                    long whole = count(state.whole().toString()) - before;
                    assertThat(rows).as("state %s", i).isBetween(from, whole);
                    wide += whole > from ? 1 : 0;
                    Sql.run(connection, "ROLLBACK");
                }
            } finally {
                ends.set(true);
            }
            for (Future<Void> each : running) {
                each.get();
            }
            return wide;
        }
    }

    private static long count(String transactions) {
        return new GtidSet(transactions.replaceAll("\\s", ""))
                .getUUIDSets().stream()
                        .flatMap(set -> set.getIntervals().stream())
                        .mapToLong(numbers -> numbers.getEnd() - numbers.getStart() + 1)
                        .sum();
    }

    @Test
    void whoIsCommittingIsTold() {
        assertThat(MyState.owned("")).isEmpty();
        assertThat(MyState.owned("a:7#12:8#13,b:tag:9#14,b:1#2:other:3#4"))
                .containsExactlyInAnyOrder("a:7", "a:8", "b:tag:9", "b:1", "b:other:3");
    }
}
