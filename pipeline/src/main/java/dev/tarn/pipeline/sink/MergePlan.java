package dev.tarn.pipeline.sink;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Which small files of a table become one.
///
/// Files of one partition with rows of one order of magnitude (powers of 16) are merged when there
/// are enough of them. So a row is written anew a few times only, however small the commits are:
/// from files of 10,000 rows to one of a million, twice. A file that is large enough is left alone,
/// unless more than half of its rows are deleted; then it is written anew alone.
///
/// @param groups files that become one each; of a group of one file the deleted rows go
/// @param isWhole whether that was all that is to do now
record MergePlan(List<List<Candidate>> groups, boolean isWhole) {

    /// A data file.
    ///
    /// @param number what the caller knows it by
    /// @param partition files of different ones stay apart
    /// @param deleted rows of it that are deleted, as far as is known
    record Candidate(int number, List<Object> partition, long rows, long deleted, long bytes) {

        private long rowsLeft() {
            return Math.max(0, rows - deleted);
        }

        private long bytesLeft() {
            return rows == 0 ? bytes : (long) ((double) bytes * rowsLeft() / rows);
        }

        private long bytesToRead() {
            return rowsLeft() == 0 ? 0 : bytes;
        }

        private boolean isMostlyDeleted() {
            return 2 * deleted > rows;
        }

        private int magnitude() {
            return MergePlan.magnitude(rowsLeft());
        }
    }

    private record Kind(List<Object> partition, int magnitude) {}

    /// 0 for less than 16 rows, 1 for less than 256, and so on.
    static int magnitude(long rows) {
        return (Long.SIZE - Long.numberOfLeadingZeros(rows | 1) - 1) / 4;
    }

    /// @param files in the order in which they came to the table
    /// @param filesMin so many are merged, not less
    /// @param largeBytes what a merged file should have
    static MergePlan of(List<Candidate> files, int filesMin, long largeBytes) {
        Map<Kind, List<Candidate>> kinds = new LinkedHashMap<>();
        List<List<Candidate>> groups = new ArrayList<>();
        for (Candidate file : files) {
            if (file.bytesLeft() <= largeBytes / 2) {
                kinds.computeIfAbsent(
                                new Kind(file.partition(), file.magnitude()),
                                _ -> new ArrayList<>())
                        .add(file);
            }
            if (file.isMostlyDeleted()
                    && (file.rowsLeft() == 0 || file.bytesLeft() > largeBytes / 2)) {
                groups.add(List.of(file));
            }
        }
        kinds.values().forEach(kind -> groups.addAll(groups(kind, filesMin, largeBytes)));
        return limited(groups, largeBytes);
    }

    private static List<List<Candidate>> groups(
            List<Candidate> kind, int filesMin, long largeBytes) {
        List<Candidate> left = kind.stream().filter(file -> file.rowsLeft() > 0).toList();
        List<List<Candidate>> groups = new ArrayList<>();
        while (left.size() > 1 && isDue(left, filesMin, largeBytes)) { // ends: fewer are left
            int count = 0;
            long bytes = 0;
            while (count < left.size() && bytes + left.get(count).bytesLeft() <= largeBytes) {
                bytes += left.get(count).bytesLeft();
                count++;
            }
            groups.add(left.subList(0, count));
            left = left.subList(count, left.size());
        }
        return groups;
    }

    private static boolean isDue(List<Candidate> files, int filesMin, long largeBytes) {
        return files.size() >= filesMin
                || files.stream().mapToLong(Candidate::bytesLeft).sum() >= largeBytes;
    }

    /// The first ones, with so many bytes to read together, or the first that has any.
    private static MergePlan limited(List<List<Candidate>> groups, long bytesMax) {
        long bytes = 0;
        for (int i = 0; i < groups.size(); i++) {
            long more = groups.get(i).stream().mapToLong(Candidate::bytesToRead).sum();
            if (bytes > 0 && bytes + more > bytesMax) {
                return new MergePlan(List.copyOf(groups.subList(0, i)), false);
            }
            bytes += more;
        }
        return new MergePlan(List.copyOf(groups), true);
    }
}
