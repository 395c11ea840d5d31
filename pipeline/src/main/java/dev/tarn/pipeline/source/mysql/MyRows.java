package dev.tarn.pipeline.source.mysql;

import com.github.shyiko.mysql.binlog.event.TableMapEventData;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.row.RowKind;
import java.io.IOException;
import java.io.Serializable;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Rows of the log on their way into the batches of their tables.
final class MyRows {
    private final Layouts layouts;

    /// Of the transaction, by the number that its events give to a table.
    private final Map<Long, Relation> relations = new HashMap<>();

    private boolean areThere;
    private int count;

    /// What is left of an event whose rows did not fit into the batch.
    private @Nullable Rest rest;

    private record Rest(Relation relation, RowKind kind, Iterator<?> rows) {}

    MyRows(Layouts layouts) {
        this.layouts = layouts;
    }

    /// A transaction ends.
    void clear() {
        relations.clear();
        areThere = false;
    }

    /// The table of rows that follow.
    void know(TableMapEventData map) throws IOException {
        relations.put(map.getTableId(), layouts.relation(map));
    }

    /// Whether the transaction had any of the tables that are read.
    boolean areThere() {
        return areThere;
    }

    /// From here on [#count].
    void beginCount() {
        count = 0;
    }

    int count() {
        return count;
    }

    /// An event with rows has come; [#fill] takes them.
    void begin(long tableId, BitSet included, RowKind kind, List<?> values) throws IOException {
        Relation relation = relations.get(tableId);
        if (relation == null) {
            throw new IOException(
                    "The log has a row of table number %s before its columns".formatted(tableId));
        }
        if (relation.tableOrNull() == null) {
            return;
        }
        if (included.cardinality() != relation.width()) {
            throw new IOException(
                    "The log has rows of table %s without all columns: binlog_row_image must be FULL"
                            .formatted(relation.tableOrNull().name()));
        }
        areThere = true;
        rest = new Rest(relation, kind, values.iterator());
    }

    /// Puts what is left into the batch of its table; returns whether that is full.
    ///
    /// @param place for a rejected row
    boolean fill(int rowsMax, long place, Rejections rejections) throws IOException {
        Rest from = rest;
        if (from == null) {
            return false;
        }
        MyTable table = from.relation.require();
        // An update is two rows.
        int capacity = Math.max(2, rowsMax);
        Batch batch = table.batch(capacity);
        while (from.rows.hasNext()) {
            if (batch.size() + 2 > capacity) {
                return true;
            }
            Object row = from.rows.next();
            count++;
            if (row instanceof Map.Entry<?, ?> update) {
                append(from, batch, update.getKey(), RowKind.UPDATE_BEFORE, place, rejections);
                append(from, batch, update.getValue(), RowKind.UPDATE_AFTER, place, rejections);
            } else {
                append(from, batch, row, from.kind, place, rejections);
            }
        }
        rest = null;
        return batch.size() + 2 > capacity;
    }

    private static void append(
            Rest from,
            Batch batch,
            @Nullable Object row,
            RowKind kind,
            long place,
            Rejections rejections)
            throws IOException {
        if (!(row instanceof Serializable[] logged)) {
            throw new IOException("The log has a row without values");
        }
        from.relation
                .require()
                .append(batch, from.relation.values(logged), kind, true, place, rejections);
    }
}
