package dev.tarn.pipeline.parquet;

/// Decides whether pages of a chunk are written as numbers of words, and holds those numbers.
///
/// Looking a value up is dear where most are new, so that is given up early, for the rest of the
/// chunk. Pages before keep their words.
final class WordIds {
    private static final int LOOKED_AT_FIRST = 2_048;
    private static final int WORDS_MAX = 1 << 16;
    private static final int WORD_BYTES_MAX = 1 << 20;

    private int[] ids = new int[0];
    private Words words = new Words();
    private boolean givenUp;
    private int used;

    /// Looks up one value after the other.
    interface Lookup {
        int id(Words words, int index);
    }

    /// Whether all of the page's values are words; then their numbers are in [#ids].
    boolean find(int count, Lookup lookup) {
        if (givenUp || count == 0) {
            return false;
        }
        if (ids.length < count) {
            ids = new int[count];
        }
        for (int i = 0; i < count; i++) {
            ids[i] = lookup.id(words, i);
            boolean dear =
                    words.size() > WORDS_MAX
                            || words.bytes() > WORD_BYTES_MAX
                            || (i >= LOOKED_AT_FIRST && words.size() - used > i / 4);
            if (dear) {
                givenUp = true;
                return false;
            }
        }
        if (count <= LOOKED_AT_FIRST && words.size() - used > Math.max(1, count / 2)) {
            // A short page, nearly all of it new: as good as plain, and simpler.
            givenUp = true;
            return false;
        }
        used = words.size();
        return true;
    }

    /// Writes the numbers of the page that [#find] found.
    void write(int count, PageBuffer out) {
        int width = Hybrid.width(used);
        out.add(width);
        Hybrid.write(ids, count, width, out);
    }

    Words words() {
        return words;
    }

    /// How many words the pages of this chunk use: those found before it was given up.
    int used() {
        return used;
    }

    long memory() {
        return (long) ids.length * Integer.BYTES + words.bytes() + words.size() * 16L;
    }

    /// The next chunk has words of its own.
    void clear() {
        words = new Words();
        used = 0;
        givenUp = false;
    }
}
