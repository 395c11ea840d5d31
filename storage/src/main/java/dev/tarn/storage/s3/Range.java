package dev.tarn.storage.s3;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The bytes of an object that a read is about.
record Range(long from, long length) {
    private static final Pattern BYTES = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

    /// Reads a Range header; empty if it is of a kind that is ignored, such as several ranges.
    ///
    /// @throws Refusal if no byte of the object is in it
    static Optional<Range> parse(String text, long size) {
        Matcher matcher = BYTES.matcher(text.strip());
        if (!matcher.matches() || (matcher.group(1).isEmpty() && matcher.group(2).isEmpty())) {
            return Optional.empty();
        }
        if (matcher.group(1).isEmpty()) {
            long last = Math.min(Long.parseLong(matcher.group(2)), size);
            if (last == 0) {
                throw unsatisfiable(text, size);
            }
            return Optional.of(new Range(size - last, last));
        }
        long from = Long.parseLong(matcher.group(1));
        long to = matcher.group(2).isEmpty() ? size - 1 : Long.parseLong(matcher.group(2));
        if (!matcher.group(2).isEmpty() && to < from) {
            return Optional.empty();
        }
        if (from >= size) {
            throw unsatisfiable(text, size);
        }
        return Optional.of(new Range(from, Math.min(to, size - 1) - from + 1));
    }

    private static Refusal unsatisfiable(String text, long size) {
        return new Refusal(
                416, "InvalidRange", "Object has %s bytes, found %s".formatted(size, text));
    }
}
