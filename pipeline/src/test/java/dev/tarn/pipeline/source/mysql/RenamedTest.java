package dev.tarn.pipeline.source.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RenamedTest {
    private static final List<String> BEFORE = List.of("id", "a", "b c", "d`e", "größe");

    private static Map<String, String> in(String statement, String... now) {
        return Renamed.in(statement, BEFORE, List.of(now));
    }

    @Test
    void bothWaysToRename() {
        assertThat(in("ALTER TABLE t RENAME COLUMN a TO x", "id", "x")).isEqualTo(Map.of("a", "x"));
        assertThat(
                        in(
                                "alter table `s`.`t` change column `b c` `B.C` varchar(9) after id,"
                                        + "\n change `d``e` `f``g` int",
                                "B.C",
                                "f`g"))
                .isEqualTo(Map.of("b c", "B.C", "d`e", "f`g"));
        assertThat(in("ALTER TABLE t CHANGE größe \"länge in m\" int", "länge in m"))
                .isEqualTo(Map.of("größe", "länge in m"));
        assertThat(in("ALTER TABLE t CHANGE IF EXISTS a x int, RENAME COLUMN `id` TO `key`", "x"))
                .isEqualTo(Map.of("a", "x", "id", "key"));
    }

    @Test
    void namesAreFoundInAnyCase() {
        assertThat(in("ALTER TABLE t CHANGE A Aa int", "AA")).isEqualTo(Map.of("a", "AA"));
        assertThat(in("ALTER TABLE t CHANGE A A int", "A")).isEqualTo(Map.of("a", "A"));
    }

    @Test
    void whatIsNoRenameIsNone() {
        assertThat(in("ALTER TABLE t CHANGE a a bigint", "a")).isEmpty();
        assertThat(in("ALTER TABLE t ADD x int COMMENT 'it''s to CHANGE a y \\' int'", "a", "x"))
                .isEmpty();
        assertThat(in("ALTER TABLE t ADD exchange int, DROP a", "id")).isEmpty();
        assertThat(in("ALTER TABLE t RENAME TO u", "a")).isEmpty();
        assertThat(in("ALTER TABLE t RENAME INDEX a TO x", "a")).isEmpty();
    }

    @Test
    void itKnowsWhatDoesMore() {
        assertThat(Renamed.addsOrDrops("ALTER TABLE t CHANGE a x int COMMENT 'ADD'")).isFalse();
        assertThat(Renamed.addsOrDrops("ALTER TABLE t CHANGE a x int, add y int")).isTrue();
        assertThat(Renamed.addsOrDrops("ALTER TABLE t DROP y, RENAME COLUMN a TO x")).isTrue();
    }

    @Test
    void aNameThatWasGivenAwayAgainSinceIsTakenAsItStands() {
        assertThat(in("ALTER TABLE t CHANGE a x int", "id", "y")).isEqualTo(Map.of("a", "x"));
    }
}
