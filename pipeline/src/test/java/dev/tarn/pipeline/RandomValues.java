package dev.tarn.pipeline;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/// Makes values, as often at the ends of their range as within.
final class RandomValues {
    private static final int EDGES = 4;
    private static final long DAY_MICROS = 86_400_000_000L;
    private static final String[] PIECES = {
        "a",
        "Z",
        " ",
        "'",
        "\"",
        "\\",
        "\n",
        "\t",
        "\u00e4",
        "\u20ac",
        "\ud83d\ude00",
        "%",
        ",",
        "{",
        "}",
        "NULL",
        "0"
    };

    private RandomValues() {}

    static Function<Random, String> integer(long least, long most) {
        return random ->
                switch (random.nextInt(EDGES)) {
                    case 0 -> Long.toString(random.nextBoolean() ? least : most);
                    case 1 -> "0";
                    default -> Long.toString(random.nextLong(least, most));
                };
    }

    static Function<Random, String> oneOf(String... literals) {
        return random -> literals[random.nextInt(literals.length)];
    }

    /// Digits before and behind the point.
    static Function<Random, String> decimal(int whole, int fraction) {
        return random -> {
            var text = new StringBuilder(random.nextBoolean() ? "-" : "");
            digits(text, random, 1 + random.nextInt(whole));
            digits(text.append('.'), random, fraction);
            return text.toString();
        };
    }

    private static void digits(StringBuilder text, Random random, int count) {
        for (int i = 0; i < count; i++) {
            text.append((char) ('0' + random.nextInt(10)));
        }
    }

    static Function<Random, String> floating() {
        return random -> Float.toString(random.nextFloat() * (random.nextInt(2_000) - 1_000));
    }

    static Function<Random, String> doubled() {
        return random ->
                Double.toString(random.nextDouble() * Math.pow(10, random.nextInt(40) - 20));
    }

    /// @param backslashes whether the server takes one for the begin of an escape
    /// @param pieces of these it is made
    static Function<Random, String> text(int most, boolean backslashes, List<String> pieces) {
        return random -> {
            var text = new StringBuilder();
            int count = random.nextInt(most + 1);
            for (int i = 0; i < count; i++) {
                text.append(pieces.get(random.nextInt(pieces.size())));
            }
            String quoted = text.toString().replace("'", "''");
            return "'" + (backslashes ? quoted.replace("\\", "\\\\") : quoted) + "'";
        };
    }

    /// All of Unicode's sorts.
    static List<String> pieces() {
        return List.of(PIECES);
    }

    /// @param form holds the place of the hexadecimal digits
    static Function<Random, String> bytes(int least, int most, String form) {
        return random -> {
            byte[] bytes = new byte[random.nextInt(least, most + 1)];
            random.nextBytes(bytes);
            return form.formatted(HexFormat.of().formatHex(bytes));
        };
    }

    static Function<Random, String> date(int first, int last) {
        return random -> "'" + day(random, first, last) + "'";
    }

    private static LocalDate day(Random random, int first, int last) {
        return LocalDate.ofEpochDay(
                random.nextLong(
                        LocalDate.of(first, 1, 1).toEpochDay(),
                        LocalDate.of(last, 12, 31).toEpochDay()));
    }

    static Function<Random, String> time() {
        return random -> "'" + LocalTime.ofNanoOfDay(random.nextLong(DAY_MICROS) * 1_000) + "'";
    }

    /// @param zone stands behind
    static Function<Random, String> timestamp(int first, int last, String zone) {
        return random -> {
            LocalDateTime time =
                    day(random, first, last)
                            .atTime(LocalTime.ofNanoOfDay(random.nextLong(DAY_MICROS) * 1_000));
            return "'" + time.toString().replace('T', ' ') + zone + "'";
        };
    }
}
