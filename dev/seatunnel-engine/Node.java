import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.seatunnel.engine.common.config.ConfigProvider;
import org.apache.seatunnel.engine.common.config.EngineConfig;
import org.apache.seatunnel.engine.common.config.SeaTunnelConfig;
import org.apache.seatunnel.engine.server.SeaTunnelServerStarter;

/**
 * A SeaTunnel cluster of one node on 127.0.0.1, with its REST API on the member's port: {@code Node
 * PORT FOLDER}. Its configuration and its checkpoints are in the folder. It ends when its standard
 * input does, and with it the process that started it.
 */
public final class Node {
    private Node() {}

    public static void main(String[] words) throws Exception {
        configure(words[0], Files.createDirectories(Path.of(words[1]).toAbsolutePath()));
        SeaTunnelConfig config = ConfigProvider.locateAndGetSeaTunnelConfig();
        config.getEngineConfig().setClusterRole(EngineConfig.ClusterRole.MASTER_AND_WORKER);
        SeaTunnelServerStarter.createHazelcastInstance(config, "node");
        while (System.in.read() >= 0) {}
        Runtime.getRuntime().halt(0);
    }

    private static void configure(String port, Path folder) throws IOException {
        Path engine =
                Files.writeString(
                        folder.resolve("seatunnel.yaml"),
                        String.join(
                                "\n",
                                "seatunnel:",
                                "  engine:",
                                "    backup-count: 0",
                                "    print-execution-info-interval: 60",
                                "    slot-service:",
                                "      dynamic-slot: true",
                                "    checkpoint:",
                                "      interval: 2000",
                                "      timeout: 600000",
                                "      storage:",
                                "        type: hdfs",
                                "        max-retained: 3",
                                "        plugin-config:",
                                "          namespace: " + folder.resolve("checkpoints") + "/",
                                "          storage.type: hdfs",
                                "          fs.defaultFS: file:///",
                                ""));
        Path members =
                Files.writeString(
                        folder.resolve("hazelcast.yaml"),
                        String.join(
                                "\n",
                                "hazelcast:",
                                "  cluster-name: tarn-" + port,
                                "  network:",
                                "    rest-api:",
                                "      enabled: true",
                                "      endpoint-groups:",
                                "        CLUSTER_WRITE: { enabled: true }",
                                "        DATA: { enabled: true }",
                                "    interfaces: { enabled: true, interfaces: [127.0.0.1] }",
                                "    join:",
                                "      multicast: { enabled: false }",
                                "      tcp-ip: { enabled: true, member-list: [\"127.0.0.1:" + port + "\"] }",
                                "    port: { auto-increment: false, port: " + port + " }",
                                "  properties:",
                                "    hazelcast.invocation.max.retry.count: 20",
                                "    hazelcast.tcp.join.port.try.count: 1",
                                "    hazelcast.logging.type: log4j2",
                                "    hazelcast.phone.home.enabled: false",
                                "    hazelcast.socket.bind.any: false",
                                "    hazelcast.max.join.seconds: 5",
                                "    hazelcast.wait.seconds.before.join: 0",
                                ""));
        System.setProperty("seatunnel.config", engine.toString());
        System.setProperty("hazelcast.config", members.toString());
        System.setProperty("hazelcast.socket.bind.any", "false");
        System.setProperty("hazelcast.phone.home.enabled", "false");
    }
}
