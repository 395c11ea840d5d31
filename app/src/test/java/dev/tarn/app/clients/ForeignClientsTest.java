package dev.tarn.app.clients;

import java.nio.file.Path;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// PyIceberg and DuckDB do all that they can to one platform; what one of them wrote, the other
/// reads and changes.
@Needs(Tool.PYTHON)
class ForeignClientsTest {
    @TempDir private static Path folder;
    private static Platform platform;

    @BeforeAll
    static void start() {
        platform = Platform.start(folder.resolve("data"), "--no-sql", "--ports", "auto");
    }

    @AfterAll
    static void stop() {
        if (platform != null) {
            platform.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> pyIcebergThroughPyArrow() {
        return PythonCases.run("pyiceberg_cases", platform.environment());
    }

    @TestFactory
    Stream<DynamicTest> pyIcebergThroughS3fs() {
        return PythonCases.run("pyiceberg_cases", throughS3fs());
    }

    @TestFactory
    Stream<DynamicTest> duckDb() {
        return PythonCases.run("duckdb_cases", withRecipe());
    }

    @TestFactory
    Stream<DynamicTest> pyIcebergAndDuckDbShareTables() {
        return PythonCases.run("shared_cases", withRecipe());
    }

    @TestFactory
    Stream<DynamicTest> pyIcebergTakesOddNamesThroughPyArrow() {
        return PythonCases.run("names_cases", platform.environment());
    }

    @TestFactory
    Stream<DynamicTest> pyIcebergTakesOddNamesThroughS3fs() {
        return PythonCases.run("names_cases", throughS3fs());
    }

    @TestFactory
    Stream<DynamicTest> pyIcebergInManyProcesses() {
        return PythonCases.run("pyiceberg_writers_cases", platform.environment());
    }

    @TestFactory
    Stream<DynamicTest> duckDbInManyProcesses() {
        return PythonCases.run("duckdb_writers_cases", withRecipe());
    }

    @TestFactory
    Stream<DynamicTest> whatIsPeculiarToThem() {
        return PythonCases.run("statements_cases", withRecipe());
    }

    private static SequencedMap<String, String> throughS3fs() {
        SequencedMap<String, String> environment = platform.environment();
        environment.put("PY_IO_IMPL", "pyiceberg.io.fsspec.FsspecFileIO");
        return environment;
    }

    private static Map<String, String> withRecipe() {
        return Recipe.forDuckDb(platform, folder);
    }
}
