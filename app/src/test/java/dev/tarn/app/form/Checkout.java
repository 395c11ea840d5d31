package dev.tarn.app.form;

import java.nio.file.Files;
import java.nio.file.Path;

/// The folder these sources were checked out to.
final class Checkout {
    private Checkout() {}

    static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("ARCHITECTURE.md"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
