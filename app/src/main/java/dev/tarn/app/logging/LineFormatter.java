package dev.tarn.app.logging;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/// An event as one line: `time=… level=info logger=…`, then the message, which has its own
/// `key=value` fields, then the stack trace, its lines joined, as `trace="…"`.
final class LineFormatter extends Formatter {

    @Override
    public String format(LogRecord event) {
        StringBuilder line = new StringBuilder(160);
        line.append("time=").append(event.getInstant().truncatedTo(ChronoUnit.MILLIS));
        line.append(" level=").append(word(event.getLevel()));
        String logger = event.getLoggerName();
        line.append(" logger=").append(logger == null ? "root" : logger);
        line.append(' ').append(escaped(formatMessage(event), false));
        Throwable thrown = event.getThrown();
        if (thrown != null) {
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace));
            line.append(" trace=")
                    .append('"')
                    .append(escaped(trace.toString().strip(), true))
                    .append('"');
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
    private static String escaped(String text, boolean quotesToo) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> escaped.append(quotesToo ? "\\\"" : "\"");
                case '\\' -> escaped.append("\\\\");
                case '\n' -> escaped.append("\\n");
                case '\r' -> escaped.append("\\r");
                case '\t' -> escaped.append("\\t");
                default -> {
                    if (Character.isISOControl(c)) {
                        escaped.append("\\u%04x".formatted((int) c));
                    } else {
                        escaped.append(c);
                    }
                }
            }
        }
        return escaped.toString();
    }
}
