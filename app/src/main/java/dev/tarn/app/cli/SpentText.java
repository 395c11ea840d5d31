package dev.tarn.app.cli;

import com.fasterxml.jackson.databind.JsonNode;

/// What a run spends its time on, as people read it: `read 30 %, write 60 %, commit 10 % (12 ms)`.
final class SpentText {
    private SpentText() {}

    /// @param run with `read-millis` and so on
    ///
    /// @return empty if nothing was spent yet
    static String of(JsonNode run) {
        long read = run.path("read-millis").asLong();
        long write = run.path("write-millis").asLong();
        long commit = run.path("commit-millis").asLong();
        long all = read + write + commit;
        if (all == 0) {
            return "";
        }
        return "read %d %%, write %d %%, commit %d %% (%,d ms)"
                .formatted(
                        Math.round(100.0 * read / all),
                        Math.round(100.0 * write / all),
                        Math.round(100.0 * commit / all),
                        run.path("last-commit-millis").asLong());
    }
}
