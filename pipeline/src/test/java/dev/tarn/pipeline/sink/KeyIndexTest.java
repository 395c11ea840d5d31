package dev.tarn.pipeline.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyIndexTest {

    /// Few keys in few slots, so that runs are long and removed ones lie in their middle.
    @Test
    void itIsAMap() {
        var random = new Random(7);
        for (int round = 0; round < 20; round++) {
            var index = new KeyIndex();
            Map<Long, Long> model = new HashMap<>();
            int keys = round < 10 ? 700 : 60_000;
            for (int i = 0; i < 200_000; i++) {
                long key = random.nextInt(keys);
                long low = round % 2 == 0 ? 0 : key * 31;
                Long expected;
                long found;
                switch (random.nextInt(3)) {
                    case 0 -> {
                        expected = model.put(key, (long) i);
                        found = index.put(key, low, i);
                    }
                    case 1 -> {
                        expected = model.remove(key);
                        found = index.remove(key, low);
                    }
                    default -> {
                        expected = model.get(key);
                        found = index.get(key, low);
                    }
                }
                assertThat(found).isEqualTo(expected == null ? KeyIndex.NONE : expected);
            }
            assertThat(index.size()).isEqualTo(model.size());
            model.forEach((key, place) ->
                    assertThat(index.get(key, key * (index.get(key, 0) == place ? 0 : 31)))
                            .isEqualTo(place));
        }
    }
}
