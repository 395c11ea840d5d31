package dev.tarn.catalog.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The ids of all snapshots of a table. Immutable: what is appended to is shared.
///
/// They are searched from end to end: ten thousand take some microseconds, and ask for no index
/// that would have to be copied with every commit.
final class SnapshotIds {
    static final SnapshotIds NONE = new SnapshotIds(List.of(), new long[0]);

    private static final int BLOCK = 512;

    private final List<long[]> blocks;
    private final long[] tail;

    private SnapshotIds(List<long[]> blocks, long[] tail) {
        this.blocks = blocks;
        this.tail = tail;
    }

    SnapshotIds append(long[] ids) {
        long[] open = Arrays.copyOf(tail, tail.length + ids.length);
        System.arraycopy(ids, 0, open, tail.length, ids.length);
        if (open.length < BLOCK) {
            return new SnapshotIds(blocks, open);
        }
        List<long[]> more = new ArrayList<>(blocks);
        int position = 0;
        for (; position + BLOCK <= open.length; position += BLOCK) {
            more.add(Arrays.copyOfRange(open, position, position + BLOCK));
        }
        return new SnapshotIds(List.copyOf(more), Arrays.copyOfRange(open, position, open.length));
    }

    int size() {
        return blocks.size() * BLOCK + tail.length;
    }

    boolean contains(long id) {
        for (long[] block : blocks) {
            if (contains(block, id)) {
                return true;
            }
        }
        return contains(tail, id);
    }

    private static boolean contains(long[] ids, long id) {
        for (long each : ids) {
            if (each == id) {
                return true;
            }
        }
        return false;
    }
}
