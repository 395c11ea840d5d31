package dev.tarn.pipeline;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whatever happens amid the first rows of a database, none is lost and nobody sees half of them.
interface FirstRowsContract {
    int KILLS_SHORT = 6;
    int KILLS = 200;

    int BREAKS_SHORT = 5;

    Path folder();

    /// @param schema to be made
    FirstRows firstRows(String schema) throws Exception;

    @ParameterizedTest
    @EnumSource
    default void aBreakAmidTheFirstRowsLosesNothingOfThem(Breaking.Moment moment) throws Exception {
        firstRows("broken_" + moment).breakEverywhere(folder(), moment, BREAKS_SHORT);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("slow")
    default void aBreakAnywhereAmidTheFirstRowsLosesNothingOfThem(Breaking.Moment moment)
            throws Exception {
        firstRows("all_broken_" + moment).breakEverywhere(folder(), moment, 1);
    }

    @Test
    default void aFewKillsAmidTheFirstRows() throws Exception {
        new KillLoop(folder(), firstRows("killed"), 20_261_127).run(KILLS_SHORT);
    }

    @Test
    @Tag("slow")
    default void manyKillsAmidTheFirstRows() throws Exception {
        new KillLoop(folder(), firstRows("often_killed"), 20_261_127).run(KILLS);
    }
}
