package dev.tarn.pipeline.source.kafka;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/// Where the reading of a topic begins that was never read.
sealed interface Start {
    record Earliest() implements Start {}

    record Latest() implements Start {}

    /// Where the group stands; `earliest` tells what holds where it stands nowhere.
    record Group(boolean earliest) implements Start {}

    record Offsets(Map<TopicPartition, Long> offsets) implements Start {
        public Offsets {
            offsets = Map.copyOf(offsets);
        }
    }

    /// At the first message of this time or later, in milliseconds since 1970.
    record Timestamp(long millis) implements Start {}
}
