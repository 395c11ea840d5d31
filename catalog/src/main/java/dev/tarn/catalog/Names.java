package dev.tarn.catalog;

import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.BadRequestException;

/// Which names there can be, and how a namespace becomes one text.
///
/// A name is any Unicode text that is not empty and has no control characters; dots, slashes and
/// spaces mean nothing. The levels of a namespace are joined by U+001F, which no name contains.
public final class Names {
    private static final String SEPARATOR = "\u001F";
    private static final int BYTES_MAX = 1024;
    private static final int LEVELS_MAX = 32;

    private Names() {}

    public static void check(Namespace namespace) {
        if (namespace.isEmpty()) {
            throw new BadRequestException("Namespace must have at least one level");
        }
        if (namespace.length() > LEVELS_MAX) {
            throw new BadRequestException(
                    "Namespace has too many levels, expected at most %s, found %s",
                    LEVELS_MAX, namespace.length());
        }
        for (String level : namespace.levels()) {
            checkText("Namespace level", level);
        }
        checkLength("Namespace", path(namespace));
    }

    public static void check(TableIdentifier name) {
        check(name.namespace());
        checkText("Name", name.name());
        checkLength("Name", name.name());
    }

    private static void checkText(String what, String text) {
        if (text.isEmpty()) {
            throw new BadRequestException("%s must not be empty", what);
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new BadRequestException("%s must not contain control characters: %s", what, text);
        }
    }

    private static void checkLength(String what, String text) {
        int length = encode(what, text);
        if (length > BYTES_MAX) {
            throw new BadRequestException(
                    "%s is too long, expected at most %s bytes, found %s", what, BYTES_MAX, length);
        }
    }

    private static int encode(String what, String text) {
        try {
            return StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text)).remaining();
        } catch (CharacterCodingException e) {
            throw new BadRequestException(e, "%s is not valid Unicode", what);
        }
    }

    /// The namespace as one text; empty for the root.
    public static String path(Namespace namespace) {
        return String.join(SEPARATOR, namespace.levels());
    }

    public static Namespace namespace(String path) {
        return path.isEmpty() ? Namespace.empty() : Namespace.of(path.split(SEPARATOR, -1));
    }

    public static Namespace parent(Namespace namespace) {
        List<String> levels = Arrays.asList(namespace.levels());
        return Namespace.of(levels.subList(0, levels.size() - 1).toArray(String[]::new));
    }

    public static Namespace child(Namespace parent, String name) {
        String[] levels = Arrays.copyOf(parent.levels(), parent.length() + 1);
        levels[parent.length()] = name;
        return Namespace.of(levels);
    }
}
