package dev.tarn.storage.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Walks the keys of a bucket in the order of their UTF-8 bytes. Reads a folder when it comes to it
/// and leaves out those that cannot hold a key of the range, so a page costs what is on it.
public final class KeyCursor {
    private final byte[] prefix;
    private final Deque<Level> levels = new ArrayDeque<>();
    private byte[] from;

    KeyCursor(Path bucket, String prefix, byte[] from) throws IOException {
        this.prefix = utf8(prefix);
        this.from = from;
        levels.push(new Level(new byte[0], entries(bucket, new byte[0])));
    }

    /// Where to begin so that every key, or every key behind `key`, is seen.
    public static byte[] behind(String key) {
        return key.isEmpty() ? new byte[0] : append(utf8(key), (byte) 0);
    }

    /// Where to begin behind all keys that start with `prefix`: no UTF-8 text has the byte 255.
    public static byte[] behindAll(String prefix) {
        return append(utf8(prefix), (byte) 0xFF);
    }

    /// Leaves out what is smaller than `bytes`.
    public void skipTo(byte[] bytes) {
        from = bytes;
    }

    /// The next key and its file; null behind the last.
    public @Nullable Found next() throws IOException {
        while (!levels.isEmpty()) { // ends: every round takes an entry off a finite tree
            Level level = levels.element();
            if (level.at == level.entries.size()) {
                levels.pop();
                continue;
            }
            Entry entry = level.entries.get(level.at++);
            byte[] key = concat(level.prefix, entry.name);
            if (isBefore(entry, key)) {
                continue;
            }
            if (entry.folder) {
                if (startsWith(key, prefix) || startsWith(prefix, key)) {
                    levels.push(new Level(key, entries(entry.path, key)));
                }
            } else if (startsWith(key, prefix)) {
                return new Found(new String(key, StandardCharsets.UTF_8), entry.path);
            }
        }
        return null;
    }

    /// A key and the file that has it.
    public record Found(String key, Path file) {}

    private boolean isBefore(Entry entry, byte[] key) {
        return Arrays.compareUnsigned(key, from) < 0 && !(entry.folder && startsWith(from, key));
    }

    private List<Entry> entries(Path folder, byte[] base) throws IOException {
        var entries = new ArrayList<Entry>();
        collect(folder, "", base, entries);
        entries.sort(Comparator.comparing(Entry::name, Arrays::compareUnsigned));
        return entries;
    }

    private void collect(Path folder, String begun, byte[] base, List<Entry> entries)
            throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String fileName = String.valueOf(file.getFileName());
                if (fileName.startsWith(".")) {
                    continue; // no key has such a name; desktops leave such files
                }
                KeyNames.Name name = KeyNames.parse(fileName);
                String text = begun + name.text();
                switch (name.kind()) {
                    case MORE -> collect(file, text, base, entries);
                    case OBJECT -> add(entries, base, KeyNames.unescape(text, false), false, file);
                    case FOLDER -> add(entries, base, KeyNames.unescape(text, true), true, file);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            // Deleted meanwhile, or a stranger's file: nothing of ours is there.
            return;
        }
    }

    private void add(List<Entry> entries, byte[] base, byte[] name, boolean folder, Path file) {
        byte[] key = concat(base, name);
        if (startsWith(key, prefix) || (folder && startsWith(prefix, key))) {
            entries.add(new Entry(name, folder, file));
        }
    }

    private static final class Level {
        final byte[] prefix;
        final List<Entry> entries;
        int at;

        Level(byte[] prefix, List<Entry> entries) {
            this.prefix = prefix;
            this.entries = entries;
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // compared by content only, in one place
    private record Entry(byte[] name, boolean folder, Path path) {}

    private static boolean startsWith(byte[] bytes, byte[] start) {
        return bytes.length >= start.length
                && Arrays.equals(bytes, 0, start.length, start, 0, start.length);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] append(byte[] bytes, byte last) {
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
        longer[bytes.length] = last;
        return longer;
    }

    private static byte[] concat(byte[] left, byte[] right) {
        byte[] both = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        return both;
    }
}
