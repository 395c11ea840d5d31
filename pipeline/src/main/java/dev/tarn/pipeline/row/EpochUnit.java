package dev.tarn.pipeline.row;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/// What a number in the place of a timestamp counts, since 1970 in UTC. A number alone does not
/// tell.
public enum EpochUnit {
    /// Not said: such a number does not fit.
    NONE(0),
    MILLIS(1_000),
    MICROS(1_000_000),
    NANOS(1_000_000_000);

    private final long perSecond;

    EpochUnit(long perSecond) {
        this.perSecond = perSecond;
    }

    /// Null if it is not said what a number counts.
    @Nullable LocalDateTime at(long number) {
        if (perSecond == 0) {
            return null;
        }
        long nanos = Math.floorMod(number, perSecond) * (1_000_000_000 / perSecond);
        return LocalDateTime.ofEpochSecond(
                Math.floorDiv(number, perSecond), (int) nanos, ZoneOffset.UTC);
    }
}
