package dev.tarn.pipeline;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/// A topic of the tests' broker, and those who write to it.
final class Topic implements AutoCloseable {
    final String name;
    final String servers;
    final KafkaProducer<byte[], byte[]> producer;
    private final Admin admin;
    private volatile @Nullable Exception sendFailure;

    Topic(String name, int partitions) throws Exception {
        this.name = name;
        this.servers = Broker.start().address();
        this.admin =
                Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, (Object) servers));
        create(partitions);
        this.producer = producer(null);
        // A partition that has no leader yet takes nothing.
        requireLeaders(partitions);
    }

    private void create(int partitions) throws Exception {
        admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1))).all().get();
    }

    private void requireLeaders(int partitions) {
        long with =
                producer.partitionsFor(name).stream()
                        .filter(partition -> partition.leader() != null)
                        .count();
        if (with != partitions) {
            throw new IllegalStateException(
                    "Topic %s: expected %s partitions with a leader, found %s"
                            .formatted(name, partitions, with));
        }
    }

    private KafkaProducer<byte[], byte[]> producer(@Nullable String transactional) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 5);
        // An answer that got lost on a busy machine is asked for again soon, and not after 30 s.
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 30_000);
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        if (transactional != null) {
            settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactional);
        }
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    void send(int partition, @Nullable String value) {
        send(producer, partition, value);
    }

    private void send(KafkaProducer<byte[], byte[]> to, int partition, @Nullable String value) {
        to.send(
                new ProducerRecord<>(
                        name,
                        partition,
                        "k".getBytes(StandardCharsets.UTF_8),
                        value == null ? null : value.getBytes(StandardCharsets.UTF_8)),
                (metadata, failure) -> {
                    if (failure != null) {
                        sendFailure = failure;
                    }
                });
    }

    /// A message that the broker did not take would look like one that a run lost.
    private void requireSent() {
        Exception failure = sendFailure;
        if (failure != null) {
            throw new IllegalStateException("The broker did not take all messages", failure);
        }
    }

    /// Messages `{"id": n}` in turn over the partitions. Where the broker does not take the first
    /// ones of the topic, which a busy machine was seen to do, the topic is made anew once.
    void sendIds(long from, long to, int partitions) {
        sendAll(from, to, partitions);
        if (sendFailure != null && from == 0) {
            sendFailure = null;
            try {
                recreate(partitions);
            } catch (Exception e) {
                throw new IllegalStateException("Topic %s is not made anew".formatted(name), e);
            }
            sendAll(from, to, partitions);
        }
        requireSent();
    }

    private void sendAll(long from, long to, int partitions) {
        for (long id = from; id < to; id++) {
            send((int) (id % partitions), "{\"id\":%s}".formatted(id));
        }
        producer.flush();
    }

    /// Two messages in a transaction, which is committed or aborted.
    void sendTogether(boolean commit, String first, String second) {
        try (KafkaProducer<byte[], byte[]> inTransaction = producer("tx-" + UUID.randomUUID())) {
            inTransaction.initTransactions();
            inTransaction.beginTransaction();
            send(inTransaction, 0, first);
            send(inTransaction, 0, second);
            inTransaction.flush();
            if (commit) {
                inTransaction.commitTransaction();
            } else {
                inTransaction.abortTransaction();
            }
        }
    }

    void deleteBefore(int partition, long offset) throws Exception {
        admin.deleteRecords(
                        Map.of(
                                new TopicPartition(name, partition),
                                RecordsToDelete.beforeOffset(offset)))
                .all()
                .get();
    }

    void growTo(int partitions) throws Exception {
        admin.createPartitions(Map.of(name, NewPartitions.increaseTo(partitions))).all().get();
    }

    long groupOffset(String group, int partition) throws Exception {
        var offset =
                admin.listConsumerGroupOffsets(group)
                        .partitionsToOffsetAndMetadata()
                        .get()
                        .get(new TopicPartition(name, partition));
        return offset == null ? -1 : offset.offset();
    }

    void delete() throws Exception {
        admin.deleteTopics(List.of(name)).all().get();
    }

    void recreate(int partitions) throws Exception {
        delete();
        create(partitions);
    }

    @Override
    public void close() {
        producer.close();
        admin.close();
    }
}
