package dev.tarn.pipeline.source.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;

class MyProgressTest {
    private static final long DAY_MICROS = 86_400_000_000L;

    private static MyColumn column(String name, String kind) {
        return new MyColumn(
                name, kind, Types.StringType.get(), false, 0, StandardCharsets.UTF_8, List.of());
    }

    private static MyProgress behind(String kind, Object value) {
        MyProgress progress = MyProgress.behind(1, List.of(column("k", kind)), List.of(value));
        assertThat(progress).isNotNull();
        return progress;
    }

    @Test
    void valuesOfEachKindAreWrittenAsSqlAndReadBack() {
        assertThat(behind("int", -7L).key()).containsExactly("-7");
        assertThat(behind("decimal", new BigDecimal("1E-9")).key()).containsExactly("0.000000001");
        assertThat(behind("varchar", "Ö'".getBytes(StandardCharsets.UTF_8)).key())
                .containsExactly("_utf8mb4 X'c39627'");
        assertThat(behind("varbinary", new byte[] {0, -1}).key()).containsExactly("X'00ff'");
        assertThat(behind("date", 2 * DAY_MICROS).key()).containsExactly("'1970-01-03'");
        MyProgress time = behind("datetime", DAY_MICROS + 1);
        assertThat(time.key()).containsExactly("'1970-01-02 00:00:00.000001'");
        assertThat(MyProgress.of(time.toString())).isEqualTo(time);
        assertThat(MyProgress.of("3")).isEqualTo(new MyProgress(3, List.of()));
    }

    @Test
    void aDateThatIsNoneCannotBeGoneOnBehind() {
        List<MyColumn> key = List.of(column("id", "int"), column("day", "date"));
        assertThat(MyProgress.behind(0, key, Arrays.asList(1L, null))).isNull();
        assertThat(MyProgress.behind(0, key, List.of(1L, MyColumn.NO_TIME))).isNull();
    }

    @Test
    void onlyKindsThatSqlOrdersAsItComparesThem() {
        assertThat(MyProgress.isPossible(List.of())).isFalse();
        assertThat(MyProgress.isPossible(List.of(column("a", "int"), column("b", "date"))))
                .isTrue();
        // It is ordered by number, and compared as text.
        assertThat(MyProgress.isPossible(List.of(column("a", "int"), column("b", "enum"))))
                .isFalse();
        assertThat(MyProgress.isPossible(List.of(column("a", "double")))).isFalse();
    }

    @Test
    void aQueryGoesOnBehindTheWholeKey() {
        List<MyColumn> key = List.of(column("a", "int"), column("b`", "int"));
        assertThat(new MyProgress(0, List.of()).query(key)).isEqualTo(" ORDER BY `a`, `b```");
        assertThat(new MyProgress(0, List.of("1", "2")).query(key))
                .isEqualTo(
                        " WHERE `a` >= 1 AND (`a` > 1 OR `a` = 1 AND `b``` > 2) ORDER BY `a`,"
                                + " `b```");
    }
}
