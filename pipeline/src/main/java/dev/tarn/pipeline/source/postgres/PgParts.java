package dev.tarn.pipeline.source.postgres;

import dev.tarn.pipeline.source.Renames;
import dev.tarn.pipeline.source.SourceChangedException;
import dev.tarn.pipeline.source.jdbc.Sql;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The parts in which all rows of tables are read: ranges of blocks of the files that hold them, in
/// the order of tables, of their partitions by number, and of blocks. A table that is not kept in
/// blocks, or before PostgreSQL 14, which reads a range by reading all, is one part.
///
/// Parts of one state of the database never have a row twice. Where the reading goes on in a later
/// state, a row may have moved to a block that was read before, or to one that was not; the log has
/// that change.
final class PgParts {
    /// The first parts are small, so that a table of some megabytes has some too; then twice as
    /// many blocks each time, up to 2 MB.
    private static final long BLOCKS_MIN = 16;

    private static final long BLOCKS_MAX = 256;

    /// A table of more is worth the making of connections.
    private static final long BLOCKS_FEW = 128;

    private static final int RANGES_SINCE = 14;

    /// Which file holds a table, and for each of its partitions which.
    private static final String HEAPS =
            """
            SELECT c.oid::bigint, c.oid::regclass::text, COALESCE(pg_relation_filenode(c.oid), 0)::bigint,
              c.relfilenode IN (0, pg_relation_filenode(c.oid)), c.relkind = 'p', c.relkind = 'r' AND a.amname = 'heap',
              has_table_privilege(c.oid, 'SELECT'),
              CASE WHEN c.relkind = 'r' THEN pg_relation_size(c.oid) / current_setting('block_size')::bigint ELSE 0 END
            FROM pg_class c LEFT JOIN pg_am a ON a.oid = c.relam
            WHERE c.oid = ?::regclass%s ORDER BY 1\
            """;

    private static final String LEAVES =
            " OR c.oid IN (SELECT t.relid FROM pg_partition_tree(?::regclass) t WHERE t.isleaf)";

    /// @param file changes when the table is written anew, its blocks are others then
    /// @param blocks negative if it is read as a whole
    private record Heap(long number, String from, long file, long blocks) {}

    /// How far all rows were read: up to a block of a file of a table, and all before.
    record Progress(int table, long heap, long file, long block) {

        /// @return null if the text is none
        static @Nullable Progress of(String text) {
            String[] words = text.split(" ");
            if (words.length != 4) {
                return null;
            }
            return new Progress(
                    Integer.parseInt(words[0]),
                    Long.parseLong(words[1]),
                    Long.parseLong(words[2]),
                    Long.parseLong(words[3]));
        }

        @Override
        public String toString() {
            return "%s %s %s %s".formatted(table, heap, file, block);
        }
    }

    /// @param query of its rows
    /// @param isOfMany whether its table has a lot more
    /// @param behind the progress that is made with it
    /// @param place what is being read, for people
    record Part(PgTable table, String query, boolean isOfMany, Progress behind, String place) {}

    private final Connection connection;
    private final List<PgTable> tables;
    private final boolean ranges;
    private final Deque<Heap> waiting = new ArrayDeque<>();
    private int table;
    private String expressions = "";
    private @Nullable Heap heap;
    private long block;
    private long width = BLOCKS_MIN;
    private long blocks;
    private long blocksRead;
    private final @Nullable Progress from;

    /// @param from where the last reading stopped, null for the beginning
    PgParts(Connection connection, List<PgTable> tables, @Nullable Progress from)
            throws SQLException {
        this.connection = connection;
        this.tables = tables;
        this.ranges = connection.getMetaData().getDatabaseMajorVersion() >= RANGES_SINCE;
        this.from = from;
        this.table = (from == null ? 0 : from.table()) - 1;
    }

    /// The next part, null at the end.
    @Nullable Part nextOrNull() throws SQLException, IOException {
        while (heap == null) { // ends: at the last table
            heap = waiting.poll();
            block = 0;
            if (heap != null) {
                break;
            }
            if (++table >= tables.size()) {
                return null;
            }
            PgTable next = tables.get(table);
            List<Heap> heaps = heaps(next);
            expressions = next.expressions(PgCatalog.typeNames(connection, next.name()));
            blocks = heaps.stream().mapToLong(Heap::blocks).sum();
            blocksRead = 0;
            waiting.addAll(heaps);
            goOn();
        }
        return part(heap);
    }

    /// Leaves out what was read of a table.
    private void goOn() {
        Progress before = from;
        if (before == null || before.table() != table) {
            return;
        }
        while (!waiting.isEmpty() && waiting.element().number() < before.heap()) {
            blocksRead += waiting.remove().blocks();
        }
        Heap first = waiting.peek();
        if (first != null && first.number() == before.heap() && first.file() == before.file()) {
            heap = waiting.remove();
            block = before.block();
            blocksRead += block;
        }
    }

    private Part part(Heap its) {
        PgTable of = tables.get(table);
        long first = block;
        block += width;
        width = Math.min(BLOCKS_MAX, 2 * width);
        boolean isLast = block >= its.blocks();
        if (isLast) {
            heap = null;
        }
        var behind =
                isLast
                        ? new Progress(table, its.number() + 1, 0, 0)
                        : new Progress(table, its.number(), its.file(), block);
        String rows = its.from();
        if (its.blocks() >= 0) {
            blocksRead += Math.clamp(its.blocks() - first, 0, block - first);
            rows += " WHERE ctid >= '(%s,0)'::tid".formatted(first);
            rows += isLast ? "" : " AND ctid < '(%s,0)'::tid".formatted(block);
        }
        return new Part(
                of,
                "SELECT %s FROM %s".formatted(expressions, rows),
                blocks > BLOCKS_FEW,
                behind,
                place(of));
    }

    private String place(PgTable of) {
        String share = blocks <= 0 ? "" : ", %s %%".formatted(100 * blocksRead / blocks);
        return "all rows, table %s of %s: %s%s"
                .formatted(table + 1, tables.size(), of.name(), share);
    }

    /// Takes the locks that a query takes, of the table and of its indexes, until the transaction
    /// ends. Other connections that read the same must never wait for somebody who waits for this
    /// one.
    ///
    /// @param how `NOWAIT`, or empty
    static void lock(Connection connection, PgTable table, String how) throws SQLException {
        String name = table.name().quoted();
        Sql.run(connection, "LOCK TABLE %s IN ACCESS SHARE MODE %s".formatted(name, how));
        Sql.run(connection, "SELECT FROM %s LIMIT 0".formatted(name));
    }

    /// Nobody changes the columns of a table while it is read. It may have been written anew
    /// between the state that is read and now: that state shows nothing of it.
    private List<Heap> heaps(PgTable of) throws SQLException, IOException {
        String name = of.name().quoted();
        List<List<@Nullable String>> rows;
        try {
            lock(connection, of, "");
            rows =
                    ranges
                            ? Sql.rows(connection, HEAPS.formatted(LEAVES), name, name)
                            : Sql.rows(connection, HEAPS.formatted(""), name);
        } catch (SQLException e) {
            throw changedOr(of, e);
        }
        long root = Integer.toUnsignedLong(of.oid());
        // The log gives the rows of parts as those of the whole, those of heirs under their name.
        Heap whole = new Heap(root, name, 0, -1);
        List<Heap> parts = new ArrayList<>();
        boolean inBlocks = ranges;
        for (List<@Nullable String> row : rows) {
            if ("f".equals(row.get(3))) {
                throw changed(of);
            }
            String only = "ONLY " + row.get(1);
            boolean isRoot = number(row.get(0)) == root;
            if ("t".equals(row.get(4))) {
                continue;
            }
            if (isRoot) {
                whole = new Heap(root, only, 0, -1);
            }
            inBlocks &= "t".equals(row.get(5)) && "t".equals(row.get(6));
            parts.add(new Heap(number(row.get(0)), only, number(row.get(2)), number(row.get(7))));
        }
        return inBlocks ? parts : List.of(whole);
    }

    private static long number(@Nullable String text) {
        return text == null ? 0 : Long.parseLong(text);
    }

    /// A column or a table that is not there any more was there when the run began.
    static IOException changedOr(PgTable table, SQLException e) throws SQLException {
        String state = String.valueOf(e.getSQLState()).toUpperCase(Locale.ROOT);
        if (state.equals("42703") || state.equals("42P01")) {
            return changed(table);
        }
        throw e;
    }

    private static SourceChangedException changed(PgTable table) {
        return SourceChangedException.late(
                "Table %s changed while all its rows were to be read".formatted(table.name()),
                Renames.NONE);
    }
}
