package dev.tarn.app.cli;

import dev.tarn.app.config.Configuration;
import dev.tarn.app.config.Setting;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "config",
        description =
                "Print the configuration in effect and where each value comes from; secrets are"
                        + " masked.")
final class ConfigCommand implements Runnable {
    private final Surroundings surroundings;

    @Mixin private SettingsOptions settings;

    @Option(names = "--reference", description = "Print the page of all keys instead.")
    private boolean reference;

    ConfigCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public void run() {
        if (reference) {
            surroundings.out().print(Configuration.reference());
            surroundings.out().flush();
            return;
        }
        Configuration configuration = settings.load(surroundings, List.of());
        Table table = new Table("KEY", "VALUE", "FROM");
        for (Setting setting : configuration.settings()) {
            table.row(
                    setting.key(),
                    setting.value().isEmpty() ? "-" : setting.value(),
                    setting.origin());
        }
        table.print(surroundings.out(), "");
    }
}
