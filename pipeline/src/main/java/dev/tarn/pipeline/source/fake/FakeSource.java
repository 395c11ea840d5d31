package dev.tarn.pipeline.source.fake;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.job.Setting;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.source.Position;
import dev.tarn.pipeline.source.Split;
import dev.tarn.pipeline.source.SplitReader;
import dev.tarn.pipeline.source.SplitSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/// Rows that depend on nothing but the job file: written there, or made up.
public final class FakeSource implements SplitSource {
    public static final OptionTable OPTIONS = FakeTable.OPTIONS;

    private final Block block;
    private final Columns columns;
    private final FakeRows rows;
    private final int splitCount;

    public FakeSource(Block block) {
        this.block = block;
        Columns given = Columns.of(block);
        this.columns = given == null ? new Columns(new Schema(List.of()), null, List.of()) : given;
        this.splitCount = (int) block.number("split.num", 1, 1 << 16);
        var made = new MadeRows(block, columns.schema());
        Setting written = block.settingOrNull("rows");
        this.rows =
                written == null || written.listOrNull() == null
                        ? made
                        : new WrittenRows(block, columns.schema(), written.listOrNull());
    }

    @Override
    public Block block() {
        return block;
    }

    @Override
    public List<Columns> tables() {
        return List.of(columns);
    }

    @Override
    public List<Split> splits() {
        List<Split> splits = new ArrayList<>();
        for (int i = 0; i < splitCount; i++) {
            splits.add(new Split("split-" + i, 0, 0));
        }
        return splits;
    }

    @Override
    public boolean remembersSplits() {
        return false;
    }

    @Override
    public String fingerprint(Split split) {
        return rows.count() + "/" + splitCount;
    }

    @Override
    public @Nullable String changeOrNull(Split split) {
        return null;
    }

    @Override
    public SplitReader open(Split split, Position from, List<Set<String>> required) {
        int number = Integer.parseInt(split.name().substring("split-".length()));
        return new Reader(
                rows.count() * number / splitCount,
                rows.count() * (number + 1) / splitCount,
                from.rows());
    }

    private final class Reader implements SplitReader {
        private final long first;
        private final long end;
        private long next;

        Reader(long first, long end, long behind) {
            this.first = first;
            this.end = end;
            this.next = first + behind;
        }

        @Override
        public @Nullable Batch next(int rowsMax, Rejections rejections) {
            if (next >= end) {
                return null;
            }
            int size = (int) Math.min(rowsMax, end - next);
            var batch = new Batch(columns.schema(), size);
            for (int i = 0; i < size; i++, next++) {
                rows.set(batch, next);
                batch.endRow();
            }
            return batch;
        }

        @Override
        public Position position() {
            return new Position(next - first, 0, 0);
        }

        @Override
        public long bytesRead() {
            return 0;
        }

        @Override
        public void close() {}
    }
}
