package dev.tarn.app.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PythonCasesTest {
    @TempDir Path folder;

    @Test
    void aCaseWhoseClientCrashesIsRunAgainAndTheRestAfterIt() throws IOException {
        List<DynamicTest> tests = PythonCases.run("crash_cases", crashes(1)).toList();
        assertEquals(
                List.of("crash_cases: one", "crash_cases: two", "crash_cases: three"),
                tests.stream().map(DynamicTest::getDisplayName).toList());
        AssertionError three =
                assertThrows(AssertionError.class, () -> tests.get(2).getExecutable().execute());
        assertTrue(three.getMessage().contains("three is wrong"), three.getMessage());
    }

    @Test
    void crashingTwiceIsAFailure() throws IOException {
        Map<String, String> environment = crashes(2);
        AssertionError error =
                assertThrows(
                        AssertionError.class, () -> PythonCases.run("crash_cases", environment));
        assertTrue(error.getMessage().contains("ended with 139"), error.getMessage());
    }

    private Map<String, String> crashes(int count) throws IOException {
        Path left = Files.writeString(folder.resolve("left"), Integer.toString(count));
        return Map.of("CRASHES_LEFT", left.toString());
    }
}
