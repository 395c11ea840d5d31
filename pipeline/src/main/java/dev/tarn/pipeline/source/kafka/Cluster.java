package dev.tarn.pipeline.source.kafka;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteBufferDeserializer;

/// What a job asks of a Kafka cluster besides messages: its topics, their ids, a group's offsets.
final class Cluster implements AutoCloseable {
    private static final String REQUEST_MILLIS_MAX = "30000";
    private static final String POLL_RECORDS = "4096";
    private static final String FETCH_BYTES_MAX = String.valueOf(16 << 20);
    private static final Duration CLOSE = Duration.ofSeconds(5);

    private final KafkaOptions options;
    private final Admin admin;

    Cluster(KafkaOptions options) {
        this.options = options;
        var properties = new Properties();
        options.client()
                .forEach((key, value) -> {
                    if (AdminClientConfig.configNames().contains(key)) {
                        properties.setProperty(key, value);
                    }
                });
        properties.setProperty(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, options.servers());
        properties.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, REQUEST_MILLIS_MAX);
        this.admin = Admin.create(properties);
    }

    /// A consumer without partitions.
    static Consumer<ByteBuffer, ByteBuffer> consumer(KafkaOptions options) {
        var properties = new Properties();
        properties.putAll(options.client());
        properties.putIfAbsent(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLL_RECORDS);
        properties.putIfAbsent(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES_MAX);
        properties.putIfAbsent(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, REQUEST_MILLIS_MAX);
        properties.setProperty(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, options.servers());
        properties.setProperty(ConsumerConfig.GROUP_ID_CONFIG, options.group());
        properties.setProperty(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.setProperty(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        // An offset that is gone is a reason to stop, never to go on somewhere else.
        properties.setProperty(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        // These hand out the fetched bytes as they lie, without a copy for each message.
        return new KafkaConsumer<>(
                properties, new ByteBufferDeserializer(), new ByteBufferDeserializer());
    }

    /// All partitions of the job's topics, each with the id of its topic.
    SequencedMap<TopicPartition, String> partitions() throws IOException {
        Collection<String> names =
                options.pattern() == null
                        ? options.topics()
                        : get("topics", admin.listTopics().names()).stream()
                                .filter(options.pattern().asMatchPredicate())
                                .toList();
        SequencedMap<TopicPartition, String> partitions =
                new TreeMap<>(
                        Comparator.comparing(TopicPartition::topic)
                                .thenComparingInt(TopicPartition::partition));
        Map<String, TopicDescription> topics = new HashMap<>();
        for (Map.Entry<String, KafkaFuture<TopicDescription>> topic :
                admin.describeTopics(names).topicNameValues().entrySet()) {
            topics.put(topic.getKey(), get("topic " + topic.getKey(), topic.getValue()));
        }
        topics.forEach((name, topic) -> {
            for (TopicPartitionInfo partition : topic.partitions()) {
                partitions.put(
                        new TopicPartition(name, partition.partition()),
                        topic.topicId().toString());
            }
        });
        return partitions;
    }

    /// The group's offsets, for those of the partitions where it has one.
    Map<TopicPartition, Long> groupOffsets(Collection<TopicPartition> partitions)
            throws IOException {
        Map<TopicPartition, OffsetAndMetadata> found =
                get(
                        "group " + options.group(),
                        admin.listConsumerGroupOffsets(options.group())
                                .partitionsToOffsetAndMetadata());
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (TopicPartition partition : List.copyOf(partitions)) {
            OffsetAndMetadata offset = found.get(partition);
            if (offset != null) {
                offsets.put(partition, offset.offset());
            }
        }
        return offsets;
    }

    private <T> T get(String what, KafkaFuture<T> future) throws IOException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new IOException("Kafka %s does not exist".formatted(what), e);
            }
            throw new IOException(
                    "Kafka at %s does not tell of %s: %s"
                            .formatted(options.servers(), what, Reason.of(e.getCause())),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while Kafka was asked of " + what, e);
        }
    }

    @Override
    public void close() {
        admin.close(CLOSE);
    }
}
