package dev.tarn.pipeline;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.transform.Transform;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A point of a job where rows can be taken: a source, or a transform behind it.
///
/// @param label its `plugin_output`, or a name made up
/// @param source number of the source the rows come from
/// @param transforms what is done to them, in order
/// @param columns what they are here
/// @param outputOrNull its `plugin_output`
record Stage(
        String label,
        int source,
        List<Transform> transforms,
        Columns columns,
        @Nullable String outputOrNull) {

    Stage {
        transforms = List.copyOf(transforms);
    }

    Stage then(Transform transform, String newLabel, @Nullable String output) {
        List<Transform> all = new ArrayList<>(transforms);
        all.add(transform);
        return new Stage(newLabel, source, all, transform.columns(), output);
    }

    /// A batch of the source as it arrives here.
    Batch through(Batch batch) {
        Batch result = batch;
        for (Transform transform : transforms) {
            result = transform.apply(result);
        }
        return result;
    }
}
