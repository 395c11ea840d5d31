package dev.tarn.app.logging;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/// An event as one line: `time=… level=info thread=… logger=… message="…"`, and after a blank the
/// stack trace, its lines joined, as `trace="…"`.
final class LineFormatter extends Formatter {

    @Override
    public String format(LogRecord event) {
        StringBuilder line = new StringBuilder(160);
        line.append("time=").append(event.getInstant().truncatedTo(ChronoUnit.MILLIS));
        line.append(" level=").append(word(event.getLevel()));
        String logger = event.getLoggerName();
        line.append(" logger=").append(logger == null ? "root" : logger);
        line.append(" message=").append(quoted(formatMessage(event)));
        Throwable thrown = event.getThrown();
        if (thrown != null) {
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace));
            line.append(" trace=").append(quoted(trace.toString().strip()));
        }
        return line.append('\n').toString();
    }

    private static String word(Level level) {
        if (level.intValue() >= Level.SEVERE.intValue()) {
            return "error";
        }
        if (level.intValue() >= Level.WARNING.intValue()) {
            return "warn";
        }
        return level.intValue() >= Level.INFO.intValue()
                ? "info"
                : level.getName().toLowerCase(Locale.ROOT).replace("fine", "debug");
    }

    /// Nothing a caller sends can begin a line of its own.
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (Character.isISOControl(c)) {
                        quoted.append("\\u%04x".formatted((int) c));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }
}
