package dev.tarn.pipeline.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.pipeline.source.postgres.PacedSockets.PacedStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PacedSocketsTest {
    /// Gives a few bytes at a time, and counts how often it is asked.
    private static final class Trickle extends InputStream {
        private final InputStream all;
        private final int pieceMax;
        private int asked;

        Trickle(byte[] bytes, int pieceMax) {
            this.all = new ByteArrayInputStream(bytes);
            this.pieceMax = pieceMax;
        }

        @Override
        public int read() throws IOException {
            return all.read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            asked++;
            return all.read(into, offset, Math.min(length, pieceMax));
        }

        @Override
        public int available() throws IOException {
            return all.available();
        }
    }

    @Test
    void theBytesAreTheSame() throws IOException {
        var random = new Random(7);
        byte[] bytes = new byte[1_000_000];
        random.nextBytes(bytes);
        var stream = new PacedStream(new Trickle(bytes, 100_000));
        byte[] read = new byte[bytes.length];
        int at = 0;
        while (at < read.length) {
            assertThat(stream.available()).isPositive();
            if (random.nextBoolean()) {
                read[at++] = (byte) stream.read();
            } else {
                int count =
                        stream.read(read, at, Math.min(read.length - at, random.nextInt(20_000)));
                assertThat(count).isNotNegative();
                at += count;
            }
        }
        assertThat(read).isEqualTo(bytes);
        assertThat(stream.read()).isEqualTo(-1);
        assertThat(stream.read(read, 0, 10)).isEqualTo(-1);
    }

    @Test
    void whereLittleComesItIsAskedSeldom() throws IOException {
        var trickle = new Trickle(new byte[500], 10);
        var stream = new PacedStream(trickle);
        long begin = System.nanoTime();
        while (stream.read() >= 0) {
            continue;
        }
        // Fifty pieces and the end, two milliseconds between.
        assertThat(trickle.asked).isEqualTo(51);
        assertThat(System.nanoTime() - begin).isGreaterThan(95_000_000L);
    }

    @Test
    void whereMuchComesNothingWaits() throws IOException {
        byte[] bytes = new byte[64 << 20];
        var stream = new PacedStream(new Trickle(bytes, Integer.MAX_VALUE));
        byte[] into = new byte[8_192];
        long begin = System.nanoTime();
        long count = 0;
        for (int n = stream.read(into); n >= 0; n = stream.read(into)) {
            count += n;
        }
        assertThat(count).isEqualTo(bytes.length);
        // A thousand pauses would be two seconds.
        assertThat(System.nanoTime() - begin).isLessThan(1_500_000_000L);
    }
}
