package dev.tarn.app.cli;

import picocli.CommandLine.Command;

@Command(name = "version", description = "Print the versions of Tarn and of the JDK.")
final class VersionCommand implements Runnable {
    private final Surroundings surroundings;

    VersionCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public void run() {
        surroundings.out().println("Tarn " + Version.number());
        surroundings
                .out()
                .println(
                        "JDK %s, %s, %s %s"
                                .formatted(
                                        Runtime.version(),
                                        System.getProperty("java.vm.vendor"),
                                        System.getProperty("os.name"),
                                        System.getProperty("os.arch")));
    }
}
