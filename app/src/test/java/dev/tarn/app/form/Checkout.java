package dev.tarn.app.form;

import java.nio.file.Files;
import java.nio.file.Path;

/// The folder these sources were checked out to.
public final class Checkout {
    private Checkout() {}

    public static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("ARCHITECTURE.md"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
