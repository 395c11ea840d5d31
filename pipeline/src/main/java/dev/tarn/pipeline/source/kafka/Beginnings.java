package dev.tarn.pipeline.source.kafka;

import dev.tarn.pipeline.source.Mark;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;

/// Where the reading of each partition begins: where it was left, else where the job says. An
/// offset that the partition does not have is refused.
final class Beginnings {
    private final KafkaOptions options;
    private final Cluster cluster;
    private final Consumer<?, ?> consumer;
    private final List<String> notes = new ArrayList<>();

    Beginnings(KafkaOptions options, Cluster cluster, Consumer<?, ?> consumer) {
        this.options = options;
        this.cluster = cluster;
        this.consumer = consumer;
    }

    List<String> notes() {
        return notes;
    }

    /// @param partitions with the id of their topic
    Map<TopicPartition, Long> of(
            SequencedMap<TopicPartition, String> partitions, Map<String, Mark> stored)
            throws IOException {
        Map<TopicPartition, Long> starts = new HashMap<>();
        Set<String> known = new HashSet<>();
        for (Map.Entry<TopicPartition, String> entry : partitions.entrySet()) {
            Mark mark = stored.get(entry.getKey().toString());
            if (mark != null) {
                requireSame(entry.getKey(), entry.getValue(), mark);
                starts.put(entry.getKey(), mark.next());
                known.add(entry.getKey().topic());
            }
        }
        requirePresent(partitions, stored);
        List<TopicPartition> fresh = new ArrayList<>();
        List<TopicPartition> added = new ArrayList<>();
        for (TopicPartition partition : partitions.keySet()) {
            if (!starts.containsKey(partition)) {
                boolean later = known.contains(partition.topic()) || isFoundLater(stored);
                (later ? added : fresh).add(partition);
            }
        }
        starts.putAll(consumer.beginningOffsets(added));
        starts.putAll(byMode(fresh));
        requireInRange(starts);
        return starts;
    }

    /// A topic that a pattern finds when others were read already came after them.
    private boolean isFoundLater(Map<String, Mark> stored) {
        return options.pattern() != null && !stored.isEmpty();
    }

    static void requireSame(TopicPartition partition, String id, Mark mark) throws IOException {
        if (!mark.identity().equals(id)) {
            throw new IOException(
                    ("Topic %s was dropped and made anew: it has the id %s, %s was read up to"
                         + " offset %s of %s. Run it with --again to begin anew, the rows it has"
                         + " loaded stay")
                            .formatted(
                                    partition.topic(),
                                    id,
                                    mark.identity(),
                                    mark.next(),
                                    partition));
        }
    }

    private void requirePresent(
            SequencedMap<TopicPartition, String> partitions, Map<String, Mark> stored)
            throws IOException {
        Set<String> present = new HashSet<>();
        partitions.keySet().forEach(p -> present.add(p.toString()));
        for (String partition : stored.keySet()) {
            if (!present.contains(partition)) {
                String topic = partition.substring(0, partition.lastIndexOf('-'));
                if (options.topics().contains(topic)) {
                    throw new IOException(
                            "Partition %s is gone, it was read before".formatted(partition));
                }
                notes.add("Topic %s is not read any more".formatted(topic));
            }
        }
    }

    private Map<TopicPartition, Long> byMode(List<TopicPartition> partitions) throws IOException {
        return partitions.isEmpty()
                ? Map.of()
                : switch (options.start()) {
                    case Start.Earliest ignored -> consumer.beginningOffsets(partitions);
                    case Start.Latest ignored -> consumer.endOffsets(partitions);
                    case Start.Group group -> ofGroup(partitions, group);
                    case Start.Offsets offsets -> given(partitions, offsets.offsets());
                    case Start.Timestamp time -> firstSince(partitions, time.millis());
                };
    }

    private Map<TopicPartition, Long> ofGroup(List<TopicPartition> partitions, Start.Group group)
            throws IOException {
        Map<TopicPartition, Long> offsets = cluster.groupOffsets(partitions);
        List<TopicPartition> nowhere =
                partitions.stream().filter(p -> !offsets.containsKey(p)).toList();
        if (!nowhere.isEmpty()) {
            offsets.putAll(
                    group.earliest()
                            ? consumer.beginningOffsets(nowhere)
                            : consumer.endOffsets(nowhere));
            notes.add(
                    "Group %s has no offset in %s, begins at the %s"
                            .formatted(
                                    options.group(),
                                    nowhere.size() == 1
                                            ? nowhere.getFirst()
                                            : nowhere.size() + " partitions",
                                    group.earliest() ? "earliest" : "latest"));
        }
        return offsets;
    }

    private static Map<TopicPartition, Long> given(
            List<TopicPartition> partitions, Map<TopicPartition, Long> offsets) throws IOException {
        Map<TopicPartition, Long> picked = new HashMap<>();
        for (TopicPartition partition : partitions) {
            Long offset = offsets.get(partition);
            if (offset == null) {
                throw new IOException("start_mode.offsets has no offset for " + partition);
            }
            picked.put(partition, offset);
        }
        return picked;
    }

    /// The first offset of this time or later; the end where there is none.
    private Map<TopicPartition, Long> firstSince(List<TopicPartition> partitions, long millis) {
        Map<TopicPartition, Long> times = new HashMap<>();
        partitions.forEach(p -> times.put(p, millis));
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times);
        Map<TopicPartition, Long> offsets = new HashMap<>(ends);
        found.forEach((partition, offset) -> {
            if (offset != null) {
                offsets.merge(partition, offset.offset(), Math::min);
            }
        });
        return offsets;
    }

    /// Where a run with an end ends: behind the last message that is committed now.
    Map<TopicPartition, Long> ends(List<TopicPartition> partitions) {
        Long millis = options.endMillis();
        return millis == null ? consumer.endOffsets(partitions) : firstSince(partitions, millis);
    }

    private void requireInRange(Map<TopicPartition, Long> starts) throws IOException {
        Map<TopicPartition, Long> firsts = consumer.beginningOffsets(starts.keySet());
        Map<TopicPartition, Long> ends = consumer.endOffsets(starts.keySet());
        for (Map.Entry<TopicPartition, Long> start : starts.entrySet()) {
            Long first = firsts.get(start.getKey());
            Long end = ends.get(start.getKey());
            if (first != null && start.getValue() < first) {
                throw new IOException(gone(start.getKey(), start.getValue(), first));
            }
            if (end != null && start.getValue() > end) {
                throw new IOException(
                        ("Offset %s of %s is behind its end, %s: the partition lost messages that"
                                        + " were read")
                                .formatted(start.getValue(), start.getKey(), end));
            }
        }
    }

    static String gone(TopicPartition partition, long wanted, long first) {
        return ("Offset %s of %s is gone, it begins at %s now: %s offsets expired or were deleted"
                        + " before they were read. Nothing is skipped: say with start_mode where"
                        + " to begin and run it with --again, the rows it has loaded stay")
                .formatted(wanted, partition, first, first - wanted);
    }
}
