package dev.tarn.pipeline;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.Nearest;
import dev.tarn.pipeline.source.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Which block of a job takes its rows from which: by `plugin_input` and `plugin_output`, or the
/// one before, where there is only one source.
final class Wiring {
    private final int sourceCount;
    private final List<Stage> stages = new ArrayList<>();
    private boolean complete = true;

    Wiring(List<Source> sources) {
        this.sourceCount = sources.size();
        for (Source source : sources) {
            String output = source.block().textOrNull("plugin_output");
            String label = label(source.block(), output);
            stages.add(Stage.of(label, stages.size(), source.tables(), output));
        }
    }

    private String label(Block block, @Nullable String output) {
        String label =
                output != null ? output : "%s-%s".formatted(block.plugin(), stages.size() + 1);
        if (find(label).isPresent()) {
            block.problem("plugin_output", "%s is the name of two blocks".formatted(label));
        }
        return label;
    }

    /// Adds the next transform of the job.
    void transform(Block block) {
        List<Stage> inputs = inputs(block);
        if (inputs.size() > 1) {
            block.problem("plugin_input", "expected one, a transform takes one stream of rows");
        }
        if (inputs.size() == 1) {
            Stage input = inputs.getFirst();
            String output = block.textOrNull("plugin_output");
            stages.add(input.then(block, label(block, output), output));
        }
    }

    /// The stages a transform or sink takes.
    List<Stage> inputs(Block block) {
        List<String> names = block.texts("plugin_input");
        if (names.isEmpty()) {
            if (sourceCount == 1) {
                return List.of(stages.getLast());
            }
            complete = false;
            if (sourceCount > 1) {
                block.problem("plugin_input", "missing, required when there are several sources");
            }
            return List.of();
        }
        List<Stage> inputs = new ArrayList<>();
        for (String name : names) {
            Optional<Stage> stage = find(name);
            if (stage.isEmpty()) {
                complete = false;
                List<String> labels = stages.stream().map(Stage::label).toList();
                String hint =
                        Nearest.of(name, labels)
                                .map(near -> ", did you mean " + near + "?")
                                .orElse("");
                block.problem(
                        "plugin_input",
                        "no source or transform before is called %s%s".formatted(name, hint));
            }
            stage.ifPresent(inputs::add);
        }
        return inputs;
    }

    private Optional<Stage> find(String label) {
        return stages.stream().filter(stage -> stage.label().equals(label)).findFirst();
    }

    /// A list for each source.
    <T> List<List<T>> lists() {
        List<List<T>> lists = new ArrayList<>();
        for (int i = 0; i < sourceCount; i++) {
            lists.add(new ArrayList<>());
        }
        return lists;
    }

    String label(int source) {
        return stages.get(source).label();
    }

    /// Whether all that was named was found.
    boolean complete() {
        return complete;
    }
}
