package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Programs that `dev/` brings to this machine.
final class DevTool {
    private DevTool() {}

    /// What `dev/NAME` prints: where the program lies. The test is skipped where it cannot be had;
    /// in CI it has to be there.
    static String path(String name) throws IOException {
        Process made =
                new ProcessBuilder(script(name))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String path =
                new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (made.onExit().join().exitValue() != 0) {
            assertThat(System.getenv("CI")).as(name + " is there").isNotEqualTo("true");
            assumeTrue(false, name + " is not there");
        }
        return path;
    }

    static String script(String name) {
        return Path.of("../dev/" + name).toString();
    }
}
