package dev.tarn.storage;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Tools that the tests use and the product does not. Where one is missing, the test is named as
/// not run, with the reason; with `CI=true` it fails.
public final class Tools {
    private Tools() {}

    /// Runs a script of the folder `dev`, which prints the path of a tool.
    public static Path path(String script) throws IOException, InterruptedException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.isExecutable(root.resolve("dev").resolve(script))) {
            root = root.getParent();
            if (root == null) {
                throw new IOException("Script is in no folder above: dev/" + script);
            }
        }
        Path errors = Files.createTempFile("tool", ".err");
        Process process =
                new ProcessBuilder(root.resolve("dev").resolve(script).toString())
                        .redirectError(errors.toFile())
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() == 0) {
            return Path.of(output.strip());
        }
        return missing("dev/%s: %s".formatted(script, Files.readString(errors).strip()));
    }

    private static Path missing(String reason) {
        if ("true".equals(System.getenv("CI"))) {
            return fail(reason);
        }
        return abort("Not run. " + reason);
    }
}
