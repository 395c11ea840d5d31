package dev.tarn.pipeline.source.files;

import dev.tarn.pipeline.row.Misfit;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Cuts a line of CSV into fields. An empty field without quotes is null, `""` is an empty text.
///
/// A field is a range of bytes: of the line, or of a copy where quotes within it were doubled or
/// escaped. It is valid until the next line is read.
final class CsvFields {
    private final byte[] delimiter;
    private final byte quote;
    private final boolean quotes;
    private final int escape;
    private final byte @Nullable [] nullText;

    private byte[][] sources = new byte[16][];
    private int[] starts = new int[16];
    private int[] ends = new int[16];
    private boolean[] nulls = new boolean[16];
    private int count;
    private byte[] copies = new byte[0];
    private int copied;

    CsvFields(FileOptions options) {
        this.delimiter = options.delimiter().getBytes(StandardCharsets.UTF_8);
        this.quote = (byte) options.quote();
        this.quotes = options.format() == FileOptions.Format.CSV;
        this.escape = options.escape();
        String text = options.nullText();
        this.nullText = text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    /// What keeps a line open.
    Lines.Quoting quoting() {
        return quotes ? new Lines.Quoting(quote, escape, delimiter) : Lines.Quoting.NONE;
    }

    /// Cuts a line, and tells how many fields it has.
    int cut(Lines.Line line) throws Misfit {
        count = 0;
        copied = 0;
        byte[] bytes = line.bytes();
        int end = line.offset() + line.length();
        int at = line.offset();
        while (true) {
            if (quotes && at < end && bytes[at] == quote) {
                at = quoted(bytes, at, end);
                if (at < end && !isDelimiter(bytes, at, end)) {
                    throw new Misfit(
                            null, "text behind the closing quote of field %s".formatted(count));
                }
            } else {
                int start = at;
                while (at < end && !isDelimiter(bytes, at, end)) {
                    at++;
                }
                add(bytes, start, at, isNull(bytes, start, at));
            }
            if (at >= end) {
                return count;
            }
            at += delimiter.length;
        }
    }

    private void add(byte[] source, int start, int end, boolean isNull) {
        if (count == starts.length) {
            sources = Arrays.copyOf(sources, count * 2);
            starts = Arrays.copyOf(starts, count * 2);
            ends = Arrays.copyOf(ends, count * 2);
            nulls = Arrays.copyOf(nulls, count * 2);
        }
        sources[count] = source;
        nulls[count] = isNull;
        starts[count] = start;
        ends[count++] = end;
    }

    private boolean isNull(byte[] bytes, int start, int end) {
        return start == end
                || (nullText != null
                        && Arrays.equals(bytes, start, end, nullText, 0, nullText.length));
    }

    boolean isNull(int field) {
        return nulls[field];
    }

    /// The array in which a field lies, from [#start] to [#end].
    byte[] bytes(int field) {
        return sources[field];
    }

    int start(int field) {
        return starts[field];
    }

    int end(int field) {
        return ends[field];
    }

    String text(int field) {
        return new String(
                sources[field], starts[field], ends[field] - starts[field], StandardCharsets.UTF_8);
    }

    @Nullable String textOrNull(int field) {
        return isNull(field) ? null : text(field);
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
        int at = from + 1;
        while (at < end && bytes[at] != quote && bytes[at] != escape) {
            at++;
        }
        boolean simple =
                at < end && bytes[at] == quote && (at + 1 == end || bytes[at + 1] != quote);
        if (simple) {
            add(bytes, from + 1, at, false);
            return at + 1;
        }
        return unescaped(bytes, from, end);
    }

    /// As [#quoted], with a copy of the text without the escapes.
    private int unescaped(byte[] bytes, int from, int end) throws Misfit {
        if (copies.length - copied < end - from) {
            // Fields before keep the array they lie in.
            copies = new byte[Math.max(copies.length * 2, end - from)];
            copied = 0;
        }
        int start = copied;
        int at = from + 1;
        while (at < end) {
            byte b = bytes[at];
            if (b == escape && escape != quote && at + 1 < end) {
                copies[copied++] = bytes[at + 1];
                at += 2;
            } else if (b == quote) {
                if (at + 1 < end && bytes[at + 1] == quote) {
                    copies[copied++] = quote;
                    at += 2;
                } else {
                    add(copies, start, copied, false);
                    return at + 1;
                }
            } else {
                copies[copied++] = b;
                at++;
            }
        }
        throw new Misfit(null, "the quote of field %s is never closed".formatted(count + 1));
    }
}
