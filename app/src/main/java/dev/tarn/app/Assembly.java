package dev.tarn.app;

import dev.tarn.app.config.Config;
import dev.tarn.app.instance.DataFolder;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

public final class Assembly implements AutoCloseable {
    public static Assembly start(Config config, DataFolder folder, @Nullable Path trinoJars, String version, InstantSource clock) {
        throw new IllegalStateException("not yet");
    }

    public String address() {
        return "";
    }

    public List<Part> parts() {
        return List.of();
    }

    @Override
    public void close() {}
}
