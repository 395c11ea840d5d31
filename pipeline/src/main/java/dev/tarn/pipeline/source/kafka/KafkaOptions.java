package dev.tarn.pipeline.source.kafka;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.Setting;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// Which topics are read, and from where to where.
///
/// @param topics their names, empty if a pattern tells
/// @param client properties of the job for the Kafka client
/// @param patience longest wait for messages
/// @param endMillis end before the first message of this time, null if there is no such end
/// @param discovery between looks for new partitions, null for never
record KafkaOptions(
        String servers,
        List<String> topics,
        @Nullable Pattern pattern,
        String group,
        boolean commitsGroup,
        Map<String, String> client,
        Duration patience,
        boolean skipsMisfits,
        Start start,
        @Nullable Long endMillis,
        @Nullable Duration discovery) {

    private static final long WAIT_MILLIS_MAX = 200;

    /// What the runner sets, and why a job may not.
    private static final Map<String, String> OWN =
            Map.of(
                    "bootstrap.servers", "use the option bootstrap.servers",
                    "group.id", "use the option consumer.group",
                    "group.protocol", "partitions are assigned, there is no group",
                    "group.instance.id", "partitions are assigned, there is no group",
                    "key.deserializer", "messages are read by format",
                    "value.deserializer", "messages are read by format",
                    "allow.auto.create.topics", "reading makes no topic");

    KafkaOptions {
        topics = List.copyOf(topics);
        client = Map.copyOf(client);
    }

    /// What is wrong becomes a problem of the block.
    static KafkaOptions of(Block block) {
        boolean isPattern = block.truth("pattern");
        Pattern pattern = isPattern ? pattern(block) : null;
        List<String> topics = isPattern ? List.of() : block.texts("topic");
        if (!isPattern && block.has("topic") && topics.isEmpty()) {
            block.problem("topic", "expected a topic, found ''");
        }
        Map<String, String> client = client(block);
        String way = block.text("format_error_handle_way").toLowerCase(Locale.ROOT);
        if (!way.equals("fail") && !way.equals("skip")) {
            block.problem(
                    "format_error_handle_way", "expected fail or skip, found '%s'".formatted(way));
        }
        long discovery = block.number("partition-discovery.interval-millis");
        return new KafkaOptions(
                block.text("bootstrap.servers"),
                topics,
                pattern,
                block.text("consumer.group"),
                block.truth("commit_on_checkpoint"),
                client,
                Duration.ofMillis(
                        Math.min(
                                WAIT_MILLIS_MAX,
                                block.number("poll.timeout", 1, Integer.MAX_VALUE))),
                way.equals("skip"),
                start(block, client),
                block.has("start_mode.end_timestamp")
                        ? Long.valueOf(block.number("start_mode.end_timestamp", 0, Long.MAX_VALUE))
                        : null,
                discovery < 1 ? null : Duration.ofMillis(discovery));
    }

    private static @Nullable Pattern pattern(Block block) {
        try {
            return Pattern.compile(block.text("topic"));
        } catch (PatternSyntaxException e) {
            block.problem("topic", "not a regular expression, " + e.getDescription());
            return null;
        }
    }

    private static Map<String, String> client(Block block) {
        Map<String, String> client = new HashMap<>(block.texts("kafka.config", Map.of()));
        OWN.forEach((key, reason) -> {
            if (client.containsKey(key)) {
                block.problem("kafka.config." + key, reason);
            }
        });
        same(block, client, "isolation.level", "read_committed");
        same(block, client, "enable.auto.commit", "false");
        return client;
    }

    /// A property that may be given, but only as it is.
    private static void same(Block block, Map<String, String> client, String key, String value) {
        String given = client.getOrDefault(key, value);
        if (!given.equalsIgnoreCase(value)) {
            block.problem("kafka.config." + key, "expected %s, found '%s'".formatted(value, given));
        }
    }

    private static Start start(Block block, Map<String, String> client) {
        String mode = block.text("start_mode").toLowerCase(Locale.ROOT);
        return switch (mode) {
            case "earliest" -> new Start.Earliest();
            case "latest" -> new Start.Latest();
            case "group_offsets" ->
                    new Start.Group("earliest".equalsIgnoreCase(client.get("auto.offset.reset")));
            case "timestamp" -> {
                if (!block.has("start_mode.timestamp")) {
                    block.problem(
                            "start_mode.timestamp",
                            "missing, required when start_mode is timestamp");
                }
                yield new Start.Timestamp(block.number("start_mode.timestamp", 0, Long.MAX_VALUE));
            }
            case "specific_offsets" -> new Start.Offsets(offsets(block));
            default -> {
                block.problem(
                        "start_mode",
                        "expected earliest, latest, group_offsets, specific_offsets or timestamp,"
                                + " found '%s'".formatted(mode));
                yield new Start.Earliest();
            }
        };
    }

    private static Map<TopicPartition, Long> offsets(Block block) {
        Setting setting = block.settingOrNull("start_mode.offsets");
        SequencedMap<String, Setting> given = setting == null ? null : setting.mapOrNull();
        if (given == null) {
            block.problem(
                    "start_mode.offsets", "missing, required when start_mode is specific_offsets");
            return Map.of();
        }
        Map<TopicPartition, Long> offsets = new HashMap<>();
        given.forEach((name, offset) -> {
            int dash = name.lastIndexOf('-');
            if (dash <= 0
                    || !name.substring(dash + 1).matches("\\d{1,9}")
                    || !offset.text().matches("\\d{1,18}")) {
                block.problem(
                        "start_mode.offsets",
                        offset.line(),
                        "expected topic-partition = offset, found %s = %s"
                                .formatted(name, offset.text()));
                return;
            }
            offsets.put(
                    new TopicPartition(
                            name.substring(0, dash), Integer.parseInt(name.substring(dash + 1))),
                    Long.parseLong(offset.text()));
        });
        return offsets;
    }
}
