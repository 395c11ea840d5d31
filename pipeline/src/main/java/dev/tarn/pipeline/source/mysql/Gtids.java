package dev.tarn.pipeline.source.mysql;

import com.github.shyiko.mysql.binlog.GtidSet;
import java.util.SequencedMap;
import java.util.StringJoiner;
import java.util.TreeMap;

/// A set of transactions: in MySQL all numbers of each server, in MariaDB the last of each domain.
abstract sealed class Gtids {

    /// @throws IllegalArgumentException if the text is none
    static Gtids of(String text, boolean mariaDb) {
        return mariaDb ? new MariaDb(text) : new MySql(text);
    }

    abstract void add(String gtid);

    /// Whether all of the other's are among these.
    abstract boolean containsAll(Gtids other);

    /// As the server writes it.
    @Override
    public abstract String toString();

    private static final class MySql extends Gtids {
        private final GtidSet set;

        MySql(String text) {
            set = new GtidSet(text);
        }

        @Override
        void add(String gtid) {
            set.add(gtid);
        }

        @Override
        boolean containsAll(Gtids other) {
            return ((MySql) other).set.isContainedWithin(set);
        }

        @Override
        public String toString() {
            return set.toString();
        }
    }

    private static final class MariaDb extends Gtids {
        /// By domain: server and number.
        private final SequencedMap<Long, String> last = new TreeMap<>();

        MariaDb(String text) {
            if (!text.isEmpty()) {
                for (String gtid : text.split(",")) {
                    add(gtid.strip());
                }
            }
        }

        @Override
        void add(String gtid) {
            last.put(Long.parseLong(gtid.substring(0, gtid.indexOf('-'))), gtid);
        }

        private static long number(String gtid) {
            return Long.parseLong(gtid.substring(gtid.lastIndexOf('-') + 1));
        }

        @Override
        boolean containsAll(Gtids other) {
            return ((MariaDb) other)
                    .last.entrySet().stream()
                            .allMatch(theirs -> {
                                String ours = last.get(theirs.getKey());
                                return ours != null && number(ours) >= number(theirs.getValue());
                            });
        }

        @Override
        public String toString() {
            var text = new StringJoiner(",");
            last.values().forEach(text::add);
            return text.toString();
        }
    }
}
