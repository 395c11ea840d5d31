package dev.tarn.app.form;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// `docs/reference/peer-bugs.md` names a test for each bug, and what it names is a test.
class PeerBugsTest {
    private static final int BUGS = 31;
    private static final Pattern ROW = Pattern.compile("^\\| (\\d+) \\|.*\\| (.*) \\|$");
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w*)\\.(\\w+)`");

    @Test
    void everyBugHasATestThatExists() throws IOException {
        Map<String, String> sources = testSources();
        List<Integer> bugs = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        Path document = Checkout.root().resolve("docs/reference/peer-bugs.md");
        for (String line : Files.readAllLines(document)) {
            Matcher row = ROW.matcher(line);
            if (!row.find()) {
                continue;
            }
            bugs.add(Integer.valueOf(row.group(1)));
            Matcher named = TEST.matcher(row.group(2));
            assertThat(named.find()).as(line).isTrue();
            do {
                String source = sources.getOrDefault(named.group(1), "");
                if (!isTest(source, named.group(2))) {
                    missing.add(row.group(1) + ": " + named.group());
                }
            } while (named.find());
        }
        assertThat(missing).isEmpty();
        assertThat(bugs).isEqualTo(IntStream.rangeClosed(1, BUGS).boxed().toList());
    }

    /// Between its annotation and its name stands no other method.
    private static boolean isTest(String source, String method) {
        return Pattern.compile(
                        "@(?:Parameterized)?Test\\b(?:(?!\\bvoid\\b).)*\\bvoid " + method + "\\(",
                        Pattern.DOTALL)
                .matcher(source)
                .find();
    }

    /// By class name, which is unique among those that the document names.
    private static Map<String, String> testSources() throws IOException {
        Map<String, String> sources = new HashMap<>();
        try (Stream<Path> files = Files.walk(Checkout.root())) {
            for (Path file :
                    files.filter(f -> f.toString().contains("/src/test/java/"))
                            .filter(f -> f.toString().endsWith(".java"))
                            .toList()) {
                String name = file.getFileName().toString().replace(".java", "");
                sources.merge(name, Files.readString(file), String::concat);
            }
        }
        return sources;
    }
}
