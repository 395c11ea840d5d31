package dev.tarn.app.cli;

/// A line that moves on a terminal. Elsewhere it says nothing: what matters is printed at the end.
final class ProgressLine {
    private final Surroundings surroundings;
    private String shown = "";

    ProgressLine(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    void show(String text) {
        if (!surroundings.terminal() || text.equals(shown)) {
            return;
        }
        surroundings.err().print("\r\u001b[K" + text);
        surroundings.err().flush();
        shown = text;
    }

    void clear() {
        if (!shown.isEmpty()) {
            surroundings.err().print("\r\u001b[K");
            surroundings.err().flush();
            shown = "";
        }
    }
}
