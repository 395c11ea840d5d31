package dev.tarn.engine.trino;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// One JVM with Trino in it.
///
/// Its standard input is a pipe that nobody writes to: when this process ends, by `kill -9` too,
/// the pipe ends and the child goes.
final class Child {
    private static final String MAIN = "dev.tarn.trino.TrinoMain";
    private static final String VERSION = "476";

    private final Process process;
    private final ChildLog log;
    private final Thread copier;

    private Child(Process process, ChildLog log) {
        this.process = process;
        this.log = log;
        this.copier =
                Thread.ofVirtual()
                        .name("trino-log")
                        .start(() -> log.copy(process.getInputStream()));
    }

    /// Starts the JVM in its home, where the configuration is.
    ///
    /// @param prefix words before the command, `nice` for example
    static Child start(
            TrinoSettings settings,
            Path home,
            int heapMegabytes,
            List<String> prefix,
            List<String> options,
            ChildLog log) {
        List<String> command = new ArrayList<>(prefix);
        command.add(settings.javaHome().resolve("bin").resolve("java").toString());
        command.add("-Xmx" + heapMegabytes + "m");
        command.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        // What is left after an exhausted heap is unknown; the next one is up in
                        // seconds.
                        "-XX:+ExitOnOutOfMemoryError",
                        "--sun-misc-unsafe-memory-access=allow",
                        "--enable-native-access=ALL-UNNAMED",
                        "--add-modules=jdk.incubator.vector"));
        command.addAll(options);
        command.addAll(
                List.of(
                        "-Dnode.id=tarn",
                        "-Dnode.environment=tarn",
                        "-Dnode.bind-ip=127.0.0.1",
                        "-Dnode.internal-address=127.0.0.1",
                        "-Dconfig=" + home.resolve("etc").resolve("config.properties"),
                        "-Dplugin.dir=" + home.resolve("plugin"),
                        MAIN,
                        VERSION));
        var builder = new ProcessBuilder(command);
        builder.directory(home.toFile());
        builder.redirectErrorStream(true);
        // Not as an argument: 260 paths would bury everything else in a listing of processes.
        builder.environment().put("CLASSPATH", Jars.of(settings.lib()).classPath());
        // Options for other programs of the user would reach Trino and change the shape of its
        // cache.
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().remove("JDK_JAVA_OPTIONS");
        try {
            return new Child(builder.start(), log);
        } catch (IOException cause) {
            throw new UncheckedIOException(
                    "JVM of Trino cannot be started: " + command.getFirst(), cause);
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    List<String> logTail() {
        return log.tail();
    }

    /// The exit code; 128 + n after signal n.
    int exitCode() throws InterruptedException {
        int code = process.waitFor();
        copier.join(Duration.ofSeconds(5));
        return code;
    }

    boolean awaitExit(Duration deadline) throws InterruptedException {
        return process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Asks the JVM to end. Not `Process.destroy`, which closes the pipe too and so cuts the
    /// orderly end short.
    void terminate() {
        process.toHandle().destroy();
    }

    /// Ends the JVM and what it has started, at once.
    void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
