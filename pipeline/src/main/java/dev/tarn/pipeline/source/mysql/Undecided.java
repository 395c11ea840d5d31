package dev.tarn.pipeline.source.mysql;

import com.github.shyiko.mysql.binlog.event.Event;
import com.github.shyiko.mysql.binlog.event.EventHeaderV4;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// XA transactions that are prepared: their rows are in the log, but they may still be taken back.
///
/// ```
/// GTID  [XA START]  (TABLE_MAP+ ROWS+)*  XA END  XA_PREPARE      MariaDB says XA START within the GTID
/// ...                                                            other transactions
/// GTID  XA COMMIT | XA ROLLBACK
/// ```
///
/// The rows wait here until the decision, and count as read no sooner than it is: whoever begins
/// again gets them again.
final class Undecided {
    /// Of all that wait, as in the log; here they take several times as much.
    private static final long BYTES_MAX = 16L << 20;

    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(10);

    /// What a transaction did.
    ///
    /// @param gtid under which it did
    record Work(String gtid, List<Event> events, long bytes, long sinceNanos) {}

    private final Map<String, Work> prepared = new HashMap<>();
    private final List<Event> events = new ArrayList<>();
    private boolean isOpen;
    private @Nullable String name;
    private long bytes;
    private long preparedBytes;

    /// The rows that follow are of one.
    void open() {
        isOpen = true;
        name = null;
        bytes = 0;
        events.clear();
    }

    boolean isOpen() {
        return isOpen;
    }

    /// What those that were read so far are called: their XID as the server writes it.
    void name(String xid) {
        name = xid;
    }

    void add(Event event) throws IOException {
        EventHeaderV4 header = event.getHeader();
        bytes += header.getEventLength();
        if (preparedBytes + bytes > BYTES_MAX) {
            throw new IOException(
                    "The log has more than %s MB of XA transactions that are not decided: %s"
                            .formatted(BYTES_MAX >> 20, prepared.keySet()));
        }
        events.add(event);
    }

    /// The work of the one that is open, which is committed at once.
    List<Event> close() {
        isOpen = false;
        return List.copyOf(events);
    }

    /// The one that is open waits for its decision.
    void prepare(String gtid) throws IOException {
        isOpen = false;
        if (name == null) {
            throw new IOException("The log has an XA transaction without a name: " + gtid);
        }
        prepared.put(name, new Work(gtid, List.copyOf(events), bytes, System.nanoTime()));
        preparedBytes += bytes;
    }

    /// Null if it was not prepared here.
    @Nullable Work decideOrNull(String xid) {
        Work work = prepared.remove(xid);
        preparedBytes -= work == null ? 0 : work.bytes();
        return work;
    }

    boolean isEmpty() {
        return prepared.isEmpty();
    }

    /// Adds those that wait.
    void addTo(Gtids transactions) {
        prepared.values().forEach(work -> transactions.add(work.gtid()));
    }

    /// @throws IOException if one waits for longer than the patience
    void requireDecision() throws IOException {
        for (var each : prepared.entrySet()) {
            if (System.nanoTime() - each.getValue().sinceNanos() > PATIENCE_NANOS) {
                throw new IOException(
                        "The XA transaction %s is prepared and not decided for %s minutes, nothing after it can be committed: commit it or roll it back"
                                .formatted(
                                        each.getKey(),
                                        TimeUnit.NANOSECONDS.toMinutes(PATIENCE_NANOS)));
            }
        }
    }
}
