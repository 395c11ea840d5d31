package dev.tarn.pipeline.source.files;

import dev.tarn.pipeline.row.Misfit;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Cuts a line of CSV into fields. An empty field without quotes is null, `""` is an empty text.
final class CsvFields {
    private final byte[] delimiter;
    private final byte quote;
    private final boolean quotes;
    private final int escape;
    private final @Nullable String nullText;
    private final List<@Nullable String> fields = new ArrayList<>();

    CsvFields(FileOptions options) {
        this.delimiter = options.delimiter().getBytes(StandardCharsets.UTF_8);
        this.quote = (byte) options.quote();
        this.quotes = options.format() == FileOptions.Format.CSV;
        this.escape = options.escape();
        this.nullText = options.nullText();
    }

    /// What keeps a line open.
    Lines.Quoting quoting() {
        return quotes ? new Lines.Quoting(quote, escape, delimiter) : Lines.Quoting.NONE;
    }

    /// The fields of a line; the list is the cutter's own until the next call.
    List<@Nullable String> cut(Lines.Line line) throws Misfit {
        fields.clear();
        byte[] bytes = line.bytes();
        int end = line.offset() + line.length();
        int at = line.offset();
        while (true) {
            if (quotes && at < end && bytes[at] == quote) {
                at = quoted(bytes, at, end);
                if (at < end && !isDelimiter(bytes, at, end)) {
                    throw new Misfit(
                            null,
                            "text behind the closing quote of field %s".formatted(fields.size()));
                }
            } else {
                int start = at;
                while (at < end && !isDelimiter(bytes, at, end)) {
                    at++;
                }
                fields.add(
                        at == start
                                ? null
                                : orNull(
                                        new String(
                                                bytes, start, at - start, StandardCharsets.UTF_8)));
            }
            if (at >= end) {
                return fields;
            }
            at += delimiter.length;
        }
    }

    private @Nullable String orNull(String text) {
        return text.equals(nullText) ? null : text;
    }

    private boolean isDelimiter(byte[] bytes, int at, int end) {
        return bytes[at] == delimiter[0]
                && (delimiter.length == 1
                        || (at + delimiter.length <= end
                                && Arrays.equals(
                                        bytes,
                                        at,
                                        at + delimiter.length,
                                        delimiter,
                                        0,
                                        delimiter.length)));
    }

    private int quoted(byte[] bytes, int from, int end) throws Misfit {
        byte[] text = new byte[end - from];
        int length = 0;
        int at = from + 1;
        while (at < end) {
            byte b = bytes[at];
            if (b == escape && escape != quote && at + 1 < end) {
                text[length++] = bytes[at + 1];
                at += 2;
            } else if (b == quote) {
                if (at + 1 < end && bytes[at + 1] == quote) {
                    text[length++] = quote;
                    at += 2;
                } else {
                    fields.add(new String(text, 0, length, StandardCharsets.UTF_8));
                    return at + 1;
                }
            } else {
                text[length++] = b;
                at++;
            }
        }
        throw new Misfit(
                null, "the quote of field %s is never closed".formatted(fields.size() + 1));
    }
}
