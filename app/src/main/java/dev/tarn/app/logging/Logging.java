package dev.tarn.app.logging;

import dev.tarn.app.config.Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/// Where events go. The server writes them to a file; a client command drops them, since what it
/// has to say it prints.
public final class Logging implements AutoCloseable {

    /// Libraries that tell their life at `info`.
    private static final List<Logger> TALKATIVE =
            List.of(
                    Logger.getLogger("org.eclipse.jetty"),
                    Logger.getLogger("org.apache.iceberg.SnapshotScan"),
                    Logger.getLogger("org.apache.kafka"));

    private final Handler handler;

    private Logging(Handler handler) {
        this.handler = handler;
    }

    public static void off() {
        LogManager.getLogManager().reset();
        Logger.getLogger("").setLevel(Level.OFF);
    }

    /// Writes `tarn.log` in `folder`; a full file becomes `tarn.log.1` and so on.
    public static Logging toFile(Path folder, Config.Log settings) {
        LogManager.getLogManager().reset();
        int sizeMax = (int) Math.min(settings.sizeMax(), Integer.MAX_VALUE);
        int files = Math.max(1, settings.files());
        Handler handler;
        try {
            handler = new RotatedFile(folder.resolve("tarn.log"), sizeMax, files);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Log cannot be written in " + folder + ": " + e.getMessage(), e);
        }
        handler.setFormatter(new LineFormatter());
        handler.setLevel(Level.ALL);
        Logger root = Logger.getLogger("");
        root.addHandler(handler);
        root.setLevel(level(settings.level()));
        TALKATIVE.forEach(logger -> logger.setLevel(Level.WARNING));
        return new Logging(handler);
    }

    private static Level level(Config.LogLevel level) {
        return switch (level) {
            case ERROR -> Level.SEVERE;
            case WARN -> Level.WARNING;
            case INFO -> Level.INFO;
            case DEBUG -> Level.FINE;
        };
    }

    @Override
    public void close() {
        Logger.getLogger("").removeHandler(handler);
        handler.close();
    }
}
