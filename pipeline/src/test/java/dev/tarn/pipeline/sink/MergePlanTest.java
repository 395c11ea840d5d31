package dev.tarn.pipeline.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.pipeline.sink.MergePlan.Candidate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MergePlanTest {
    private static final long LARGE = 32 << 20;
    private static final int MIN = 16;

    private static Candidate file(int number, String partition, long rows, long deleted) {
        return new Candidate(number, List.of(partition), rows, deleted, rows * 50);
    }

    private static List<List<Integer>> groups(List<Candidate> files) {
        return MergePlan.of(files, MIN, LARGE).groups().stream()
                .map(group -> group.stream().map(Candidate::number).toList())
                .toList();
    }

    @Test
    void filesOfOneKindAreMergedWhenThereAreEnough() {
        List<Candidate> files = new ArrayList<>();
        for (int i = 0; i < MIN - 1; i++) {
            files.add(file(i, "a", 100, 0));
        }
        assertThat(groups(files)).isEmpty();
        // Another partition and another order of magnitude are other kinds.
        files.add(file(20, "b", 100, 0));
        files.add(file(21, "a", 10_000, 0));
        assertThat(groups(files)).isEmpty();
        files.add(file(22, "a", 200, 0));
        assertThat(groups(files))
                .containsExactly(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 22));
    }

    @Test
    void aFileWithoutRowsGoesAndOneThatIsMostlyDeletedIsWrittenAnew() {
        assertThat(
                        groups(
                                List.of(
                                        file(0, "a", 100, 100),
                                        file(1, "a", 1_000_000, 400_000),
                                        file(2, "a", 1_000_000, 600_000),
                                        file(3, "a", 1_000, 600))))
                .containsExactly(List.of(0), List.of(2));
    }

    @Test
    void whatALookReadsIsLimited() {
        List<Candidate> files = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            files.add(new Candidate(i, List.of(), 300_000, 0, 15 << 20));
        }
        MergePlan plan = MergePlan.of(files, MIN, LARGE);
        assertThat(plan.groups()).hasSize(1).allSatisfy(group -> assertThat(group).hasSize(2));
        assertThat(plan.isWhole()).isFalse();
    }

    /// A year of commits, each of some rows: how many files there are, how often a row is written.
    @Test
    void aRowIsWrittenAnewAFewTimes() {
        var random = new Random(1);
        List<Candidate> files = new ArrayList<>();
        long rows = 0;
        long rewritten = 0;
        for (int commit = 1; commit <= 30_000; commit++) {
            long count = 1 + random.nextInt(2_000);
            rows += count;
            files.add(file(commit, "", count, 0));
            if (commit % MIN == 0) {
                for (List<Candidate> group : MergePlan.of(files, MIN, LARGE).groups()) {
                    long sum = group.stream().mapToLong(Candidate::rows).sum();
                    rewritten += sum;
                    files.removeAll(group);
                    files.add(file(commit, "", sum, 0));
                }
            }
        }
        long small = files.stream().filter(file -> file.bytes() <= LARGE / 2).count();
        assertThat(small).isLessThan(4 * 2 * MIN);
        assertThat((double) rewritten / rows).isLessThan(4);
    }
}
