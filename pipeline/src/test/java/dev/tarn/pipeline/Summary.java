package dev.tarn.pipeline;

import java.util.stream.LongStream;

/// Count, sum and a hash in which the order does not matter.
record Summary(long count, long sum, long hash) {

    static Summary of(LongStream values) {
        long[] summary = new long[3];
        values.forEach(value -> {
            summary[0]++;
            summary[1] += value;
            long mixed = (value + 1) * 0x9E3779B97F4A7C15L;
            summary[2] += mixed ^ (mixed >>> 32);
        });
        return new Summary(summary[0], summary[1], summary[2]);
    }
}
