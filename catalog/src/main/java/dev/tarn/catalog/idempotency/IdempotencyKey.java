package dev.tarn.catalog.idempotency;

import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.iceberg.exceptions.BadRequestException;

/// The name a client gives to one request, however often it sends it: a UUID of version 7.
public record IdempotencyKey(String text) {
    private static final Pattern UUID =
            Pattern.compile(
                    "[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}");
    private static final String VERSION = "7";
    private static final int SHOWN_MAX = 64;

    /// @throws BadRequestException if it is not a UUID of version 7
    public static IdempotencyKey parse(String header) {
        String text = header.strip().toLowerCase(Locale.ROOT);
        var matcher = UUID.matcher(text);
        if (!matcher.matches()) {
            throw new BadRequestException(
                    "Idempotency-Key must be a UUID of version 7, found: %s", shown(header));
        }
        if (!matcher.group(1).equals(VERSION)) {
            throw new BadRequestException(
                    "Idempotency-Key must be a UUID of version 7, found version %s: %s",
                    matcher.group(1), shown(header));
        }
        return new IdempotencyKey(text);
    }

    private static String shown(String header) {
        return header.length() <= SHOWN_MAX ? header : header.substring(0, SHOWN_MAX) + "...";
    }
}
