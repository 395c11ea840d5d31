package dev.tarn.pipeline.source;

/// How far a reader is behind what it reads; -1 where that is not known.
///
/// @param records rows or messages that wait
/// @param bytes of the log that wait
/// @param millis age of the newest thing read, against the newest there is
public record Lag(long records, long bytes, long millis) {
    public static final Lag UNKNOWN = new Lag(-1, -1, -1);

    public static Lag ofRecords(long records) {
        return new Lag(records, -1, -1);
    }

    /// Both together: records and bytes add up, the longer time counts.
    public Lag plus(Lag other) {
        return new Lag(
                sum(records, other.records),
                sum(bytes, other.bytes),
                Math.max(millis, other.millis));
    }

    private static long sum(long a, long b) {
        return a < 0 ? b : b < 0 ? a : a + b;
    }
}
