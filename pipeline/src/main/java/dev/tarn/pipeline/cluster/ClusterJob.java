package dev.tarn.pipeline.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tarn.pipeline.job.JobFile;
import dev.tarn.pipeline.job.JobSource;
import dev.tarn.pipeline.job.Setting;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// A job as a cluster takes it: JSON, since V1 takes nothing else, with its variables in place,
/// since the REST API replaces none.
///
/// @param name `job.name`, else the file's name
public record ClusterJob(String name, JsonNode json) {
    /// Wiring options are called so from 2.3.9 on; the names before still work there.
    private static final Map<String, String> FORMER_NAMES =
            Map.of("plugin_output", "result_table_name", "plugin_input", "source_table_name");

    /// @throws dev.tarn.pipeline.job.JobException if the file is not HOCON, or a variable has no
    ///   value
    public static ClusterJob of(
            JobSource source, Map<String, String> variables, Map<String, String> environment) {
        JsonNode json = map(JobFile.resolved(source, variables, environment));
        String name = json.path("env").path("job.name").asText("");
        return new ClusterJob(name.isEmpty() ? JobFile.baseName(source.name()) : name, json);
    }

    private static JsonNode node(Setting setting) {
        SequencedMap<String, Setting> map = setting.mapOrNull();
        if (map != null) {
            return map(map);
        }
        List<Setting> list = setting.listOrNull();
        if (list != null) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            list.forEach(one -> array.add(node(one)));
            return array;
        }
        return switch (setting.value()) {
            case null -> JsonNodeFactory.instance.nullNode();
            case Boolean truth -> JsonNodeFactory.instance.booleanNode(truth);
            case Integer number -> JsonNodeFactory.instance.numberNode(number);
            case Long number -> JsonNodeFactory.instance.numberNode(number);
            case Double number -> JsonNodeFactory.instance.numberNode(number);
            case Object text -> JsonNodeFactory.instance.textNode(text.toString());
        };
    }

    private static ObjectNode map(SequencedMap<String, Setting> settings) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        settings.forEach((name, setting) -> object.set(name, node(setting)));
        return object;
    }

    /// The same for a cluster that knows only the names before 2.3.9.
    JsonNode formerly() {
        ObjectNode former = json.deepCopy();
        former.forEach(blocks -> {
            if (blocks instanceof ArrayNode array) {
                array.forEach(block -> rename((ObjectNode) block));
            }
        });
        return former;
    }

    private static void rename(ObjectNode block) {
        FORMER_NAMES.forEach((name, former) -> {
            JsonNode value = block.remove(name);
            if (value != null && !block.has(former)) {
                block.set(former, value);
            }
        });
    }
}
