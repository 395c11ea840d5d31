package dev.tarn.pipeline.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MemoryTest {
    private static final long MIB = 1L << 20;

    private final Memory memory = new Memory(100 * MIB, 60 * MIB);

    @Test
    void aRunAloneMayHaveAllThereIsForFiles() {
        Memory.Share share = memory.share();
        share.holds(60 * MIB);
        assertThat(share.mustGive()).isFalse();
        share.holds(60 * MIB + 1);
        assertThat(share.mustGive()).isTrue();
    }

    @Test
    void ofSeveralThoseGiveThatHaveMoreThanTheirPart() {
        Memory.Share large = memory.share();
        Memory.Share small = memory.share();
        large.holds(59 * MIB);
        small.holds(2 * MIB);
        assertThat(large.mustGive()).isTrue();
        assertThat(small.mustGive()).isFalse();
        small.holds(31 * MIB);
        assertThat(small.mustGive()).isTrue();
        large.close();
        assertThat(small.mustGive()).isFalse();
        assertThat(memory.held()).isEqualTo(31 * MIB);
    }

    @Test
    void keysTakeRoomFromFilesAndHaveAnEnd() {
        Memory.Share keys = memory.share();
        Memory.Share files = memory.share();
        keys.grow(0, 30 * MIB);
        keys.grow(30 * MIB, 90 * MIB);
        files.holds(11 * MIB);
        assertThat(files.mustGive()).isTrue();
        files.holds(10 * MIB);
        assertThat(files.mustGive()).isFalse();
        assertThatThrownBy(() -> files.grow(0, 20 * MIB))
                .hasMessageContaining(
                        "would take 20 MiB of memory, and 10 of 100 are left for those of all"
                                + " pipelines");
        keys.letGo(90 * MIB);
        files.grow(0, 20 * MIB);
        assertThat(memory.held()).isEqualTo(30 * MIB);
    }
}
