package dev.tarn.pipeline.source.kafka;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.source.Lag;
import dev.tarn.pipeline.source.LogReader;
import dev.tarn.pipeline.source.Mark;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// The partitions of a job's topics, read in turn by one consumer.
///
/// Memory is bounded by what the consumer fetches ahead (`fetch.max.bytes`) and by one batch.
final class KafkaReader implements LogReader {
    private static final Duration CLOSE = Duration.ofSeconds(5);

    /// How far a partition was read.
    private static final class Partition {
        private final String topicId;

        /// Where to end; `Long.MAX_VALUE` for nowhere.
        private final long end;

        private long next;

        private final TopicPartition name;

        private Partition(TopicPartition name, String topicId, long next, long end) {
            this.name = name;
            this.topicId = topicId;
            this.next = next;
            this.end = end;
        }

        private boolean ended() {
            return next >= end;
        }
    }

    private final KafkaOptions options;
    private final Messages messages;
    private final boolean endless;
    private final Cluster cluster;
    private final Consumer<ByteBuffer, ByteBuffer> consumer;
    private final SequencedMap<TopicPartition, Partition> partitions = new LinkedHashMap<>();
    private final List<String> startNotes = new ArrayList<>();
    private final Batch nothing;

    private Iterator<ConsumerRecord<ByteBuffer, ByteBuffer>> fetched = Collections.emptyIterator();

    /// That of the last message: they come in runs of one partition.
    private @Nullable Partition last;

    private long discoveryNanos = System.nanoTime();
    private volatile @Nullable String groupFailure;

    private KafkaReader(
            KafkaOptions options,
            Messages messages,
            boolean endless,
            Cluster cluster,
            Consumer<ByteBuffer, ByteBuffer> consumer) {
        this.options = options;
        this.messages = messages;
        this.endless = endless;
        this.cluster = cluster;
        this.consumer = consumer;
        this.nothing = messages.batch(0);
    }

    static KafkaReader open(
            KafkaOptions options, Messages messages, Map<String, Mark> stored, boolean endless)
            throws IOException {
        Cluster cluster = null;
        Consumer<ByteBuffer, ByteBuffer> consumer = null;
        try {
            cluster = new Cluster(options);
            consumer = Cluster.consumer(options);
            var reader = new KafkaReader(options, messages, endless, cluster, consumer);
            reader.begin(stored);
            return reader;
        } catch (KafkaException e) {
            close(consumer, cluster);
            throw failure(e);
        } catch (IOException | RuntimeException e) {
            close(consumer, cluster);
            throw e;
        }
    }

    private static void close(@Nullable Consumer<?, ?> consumer, @Nullable Cluster cluster) {
        if (consumer != null) {
            consumer.close(CloseOptions.timeout(CLOSE));
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    private void begin(Map<String, Mark> stored) throws IOException {
        SequencedMap<TopicPartition, String> found = cluster.partitions();
        if (found.isEmpty() && !endless) {
            throw new IOException("No topic matches " + options.pattern());
        }
        var beginnings = new Beginnings(options, cluster, consumer);
        Map<TopicPartition, Long> starts = beginnings.of(found, stored);
        Map<TopicPartition, Long> ends =
                endless ? Map.of() : beginnings.ends(List.copyOf(found.keySet()));
        startNotes.addAll(beginnings.notes());
        add(found, starts, ends);
    }

    private void add(
            SequencedMap<TopicPartition, String> found,
            Map<TopicPartition, Long> starts,
            Map<TopicPartition, Long> ends) {
        List<TopicPartition> all = new ArrayList<>(partitions.keySet());
        all.addAll(starts.keySet());
        consumer.assign(all);
        found.forEach((name, topicId) -> {
            Long start = starts.get(name);
            if (start != null) {
                var partition =
                        new Partition(
                                name, topicId, start, ends.getOrDefault(name, Long.MAX_VALUE));
                partitions.put(name, partition);
                consumer.seek(name, start);
                if (partition.ended()) {
                    consumer.pause(List.of(name));
                }
            }
        });
    }

    @Override
    public @Nullable Batch next(int rowsMax, boolean patient, Rejections rejections)
            throws IOException {
        try {
            discoverIfDue();
            return read(rowsMax, patient ? options.patience() : Duration.ZERO, rejections);
        } catch (OffsetOutOfRangeException e) {
            throw outOfRange(e);
        } catch (KafkaException e) {
            throw failure(e);
        }
    }

    private @Nullable Batch read(int rowsMax, Duration wait, Rejections rejections)
            throws IOException {
        Batch batch = nothing;
        // Ends: each round takes a message or polls, and a poll without messages is the last.
        for (int taken = 0; taken < rowsMax && batch.size() < rowsMax; ) {
            if (!fetched.hasNext()) {
                if (hasEnded()) {
                    return taken == 0 ? null : batch;
                }
                fetched = poll(taken == 0 ? wait : Duration.ZERO);
                if (!fetched.hasNext()) {
                    settle();
                    return taken == 0 && hasEnded() ? null : batch;
                }
            }
            ConsumerRecord<ByteBuffer, ByteBuffer> message = fetched.next();
            batch = batch == nothing ? messages.batch(rowsMax) : batch;
            if (take(message, batch, rejections)) {
                taken++;
            }
            if (!fetched.hasNext()) {
                settle();
            }
        }
        return batch;
    }

    private Iterator<ConsumerRecord<ByteBuffer, ByteBuffer>> poll(Duration wait) {
        if (partitions.isEmpty()) {
            // A pattern that nothing matches yet; the client does not poll for nothing.
            LockSupport.parkNanos(wait.toNanos());
            return Collections.emptyIterator();
        }
        return consumer.poll(wait).iterator();
    }

    /// Whether the message is one of those to read.
    private boolean take(
            ConsumerRecord<ByteBuffer, ByteBuffer> message, Batch batch, Rejections rejections)
            throws IOException {
        Partition partition = of(message);
        if (message.offset() >= partition.end) {
            return false;
        }
        // Behind it only once it was read: what a registry did not tell is read again.
        messages.take(message, batch, rejections);
        partition.next = message.offset() + 1;
        return true;
    }

    private Partition of(ConsumerRecord<?, ?> message) {
        Partition same = last;
        if (same != null
                && same.name.partition() == message.partition()
                && same.name.topic().equals(message.topic())) {
            return same;
        }
        var name = new TopicPartition(message.topic(), message.partition());
        Partition partition = partitions.get(name);
        if (partition == null) {
            throw new IllegalStateException("A message came of %s, not assigned".formatted(name));
        }
        last = partition;
        return partition;
    }

    /// After all that was fetched is taken: the consumer's positions lie behind control records and
    /// aborted messages too, of which no message tells.
    private void settle() {
        partitions.forEach((name, partition) -> {
            if (!partition.ended()) {
                partition.next = Math.min(consumer.position(name), partition.end);
                if (partition.ended()) {
                    consumer.pause(List.of(name));
                }
            }
        });
    }

    private boolean hasEnded() {
        return !endless && partitions.values().stream().allMatch(Partition::ended);
    }

    private void discoverIfDue() throws IOException {
        Duration interval = options.discovery();
        if (!endless
                || interval == null
                || System.nanoTime() - discoveryNanos < interval.toNanos()) {
            return;
        }
        discoveryNanos = System.nanoTime();
        SequencedMap<TopicPartition, String> found = cluster.partitions();
        requireSame(found);
        found.keySet().removeAll(partitions.keySet());
        if (!found.isEmpty()) {
            // They came after the start, so all they hold is new.
            add(found, consumer.beginningOffsets(found.keySet()), Map.of());
        }
    }

    private void requireSame(Map<TopicPartition, String> found) throws IOException {
        for (Map.Entry<TopicPartition, Partition> entry : partitions.entrySet()) {
            String id = found.get(entry.getKey());
            Partition partition = entry.getValue();
            if (id != null) {
                Beginnings.requireSame(
                        entry.getKey(), id, new Mark(partition.next, partition.topicId));
            }
        }
    }

    @Override
    public void verify() throws IOException {
        try {
            requireSame(cluster.partitions());
        } catch (KafkaException e) {
            throw failure(e);
        }
    }

    private IOException outOfRange(OffsetOutOfRangeException e) {
        Map.Entry<TopicPartition, Long> lost =
                e.offsetOutOfRangePartitions().entrySet().iterator().next();
        Long first = consumer.beginningOffsets(List.of(lost.getKey())).get(lost.getKey());
        return first != null && first > lost.getValue()
                ? new IOException(Beginnings.gone(lost.getKey(), lost.getValue(), first), e)
                : new IOException(
                        "Offset %s of %s is behind its end: the partition lost messages that were read"
                                .formatted(lost.getValue(), lost.getKey()),
                        e);
    }

    private static IOException failure(KafkaException e) {
        return new IOException("Kafka: " + Reason.of(e), e);
    }

    @Override
    public Map<String, Mark> marks() {
        Map<String, Mark> marks = new LinkedHashMap<>();
        partitions.forEach((name, partition) ->
                marks.put(name.toString(), new Mark(partition.next, partition.topicId)));
        return marks;
    }

    @Override
    public void committed(Map<String, Mark> marks) {
        if (!options.commitsGroup()) {
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        partitions
                .keySet()
                .forEach(name -> {
                    Mark mark = marks.get(name.toString());
                    if (mark != null) {
                        offsets.put(name, new OffsetAndMetadata(mark.next()));
                    }
                });
        consumer.commitAsync(
                offsets,
                (ignored, failure) ->
                        groupFailure =
                                failure == null
                                        ? null
                                        : "Group %s does not show the progress: %s"
                                                .formatted(options.group(), Reason.of(failure)));
    }

    @Override
    public long bytesRead() {
        return messages.bytes();
    }

    @Override
    public Lag lag() {
        long lag = 0;
        for (TopicPartition name : partitions.keySet()) {
            OptionalLong known = consumer.currentLag(name);
            lag += known.orElse(0);
        }
        return Lag.ofRecords(lag);
    }

    @Override
    public List<String> notes() {
        List<String> notes = new ArrayList<>(startNotes);
        notes.addAll(messages.notes());
        String failure = groupFailure;
        if (failure != null) {
            notes.add(failure);
        }
        return notes;
    }

    @Override
    public void close() {
        // Waits for the group's offsets that are on their way.
        close(consumer, cluster);
    }
}
