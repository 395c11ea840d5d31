package dev.tarn.app.clients;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/// A Kafka broker in a process of its own, which ends when its standard input does.
final class KafkaBroker implements AutoCloseable {
    private static final Duration START_DURATION_MAX = Duration.ofMinutes(1);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final String READY = "READY ";

    private final Child process;
    private final String address;

    private KafkaBroker(Child process, String address) {
        this.process = process;
        this.address = address;
    }

    static KafkaBroker start(Path folder) {
        Child process =
                Child.start(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                KafkaBroker.class.getName(),
                                folder.toString()),
                        Map.of());
        long deadline = System.nanoTime() + START_DURATION_MAX.toNanos();
        while (System.nanoTime() < deadline && !process.endsWithin(POLL)) {
            for (String line : process.out().lines().toList()) {
                if (line.startsWith(READY)) {
                    return new KafkaBroker(process, line.substring(READY.length()));
                }
            }
        }
        String said = process.out() + process.err();
        process.close();
        throw new AssertionError("The broker did not start; it said:\n" + said);
    }

    String address() {
        return address;
    }

    @Override
    public void close() {
        process.close();
    }

    /// The process of the broker.
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        String log = folder.resolve("log").toString();
        int[] ports = {Ports.free(), Ports.free()};
        Map<String, Object> settings = new HashMap<>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + ports[1]);
        settings.put(
                "listeners",
                "PLAINTEXT://127.0.0.1:%s,CONTROLLER://127.0.0.1:%s".formatted(ports[0], ports[1]));
        settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + ports[0]);
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("log.dirs", log);
        settings.put("auto.create.topics.enable", "false");
        settings.put("log.cleaner.enable", "false");
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("offsets.topic.num.partitions", "1");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.num.partitions", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("group.initial.rebalance.delay.ms", "0");
        new Formatter()
                .setNodeId(1)
                .setClusterId(Uuid.randomUuid().toString())
                .setReleaseVersion(MetadataVersion.latestProduction())
                .setControllerListenerName("CONTROLLER")
                .setMetadataLogDirectory(log)
                .setSupportedFeatures(List.of(Feature.PRODUCTION_FEATURES.toArray(Feature[]::new)))
                .setUnstableFeatureVersionsEnabled(false)
                .setIgnoreFormatted(true)
                .addDirectory(log)
                .run();
        var properties = new Properties();
        properties.putAll(settings);
        var server = new KafkaRaftServer(KafkaConfig.fromProps(properties), Time.SYSTEM);
        server.startup();
        System.out.println(READY + "127.0.0.1:" + ports[0]);
        // Until whoever started this ends.
        System.in.read();
        server.shutdown();
        server.awaitShutdown();
    }
}
