package dev.tarn.pipeline.row;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DigitsTest {
    /// Digits, and the bytes just beside them and far off.
    private static final byte[] OTHERS = {'/', ':', 0, -1, -128, '0' - 128, '9' - 128, ' ', '.'};

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void wordsOfDigitsAreReadAsOneByOne(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 200_000; i++) {
            int from = random.nextInt(10);
            int end = from + random.nextInt(21);
            byte[] bytes = new byte[end + random.nextInt(3)];
            for (int at = 0; at < bytes.length; at++) {
                bytes[at] = (byte) ('0' + random.nextInt(10));
            }
            if (random.nextBoolean() && bytes.length > 0) {
                bytes[random.nextInt(bytes.length)] = OTHERS[random.nextInt(OTHERS.length)];
            }
            assertThat(Digits.number(bytes, from, end))
                    .as(() -> "seed %s: %s".formatted(seed, text(bytes, from, end)))
                    .isEqualTo(oneByOne(bytes, from, end));
            if (end - from >= 4) {
                long four = oneByOne(bytes, from, from + 4);
                long two = oneByOne(bytes, from, from + 2);
                assertThat(Math.max(-1, Digits.four(bytes, from))).isEqualTo((int) four);
                assertThat(Math.max(-1, Digits.two(bytes, from))).isEqualTo((int) two);
            }
        }
    }

    private static String text(byte[] bytes, int from, int end) {
        return new String(bytes, from, end - from, StandardCharsets.ISO_8859_1);
    }

    private static long oneByOne(byte[] bytes, int from, int end) {
        return text(bytes, from, end).matches("[0-9]{1,18}")
                ? Long.parseLong(text(bytes, from, end))
                : -1;
    }
}
