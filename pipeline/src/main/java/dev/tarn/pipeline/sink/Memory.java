package dev.tarn.pipeline.sink;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// What the pipelines of a process may hold in memory, all together: the encoded columns of open
/// files, and the keys of tables that are upserted.
///
/// A run that writes where there is too much ends files of its own early, the largest first, until
/// there is room or it holds no more than an equal part. Keys cannot be let go of: a table whose
/// keys find no room ends its run before the heap ends, and with it the server.
public final class Memory {
    private static final long FILES_MAX = 128L << 20;
    private static final long FILES_MIN = 1L << 20;

    private final long most;
    private final long filesMost;
    private final Set<Share> shares = ConcurrentHashMap.newKeySet();

    /// @param most bytes of files and keys
    /// @param filesMost bytes of files
    public Memory(long most, long filesMost) {
        this.most = most;
        this.filesMost = filesMost;
    }

    /// Half of the heap; of that a quarter of the heap, and 128 MiB at most, for files.
    public static Memory ofHeap() {
        long heap = Runtime.getRuntime().maxMemory();
        return new Memory(heap / 2, Math.min(FILES_MAX, heap / 4));
    }

    /// The part of one run, until it is closed.
    public Share share() {
        var share = new Share();
        shares.add(share);
        return share;
    }

    /// Bytes that all hold now.
    public long held() {
        return files() + keys();
    }

    private long files() {
        return shares.stream().mapToLong(share -> share.files).sum();
    }

    private long keys() {
        return shares.stream().mapToLong(share -> share.keys.get()).sum();
    }

    /// What one run holds. Only its own thread changes it.
    public final class Share implements AutoCloseable {
        private volatile long files;
        private final AtomicLong keys = new AtomicLong();

        private Share() {}

        /// @param bytes of its open files
        public void holds(long bytes) {
            files = bytes;
        }

        /// Whether it has to end a file early.
        public boolean mustGive() {
            return files() > roomOfAll() && files > room();
        }

        private long roomOfAll() {
            return Math.max(FILES_MIN, Math.min(filesMost, most - keys()));
        }

        /// What its open files may hold at least: the room, shared with those who hold any now.
        long room() {
            long others = shares.stream().filter(s -> s != this && s.files > 0).count();
            return roomOfAll() / (others + 1);
        }

        /// Room for an index of keys that grows.
        ///
        /// @throws OutOfRoomException if there is none; nothing is held more than before
        void grow(long before, long after) {
            synchronized (Memory.this) {
                requireRoom(before, after);
                keys.addAndGet(after - before);
            }
        }

        private void requireRoom(long before, long after) {
            long others = Memory.this.keys() - before;
            if (others + after > most) {
                throw new OutOfRoomException(
                        "its keys would take %,d MiB of memory, and %,d of %,d are left for those of all pipelines: give the server more by TARN_HEAP"
                                .formatted(
                                        after >> 20, Math.max(0, most - others) >> 20, most >> 20));
            }
        }

        /// An index is not needed any more.
        void letGo(long bytes) {
            keys.addAndGet(-bytes);
        }

        @Override
        public void close() {
            shares.remove(this);
        }
    }

    /// What has to be in memory does not fit.
    public static final class OutOfRoomException extends RuntimeException {
        OutOfRoomException(String message) {
            super(message);
        }
    }
}
