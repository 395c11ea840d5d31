package dev.tarn.pipeline.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.pipeline.Await;
import dev.tarn.pipeline.PostgresServer;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Rejected;
import dev.tarn.pipeline.source.jdbc.Sql;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway.Init") // before the tests
class PgAheadTest {
    private static final int ROWS = 30_000;
    private static final int CONNECTIONS = 3;

    private static PostgresServer postgres;

    @BeforeAll
    static void start() throws Exception {
        postgres = PostgresServer.logical();
        postgres.sql(
                "CREATE TABLE large (id int PRIMARY KEY, n numeric(9,2), filler text)",
                "INSERT INTO large SELECT i, CASE WHEN i % 9000 = 0 THEN 'NaN'::numeric ELSE i END,"
                        + " repeat('x', 200) FROM generate_series(1, "
                        + ROWS
                        + ") i",
                "CREATE TABLE other AS SELECT * FROM large");
    }

    @AfterAll
    static void stop() throws IOException {
        postgres.close();
    }

    private static PgOptions options() {
        return new PgOptions(
                "jdbc:postgresql://127.0.0.1:%s/postgres".formatted(postgres.port()),
                "postgres",
                "postgres",
                10_000,
                List.of(),
                Map.of(),
                true,
                CONNECTIONS,
                "slot",
                false,
                "publication",
                false);
    }

    private static PgTable table(Connection connection, String table) throws SQLException {
        var name = new PgName("postgres", "public", table);
        return new PgTable(
                0,
                name,
                PgCatalog.oid(connection, name),
                PgCatalog.columns(connection, name),
                Set.of());
    }

    private static PgSnapshot snapshot(Connection connection) throws SQLException {
        return new PgSnapshot(
                options(), connection, List.of(table(connection, "large")), null, null);
    }

    private static int sessions() throws SQLException {
        return Integer.parseInt(
                postgres.lines(
                                "SELECT count(*) FROM pg_stat_activity WHERE application_name ="
                                        + " 'tarn'")
                        .getFirst());
    }

    @Test
    void partsComeInTheirOrder() throws Exception {
        List<Rejected> rejected = new ArrayList<>();
        List<Integer> read = new ArrayList<>();
        try (Connection connection = options().connect();
                PgSnapshot rows = snapshot(connection)) {
            List<String> places = new ArrayList<>();
            for (Batch batch = rows.next(1_000, rejected::add);
                    batch != null;
                    batch = rows.next(1_000, rejected::add)) {
                for (int i = 0; i < batch.size(); i++) {
                    read.add((Integer) batch.value(0, i));
                }
                if (rows.isBetween()) {
                    places.add(rows.progressOrNull() + " of " + rows.place());
                }
            }
            assertThat(places).doesNotHaveDuplicates().hasSizeGreaterThan(CONNECTIONS);
            assertThat(places.getLast()).contains("large, 100 %");
            assertThat(rows.bytes()).isGreaterThan(200L * ROWS);
            assertThat(sessions()).isEqualTo(1 + CONNECTIONS);
        }
        assertThat(read)
                .isEqualTo(
                        IntStream.rangeClosed(1, ROWS)
                                .filter(i -> i % 9_000 != 0)
                                .boxed()
                                .toList());
        assertThat(rejected).extracting(Rejected::line).containsExactly(9_000L, 18_000L, 27_000L);
        Await.until("all connections ended", () -> hasEnded());
    }

    private static boolean hasEnded() {
        try {
            return sessions() == 0;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whoeverWaitsToChangeATableHoldsUpNobody() throws Exception {
        try (Connection connection = options().connect()) {
            PgTable large = table(connection, "large");
            PgTable other = table(connection, "other");
            PgSnapshot.see(connection, null);
            PgParts.lock(connection, large, "");
            Thread changing =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    postgres.sql("ALTER TABLE large ADD more int");
                                } catch (SQLException e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            Await.until("somebody waits", PgAheadTest::somebodyWaits);
            try (var ahead = new PgAhead(options(), connection, CONNECTIONS)) {
                assertThat(ahead.beginOrNull(part(large), 1_000)).isNull();
                PgRows begun = ahead.beginOrNull(part(other), 1_000);
                assertThat(begun).isNotNull();
                while (begun.next(1_000, _ -> {}) != null) { // ends: with the part
                    assertThat(begun.rows()).isLessThanOrEqualTo(ROWS);
                }
                assertThat(begun.rows()).isEqualTo(ROWS);
            }
            connection.rollback();
            changing.join();
            postgres.sql("ALTER TABLE large DROP more");
        }
    }

    private static boolean somebodyWaits() {
        try {
            return !postgres.lines("SELECT 1 FROM pg_locks WHERE NOT granted").isEmpty();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static PgParts.Part part(PgTable table) {
        return new PgParts.Part(
                table,
                "SELECT id::int4, n, filler FROM " + table.name().quoted(),
                true,
                new PgParts.Progress(0, 0, 0, 0),
                "");
    }

    @Test
    void aConnectionThatBreaksIsTold() throws Exception {
        try (Connection connection = options().connect();
                PgSnapshot rows = snapshot(connection)) {
            Batch first = rows.next(100, _ -> {});
            assertThat(first).isNotNull();
            postgres.lines(
                    "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE"
                            + " application_name = 'tarn' AND pid <> "
                            + Sql.text(connection, "SELECT pg_backend_pid()"));
            assertThatThrownBy(
                            () -> {
                                while (rows.next(100, _ -> {}) != null) { // ends: it throws
                                    assertThat(rows.bytes()).isPositive();
                                }
                            })
                    .isInstanceOf(SQLException.class);
        }
    }
}
