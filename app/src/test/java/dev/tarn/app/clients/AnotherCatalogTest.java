package dev.tarn.app.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pipelines of one platform into the tables of another, which gives keys for them.
class AnotherCatalogTest {
    @TempDir private Path folder;

    @Test
    void rowsGoToTheCatalogThatTheJobNames() throws IOException {
        try (Platform here = start("here");
                Platform there = start("there")) {
            Path job = job("there", there);
            String checked = run(here, "check", job);
            assertThat(checked).contains("in the catalog " + uri(there) + ", by itself");
            assertThat(run(here, "run", job)).contains("3,376 rows loaded");
            assertThat(run(here, "run", job)).contains("0 rows loaded", "1 skipped");
            assertThat(there.run("catalog", "show", "flights.airports").out()).contains("3376");
            assertThat(here.run("catalog", "show", "flights.airports").err())
                    .contains("flights.airports");

            // By its own address it is this catalog, whatever port it has.
            assertThat(run(here, "check", job("here", here))).doesNotContain("by itself");
            assertThat(run(here, "run", job("here", here))).contains("3,376 rows loaded");
            assertThat(here.run("catalog", "show", "flights.airports").out()).contains("3376");
        }
    }

    private Platform start(String name) throws IOException {
        return Platform.start(
                Files.createDirectories(folder.resolve(name)), "--no-sql", "--ports", "auto");
    }

    private static String uri(Platform platform) {
        return platform.catalog().toString();
    }

    private Path job(String name, Platform platform) throws IOException {
        String text = Files.readString(Checkout.file("examples/airports.conf"));
        return Files.writeString(
                folder.resolve(name + ".conf"),
                text.replace("\"examples/", "\"" + Checkout.file("examples") + "/")
                        .replace("job.name = \"airports\"", "job.name = \"to_%s\"".formatted(name))
                        .replace(
                                "namespace =",
                                "iceberg.catalog.config = { type = rest, uri = \"%s\" }\n    namespace ="
                                        .formatted(uri(platform))));
    }

    private static String run(Platform platform, String command, Path job) {
        Child.Ended run = platform.run("pipeline", command, job.toString());
        assertThat(run.status()).as("%s%n%s", run.out(), run.err()).isZero();
        return run.out();
    }
}
