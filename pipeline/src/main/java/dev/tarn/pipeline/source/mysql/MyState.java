package dev.tarn.pipeline.source.mysql;

import dev.tarn.pipeline.source.jdbc.Sql;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Which transactions a state of the server has, that a connection sees from now on.
///
/// MariaDB tells the place of a state in its log. MySQL does not, but it tells which transactions
/// are done, and which are being committed:
///
/// ```
/// done before  ⊆  those the state has  ⊆  done when none is owned any more that was after
/// ```
///
/// Whoever reads rows in parts, which are hidden until the log has made them whole, needs no more
/// than those two. Others get one set, of a moment in which a [MyLock] keeps everybody from
/// writing; so does whoever reads a server before MySQL 5.7, which counts a transaction as done
/// before its rows can be seen.
///
/// @param from transactions that the state has all of: behind them the log is read
/// @param whole transactions among which are all that the state has
record MyState(Gtids from, Gtids whole) {
    /// A client's commit takes milliseconds; what replication brings is owned for as long as it
    /// runs.
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /// @param connection that sees the state until its transaction ends
    /// @param other may hold a lock for a moment
    /// @param tables that will be read
    /// @param inParts whether two sets are enough
    static MyState take(
            Connection connection,
            Connection other,
            List<MyTable> tables,
            boolean mariaDb,
            boolean inParts)
            throws SQLException {
        Sql.run(connection, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
        if (mariaDb) {
            begin(connection);
            return ofMariaDb(connection);
        }
        if (inParts && tellsWhatIsDone(connection)) {
            String from = executed(connection);
            begin(connection);
            String whole = executedWithAllOwnedOrNull(connection);
            if (whole != null) {
                return new MyState(Gtids.of(from, false), Gtids.of(whole, false));
            }
        }
        try (var _ = MyLock.of(connection, other, tables)) {
            begin(connection);
            String both = executed(connection);
            return new MyState(Gtids.of(both, false), Gtids.of(both, false));
        }
    }

    private static void begin(Connection connection) throws SQLException {
        Sql.run(connection, "START TRANSACTION WITH CONSISTENT SNAPSHOT");
    }

    private static MyState ofMariaDb(Connection connection) throws SQLException {
        String place =
                Sql.text(
                        connection,
                        "SELECT CONCAT(f.variable_value, '|', p.variable_value) FROM"
                                + " information_schema.session_status f,"
                                + " information_schema.session_status p WHERE f.variable_name ="
                                + " 'BINLOG_SNAPSHOT_FILE' AND p.variable_name ="
                                + " 'BINLOG_SNAPSHOT_POSITION'");
        int bar = place.lastIndexOf('|');
        String both =
                Sql.text(
                                connection,
                                "SELECT BINLOG_GTID_POS(?, ?)",
                                place.substring(0, bar),
                                place.substring(bar + 1))
                        .replaceAll("\\s", "");
        return new MyState(Gtids.of(both, true), Gtids.of(both, true));
    }

    private static boolean tellsWhatIsDone(Connection connection) throws SQLException {
        DatabaseMetaData server = connection.getMetaData();
        int major = server.getDatabaseMajorVersion();
        return major > 5 || (major == 5 && server.getDatabaseMinorVersion() >= 7);
    }

    private static String executed(Connection connection) throws SQLException {
        return Sql.text(connection, "SELECT @@global.gtid_executed").replaceAll("\\s", "");
    }

    /// A transaction is owned from before it is in the log until after it counts as done. Null if
    /// one is for longer than the patience.
    private static @Nullable String executedWithAllOwnedOrNull(Connection connection)
            throws SQLException {
        long begin = System.nanoTime();
        Set<String> waited = owned(connection);
        while (!waited.isEmpty()) { // ends: it waits a moment at most
            if (System.nanoTime() - begin > PATIENCE_NANOS) {
                return null;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            waited.retainAll(owned(connection));
        }
        return executed(connection);
    }

    private static Set<String> owned(Connection connection) throws SQLException {
        return owned(Sql.text(connection, "SELECT @@global.gtid_owned").replaceAll("\\s", ""));
    }

    /// @param text `server:number#thread:number#thread` or `server:tag:number#thread`, by commas
    static Set<String> owned(String text) {
        Set<String> all = new HashSet<>();
        for (String ofServer : text.split(",")) {
            String[] pieces = ofServer.split(":");
            String server = pieces[0];
            for (int i = 1; i < pieces.length; i++) {
                int hash = pieces[i].indexOf('#');
                if (hash < 0) {
                    server = pieces[0] + ":" + pieces[i];
                } else {
                    all.add(server + ":" + pieces[i].substring(0, hash));
                }
            }
        }
        return all;
    }
}
