package dev.tarn.app.cli;

import dev.tarn.app.instance.DataFolder;
import dev.tarn.app.instance.Instance;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "down",
        description = "Stop the Tarn that runs on the data folder, with all it started.")
final class DownCommand implements Runnable {
    private static final Duration STOP_MAX = Duration.ofSeconds(60);
    private static final Duration KILL_MAX = Duration.ofSeconds(10);

    private final Surroundings surroundings;

    @Mixin private SettingsOptions settings;

    @Option(names = "--force", description = "Kill it at once. Nothing committed is lost.")
    private boolean force;

    DownCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public void run() {
        DataFolder folder = new DataFolder(settings.dataFolder(surroundings));
        Optional<Instance> running = Instance.findRunning(folder);
        if (running.isEmpty()) {
            surroundings.out().println("Nothing runs on " + folder.path());
            return;
        }
        Instance instance = running.get();
        ProcessHandle process = ProcessHandle.of(instance.pid()).orElse(null);
        if (process == null) {
            surroundings.out().println("Nothing runs on " + folder.path());
            return;
        }
        boolean asked = force ? process.destroyForcibly() : process.destroy();
        if (!asked) {
            throw new CommandException(
                    "Process %d may not be stopped by this user; run 'tarn down' as %s"
                            .formatted(instance.pid(), process.info().user().orElse("its owner")));
        }
        if (!Await.until(force ? KILL_MAX : STOP_MAX, () -> !instance.isAlive())) {
            throw new CommandException(
                    "Process %d still runs after %d s; see %s, or use 'tarn down --force'"
                            .formatted(instance.pid(), STOP_MAX.toSeconds(), folder.log()));
        }
        surroundings
                .out()
                .println(
                        "Stopped (process %d, data in %s)"
                                .formatted(instance.pid(), folder.path()));
    }
}
