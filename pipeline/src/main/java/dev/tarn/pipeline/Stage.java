package dev.tarn.pipeline;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.transform.Transform;
import dev.tarn.pipeline.transform.Transforms;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A point of a job where rows can be taken: a source, or a transform behind it.
///
/// @param label its `plugin_output`, or a name made up
/// @param source number of the source the rows come from
/// @param steps what is done to the rows of any table, in order
/// @param tables what the rows of each table go through, and what they are here
/// @param outputOrNull its `plugin_output`
record Stage(
        String label,
        int source,
        List<Block> steps,
        List<Lane> tables,
        @Nullable String outputOrNull) {

    /// The rows of one table of the source.
    ///
    /// @param columns what they are at the end
    record Lane(List<Transform> transforms, Columns columns) {
        Lane {
            transforms = List.copyOf(transforms);
        }
    }

    Stage {
        steps = List.copyOf(steps);
        tables = List.copyOf(tables);
    }

    static Stage of(String label, int source, List<Columns> tables, @Nullable String output) {
        List<Lane> lanes = tables.stream().map(table -> new Lane(List.of(), table)).toList();
        return new Stage(label, source, List.of(), lanes, output);
    }

    Stage then(Block step, String newLabel, @Nullable String output) {
        List<Block> all = new ArrayList<>(steps);
        all.add(step);
        List<Lane> lanes = tables.stream().map(lane -> then(lane, step)).toList();
        return new Stage(newLabel, source, all, lanes, output);
    }

    private static Lane then(Lane lane, Block step) {
        List<Transform> all = new ArrayList<>(lane.transforms());
        Transform transform = Transforms.of(step, lane.columns());
        all.add(transform);
        return new Lane(all, transform.columns());
    }

    /// What becomes of a table that has other columns now.
    Lane lane(Columns table) {
        Lane lane = new Lane(List.of(), table);
        for (Block step : steps) {
            lane = then(lane, step);
        }
        return lane;
    }

    /// A batch of the source as it arrives here.
    Batch through(Batch batch) {
        Batch result = batch;
        for (Transform transform : tables.get(batch.table()).transforms()) {
            result = transform.apply(result);
        }
        return result;
    }
}
