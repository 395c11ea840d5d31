package dev.tarn.app.clients;

import java.nio.file.Files;
import java.nio.file.Path;

/// The folder these sources were checked out to.
final class Checkout {
    private Checkout() {}

    static Path file(String path) {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("mvnw"))) {
            folder = folder.getParent();
        }
        return folder.resolve(path);
    }
}
