package dev.tarn.storage.local;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/// Keys as file names. A key is literal, a file name is not: some are reserved, some too long, some
/// equal although they differ. So every key has exactly one path and none leaves its bucket:
///
/// ```
/// a/b.parquet   a / b.parquet@        an object ends in @, which a folder cannot: `p` and `p/q` live together
/// a//b          a / % / b@            an empty component
/// ../x          %2E. / x@             a leading dot is escaped, so are non-ASCII, %, @ and what shells dislike
/// <300 bytes>   <200 bytes>% / rest@  a component too long for a file system goes on in a folder
/// ```
final class KeyNames {
    private static final int KEY_BYTES_MAX = 1024;
    private static final int NAME_LENGTH_MAX = 200;
    private static final String PLAIN = "-_.=+,";
    private static final char OBJECT = '@';
    private static final char MORE = '%';
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private final boolean escapeCase;

    /// @param escapeCase whether capitals are escaped too, for file systems that ignore case
    KeyNames(boolean escapeCase) {
        this.escapeCase = escapeCase;
    }

    enum Kind {
        OBJECT,
        FOLDER,
        /// The beginning of names that are too long; the entries of this folder complete them.
        MORE
    }

    /// @param text the escaped name, without the mark of its kind
    record Name(Kind kind, String text) {}

    /// @throws InvalidKeyException if no file can have this name
    Path resolve(Path bucket, String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0) {
            throw new InvalidKeyException("Key is empty");
        }
        if (bytes.length > KEY_BYTES_MAX) {
            throw new InvalidKeyException(
                    "Key is too long, at most %s bytes, found %s: %.60s..."
                            .formatted(KEY_BYTES_MAX, bytes.length, key));
        }
        if (!new String(bytes, StandardCharsets.UTF_8).equals(key)) {
            throw new InvalidKeyException("Key is not Unicode text, it has an unpaired surrogate");
        }
        StringBuilder path = new StringBuilder(key.length() + 16);
        int start = 0;
        for (int i = 0; i <= bytes.length; i++) {
            if (i < bytes.length && bytes[i] != '/') {
                continue;
            }
            boolean last = i == bytes.length;
            append(path, escape(bytes, start, i), last);
            start = i + 1;
        }
        return bucket.resolve(path.toString());
    }

    private static void append(StringBuilder path, String escaped, boolean last) {
        String rest = escaped;
        if (rest.length() > NAME_LENGTH_MAX) {
            rest = rest.replace(".", "%2E"); // no rest may be `.` or `..`
        }
        while (rest.length() > NAME_LENGTH_MAX) {
            path.append(rest, 0, NAME_LENGTH_MAX).append(MORE).append('/');
            rest = rest.substring(NAME_LENGTH_MAX);
        }
        if (last) {
            path.append(rest).append(OBJECT);
        } else {
            path.append(rest.isEmpty() ? String.valueOf(MORE) : rest).append('/');
        }
    }

    private String escape(byte[] bytes, int from, int to) {
        StringBuilder out = new StringBuilder(to - from);
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            if (isPlain(b) && !(b == '.' && i == from)) {
                out.append((char) b);
            } else {
                out.append('%').append(HEX[(b >> 4) & 15]).append(HEX[b & 15]);
            }
        }
        return out.toString();
    }

    private boolean isPlain(byte b) {
        return (b >= 'a' && b <= 'z')
                || (b >= '0' && b <= '9')
                || (b >= 'A' && b <= 'Z' && !escapeCase)
                || (b > 0 && PLAIN.indexOf(b) >= 0);
    }

    static Name parse(String fileName) {
        int end = fileName.length() - 1;
        if (fileName.charAt(end) == OBJECT) {
            return new Name(Kind.OBJECT, fileName.substring(0, end));
        }
        if (fileName.charAt(end) == MORE) {
            return end == 0
                    ? new Name(Kind.FOLDER, "")
                    : new Name(Kind.MORE, fileName.substring(0, end));
        }
        return new Name(Kind.FOLDER, fileName);
    }

    /// The bytes of a component; a folder's end in a slash, which is what they sort by.
    static byte[] unescape(String text, boolean folder) {
        byte[] out = new byte[text.length() + 1];
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%' && i + 2 < text.length()) {
                out[length++] =
                        (byte)
                                ((Character.digit(text.charAt(i + 1), 16) << 4)
                                        | Character.digit(text.charAt(i + 2), 16));
                i += 2;
            } else {
                out[length++] = (byte) c;
            }
        }
        if (folder) {
            out[length++] = '/';
        }
        return Arrays.copyOf(out, length);
    }
}
