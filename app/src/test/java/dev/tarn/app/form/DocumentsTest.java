package dev.tarn.app.form;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.catalog.event.EventType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Documents are read next, so what they name must exist.
class DocumentsTest {
    private static final Pattern CLASS_OR_PACKAGE =
            Pattern.compile("\\bdev\\.tarn(\\.[a-z0-9]+)*(\\.[A-Z][A-Za-z0-9]*)?");
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|#)([^)#]+)");
    private static final Pattern COMMAND =
            Pattern.compile(
                    "(?<![\\w/.])(?:\\./)?((?:dev|docs|examples|engine)/[A-Za-z0-9_./-]*\\w)");

    @Test
    void everyClassPackageAndEventNamedExists() {
        Set<String> names = namesOfSources();
        for (EventType type : EventType.values()) {
            withParents(type.text()).forEach(names::add);
        }
        List<String> missing = new ArrayList<>();
        for (Path document : documents()) {
            Matcher matcher = CLASS_OR_PACKAGE.matcher(read(document));
            while (matcher.find()) {
                if (!names.contains(matcher.group())) {
                    missing.add(document + ": " + matcher.group());
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void everyEventIsDocumented() {
        String reference = read(Checkout.root().resolve("docs/reference/events.md"));
        assertThat(EventType.values())
                .allSatisfy(type -> assertThat(reference).contains("`" + type.text() + "`"));
    }

    @Test
    void everyPathNamedExists() {
        List<String> missing = new ArrayList<>();
        for (Path document : documents()) {
            String text = read(document);
            for (Matcher link = LINK.matcher(text); link.find(); ) {
                if (!Files.exists(document.resolveSibling(link.group(1)))) {
                    missing.add(document + ": " + link.group(1));
                }
            }
            for (Matcher path = COMMAND.matcher(text); path.find(); ) {
                if (!path.group(1).contains("target")
                        && !Files.exists(Checkout.root().resolve(path.group(1)))) {
                    missing.add(document + ": " + path.group(1));
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    private static List<Path> documents() {
        try (Stream<Path> files = Files.walk(Checkout.root())) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .filter(file -> !file.toString().contains("/target/"))
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /// Every class and every package with its parents, from the paths of the sources.
    private static Set<String> namesOfSources() {
        try (Stream<Path> files = Files.walk(Checkout.root())) {
            return files.map(Path::toString)
                    .filter(file -> file.endsWith(".java") && file.contains("/java/dev/tarn/"))
                    .map(file ->
                            file.substring(file.indexOf("/java/dev/tarn/") + "/java/".length()))
                    .map(file -> file.substring(0, file.length() - ".java".length()))
                    .map(file -> file.replace('/', '.'))
                    .flatMap(DocumentsTest::withParents)
                    .collect(Collectors.toSet());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Stream<String> withParents(String name) {
        return Stream.iterate(
                name,
                parent -> parent.contains("."),
                parent -> parent.substring(0, parent.lastIndexOf('.')));
    }

    private static String read(Path document) {
        try {
            return Files.readString(document);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
