package dev.tarn.app.instance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// Whether ports are free, and who has them.
public final class Ports {
    private static final String LISTENING = "0A";

    private Ports() {}

    public static boolean isFree(String host, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /// A port nobody listens on now.
    public static int anyFree(String host) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), 0));
            return socket.getLocalPort();
        }
    }

    /// The process that listens on a port, where the system tells (Linux, own processes or root).
    public static Optional<ProcessHandle> owner(int port) {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            Optional<String> inode = inode(port);
            return inode.flatMap(number ->
                    processes
                            .filter(process -> process.getFileName().toString().matches("\\d+"))
                            .filter(process -> holds(process, "socket:[" + number + "]"))
                            .findFirst()
                            .flatMap(process ->
                                    ProcessHandle.of(
                                            Long.parseLong(process.getFileName().toString()))));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// `process 123 (java …)`, or `another process`.
    public static String describeOwner(int port) {
        return owner(port)
                .map(process ->
                        "process %d (%s)"
                                .formatted(
                                        process.pid(), process.info().command().orElse("unknown")))
                .orElse("another process");
    }

    private static Optional<String> inode(int port) throws IOException {
        String suffix = ":%04X".formatted(port);
        for (String table : new String[] {"/proc/net/tcp", "/proc/net/tcp6"}) {
            if (!Files.isReadable(Path.of(table))) {
                continue;
            }
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] columns = line.strip().split("\\s+");
                if (columns.length > 9
                        && columns[1].endsWith(suffix)
                        && columns[3].equals(LISTENING)) {
                    return Optional.of(columns[9]);
                }
            }
        }
        return Optional.empty();
    }

    private static boolean holds(Path process, String socket) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                if (isLinkTo(descriptor, socket)) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            return false; // another user's, or gone
        }
    }

    private static boolean isLinkTo(Path descriptor, String socket) {
        try {
            return Files.readSymbolicLink(descriptor).toString().equals(socket);
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }
}
