package dev.tarn.pipeline.job;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/// Finds what somebody meant to write.
public final class Nearest {
    private Nearest() {}

    /// The candidate with the fewest changed letters, if at most a third of them differ.
    public static Optional<String> of(String word, Collection<String> candidates) {
        String found = null;
        int best = Integer.MAX_VALUE;
        for (String candidate : candidates) {
            int distance =
                    distance(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (distance < best) {
                best = distance;
                found = candidate;
            }
        }
        return found != null && best <= Math.max(2, word.length() / 3)
                ? Optional.of(found)
                : Optional.empty();
    }

    private static int distance(String a, String b) {
        int[] before = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            before[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] now = new int[b.length() + 1];
            now[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = before[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                now[j] = Math.min(change, Math.min(before[j], now[j - 1]) + 1);
            }
            before = now;
        }
        return before[b.length()];
    }
}
