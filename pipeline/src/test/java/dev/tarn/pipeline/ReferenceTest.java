package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// `docs/reference/pipelines.md` has the option tables of the code, word for word.
class ReferenceTest {
    private static final Path PAGE = Path.of("../docs/reference/pipelines.md");
    private static final String MARK =
            "<!-- From here on: generated from the option tables. -->\n\n";

    @Test
    void thePageHasTheTablesOfTheCode() throws Exception {
        String page = Files.readString(PAGE);
        String expected = page.substring(0, page.indexOf(MARK)) + MARK + Pipelines.reference();
        if (Boolean.getBoolean("tarn.docs.write")) {
            Files.writeString(PAGE, expected);
        }

        assertThat(Files.readString(PAGE))
                .as("run the tests of this module with -Dtarn.docs.write=true to write it")
                .isEqualTo(expected);
    }
}
