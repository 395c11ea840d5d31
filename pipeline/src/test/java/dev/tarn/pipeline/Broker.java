package dev.tarn.pipeline;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/// A Kafka broker in a process of its own, for all tests of the module. It ends with this process:
/// it reads its standard input, which then closes.
final class Broker {
    private static final int STOP_SECONDS = 5;

    private static Broker running;

    private final String address;

    private Broker(String address) {
        this.address = address;
    }

    /// Started by whoever asks first.
    static synchronized Broker start() throws IOException {
        if (running == null) {
            Path folder = Files.createTempDirectory("tarn-kafka");
            Process process =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-Xmx256m",
                                    "-XX:+UseSerialGC",
                                    "-XX:TieredStopAtLevel=1",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Broker.class.getName(),
                                    folder.toString())
                            .redirectError(folder.resolve("errors").toFile())
                            .start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(process, folder)));
            running = new Broker(address(process, folder));
        }
        return running;
    }

    private static String address(Process process, Path folder) throws IOException {
        var out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("READY ")) {
                return line.substring("READY ".length());
            }
        }
        throw new IOException("No broker: " + Files.readString(folder.resolve("errors")));
    }

    private static void stop(Process process, Path folder) {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            try (var paths = Files.walk(folder)) {
                for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(path);
                }
            }
        } catch (IOException | InterruptedException e) {
            System.err.println("The broker's folder stays: " + e);
        }
    }

    String address() {
        return address;
    }

    /// The process of the broker.
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        String log = folder.resolve("log").toString();
        int[] ports = freePorts();
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
        System.out.println("READY 127.0.0.1:" + ports[0]);
        // Until whoever started this ends.
        System.in.read();
        server.shutdown();
        server.awaitShutdown();
    }

    private static int[] freePorts() throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        int[] ports = new int[2];
        for (int i = 0; i < ports.length; i++) {
            sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            ports[i] = sockets.get(i).getLocalPort();
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return ports;
    }
}
