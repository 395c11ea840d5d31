package dev.tarn.pipeline.source.postgres;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Rejected;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.source.jdbc.Sql;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Connections that read parts of tables before it is their turn, each a part at a time, all in the
/// state of the database that one exports.
///
/// Nobody has to wait for them. One that cannot be opened, or that does not get the locks of a
/// table at once, since somebody waits to change it, is left out: whoever holds those locks reads
/// the part, at its turn.
final class PgAhead implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PgAhead.class);

    /// That wait to be taken, of each part.
    private static final int BATCHES_MAX = 4;

    private static final String LOCK_TIMEOUT = "1s";

    private final List<Connection> opened = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final BlockingQueue<Helper> idle = new LinkedBlockingQueue<>();
    private volatile boolean closed;

    /// @param connection whose state is read
    /// @param connections so many, or fewer if the server has no more
    PgAhead(PgOptions options, Connection connection, int connections) throws SQLException {
        String exported = Sql.text(connection, "SELECT pg_export_snapshot()");
        try {
            for (int i = 0; i < connections; i++) {
                Connection other = options.connect();
                opened.add(other);
                Sql.run(other, "SET lock_timeout = '%s'".formatted(LOCK_TIMEOUT));
                PgSnapshot.see(other, exported);
                idle.add(new Helper(other, new HashSet<>()));
            }
        } catch (SQLException e) {
            LOG.info("all rows are read by {} more connections: {}", idle.size(), Sql.reason(e));
        }
    }

    /// @param locked tables that nobody can change
    private record Helper(Connection connection, Set<PgName> locked) {}

    /// @param batch null at the end
    /// @param rows so many of the part so far
    /// @param bytes so many of the part so far
    private record Read(
            @Nullable Batch batch,
            List<Rejected> rejected,
            long rows,
            long bytes,
            @Nullable Exception failure) {}

    /// Begins to read a part, if anybody is there to do so.
    ///
    /// @param rowsMax of a batch
    @Nullable PgRows beginOrNull(PgParts.Part part, int rowsMax) {
        Helper helper = idle.poll();
        if (helper == null || !locks(helper, part.table())) {
            return null;
        }
        var reading = new Reading();
        Thread thread =
                Thread.ofVirtual()
                        .name("postgres-rows")
                        .unstarted(() -> reading.read(helper, part, rowsMax));
        threads.removeIf(each -> !each.isAlive());
        threads.add(thread);
        thread.start();
        return reading;
    }

    /// Whoever waits for a table holds up all who come later; the one who was first must not wait
    /// for those.
    private static boolean locks(Helper helper, PgTable table) {
        if (helper.locked.contains(table.name())) {
            return true;
        }
        try {
            PgParts.lock(helper.connection, table, "NOWAIT");
            helper.locked.add(table.name());
            return true;
        } catch (SQLException e) {
            LOG.debug("a connection less reads all rows", e);
            return false;
        }
    }

    private final class Reading implements PgRows {
        private final BlockingQueue<Read> queue = new ArrayBlockingQueue<>(BATCHES_MAX);
        private long rows;
        private long bytes;

        private void read(Helper helper, PgParts.Part part, int rowsMax) {
            try {
                var copy = new PgCopy(helper.connection, part.table().another(), part.query());
                boolean ended = false;
                while (!ended) { // ends: with the part
                    List<Rejected> rejected = new ArrayList<>();
                    Batch batch = copy.next(rowsMax, rejected::add);
                    ended = batch == null;
                    if (ended) {
                        idle.add(helper);
                    }
                    queue.put(new Read(batch, rejected, copy.rows(), copy.bytes(), null));
                }
            } catch (SQLException | IOException | RuntimeException e) {
                fail(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void fail(Exception e) {
            try {
                if (!closed) {
                    queue.put(new Read(null, List.of(), rows, bytes, e));
                }
            } catch (InterruptedException again) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public @Nullable Batch next(int rowsMax, Rejections rejections)
                throws SQLException, IOException {
            Read read;
            try {
                read = queue.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("Interrupted while all rows were read");
            }
            switch (read.failure) {
                case null -> {}
                case SQLException e -> throw new SQLException(e.getMessage(), e.getSQLState(), e);
                case IOException e -> throw e;
                case Exception e -> throw new IllegalStateException(e);
            }
            rows = read.rows;
            bytes = read.bytes;
            read.rejected.forEach(rejections::add);
            return read.batch;
        }

        @Override
        public long rows() {
            return rows;
        }

        @Override
        public long bytes() {
            return bytes;
        }
    }

    @Override
    public void close() {
        closed = true;
        threads.forEach(Thread::interrupt);
        for (Connection each : opened) {
            try {
                each.close();
            } catch (SQLException e) {
                LOG.debug("a connection that read all rows ended badly", e);
            }
        }
    }
}
