package dev.tarn.pipeline.row;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// How a file writes days and times. Without a pattern the ISO forms hold; a timestamp then may
/// have a space or a `T`, and a zone that is turned into UTC.
public record Formats(
        @Nullable String datePattern,
        @Nullable String timePattern,
        @Nullable String datetimePattern,
        @Nullable DateTimeFormatter date,
        @Nullable DateTimeFormatter time,
        @Nullable DateTimeFormatter datetime) {

    public static final Formats ISO = of(null, null, null);

    /// Compiles the patterns.
    ///
    /// @throws IllegalArgumentException if one is not a pattern
    public static Formats of(
            @Nullable String date, @Nullable String time, @Nullable String datetime) {
        return new Formats(
                date, time, datetime, formatter(date), formatter(time), formatter(datetime));
    }

    private static @Nullable DateTimeFormatter formatter(@Nullable String pattern) {
        // Strict, or the 31st of February would quietly become the 28th; `uuuu` is `yyyy` there.
        return pattern == null
                ? null
                : DateTimeFormatter.ofPattern(pattern.replace("yyyy", "uuuu"), Locale.ROOT)
                        .withResolverStyle(ResolverStyle.STRICT);
    }

    LocalDate readDate(String text) throws Misfit {
        try {
            return date == null ? LocalDate.parse(text) : LocalDate.parse(text, date);
        } catch (DateTimeParseException e) {
            throw Misfit.value(
                    null, "date as " + (date == null ? "yyyy-MM-dd" : datePattern), text);
        }
    }

    LocalTime readTime(String text) throws Misfit {
        try {
            return time == null ? LocalTime.parse(text) : LocalTime.parse(text, time);
        } catch (DateTimeParseException e) {
            throw Misfit.value(null, "time as " + (time == null ? "HH:mm:ss" : timePattern), text);
        }
    }

    LocalDateTime readDatetime(String text) throws Misfit {
        try {
            if (datetime != null) {
                return LocalDateTime.parse(text, datetime);
            }
            String iso =
                    text.length() > 10 && text.charAt(10) == ' '
                            ? text.substring(0, 10) + 'T' + text.substring(11)
                            : text;
            return hasZone(iso)
                    ? OffsetDateTime.parse(iso)
                            .withOffsetSameInstant(ZoneOffset.UTC)
                            .toLocalDateTime()
                    : LocalDateTime.parse(iso);
        } catch (DateTimeParseException e) {
            throw Misfit.value(
                    null,
                    "timestamp as " + (datetime == null ? "yyyy-MM-dd HH:mm:ss" : datetimePattern),
                    text);
        }
    }

    private static boolean hasZone(String iso) {
        return iso.endsWith("Z")
                || (iso.length() > 16 && (iso.indexOf('+', 16) > 0 || iso.indexOf('-', 16) > 0));
    }
}
