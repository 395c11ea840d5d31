package dev.tarn.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/// Child processes on free ports of loopback, each with a folder of its own; all of them end with
/// this one, the last started first.
final class Children implements AutoCloseable {
    private static final long START_SECONDS_MAX = 90;
    private static final long STOP_SECONDS_MAX = 20;

    private final Path folder;
    private final Deque<AutoCloseable> running = new ArrayDeque<>();

    Children(Path folder) {
        this.folder = folder;
    }

    /// A new folder for the data of one server.
    Path folder(String name) throws IOException {
        return Files.createDirectories(folder.resolve(name.replace(' ', '-')));
    }

    /// Starts a server and waits until `GET probe` is answered, whatever with.
    ///
    /// @throws IOException with the end of its log, if it ends or does not answer in time
    long start(String name, ProcessBuilder builder, URI probe)
            throws IOException, InterruptedException {
        Path log = folder.resolve(name.replace(' ', '-') + ".log");
        Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        running.push(() -> stop(process));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
        while (!answers(probe)) {
            if (process.waitFor(100, TimeUnit.MILLISECONDS) || System.nanoTime() > end) {
                throw new IOException(
                        "%s does not answer on %s:%n%s".formatted(name, probe, tail(log)));
            }
        }
        return process.pid();
    }

    void add(AutoCloseable server) {
        running.push(server);
    }

    private static String tail(Path log) throws IOException {
        String all = Files.readString(log);
        return all.substring(Math.max(0, all.length() - 4000));
    }

    private static boolean answers(URI probe) {
        URI address = URI.create("http://" + probe.getAuthority());
        try (Connection connection = new Connection(address)) {
            connection.send(Requests.of("GET", address, null, probe.getPath(), "", null));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void stop(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS);
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws IOException {
        IOException first = null;
        while (!running.isEmpty()) {
            try {
                running.pop().close();
            } catch (Exception e) {
                if (first == null) {
                    first = new IOException("Cannot stop a server", e);
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
