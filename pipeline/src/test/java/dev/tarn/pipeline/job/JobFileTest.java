package dev.tarn.pipeline.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tarn.pipeline.job.Option.Kind;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// The job format: what is kept, what is replaced, what is refused and how that is told.
class JobFileTest {
    private static final OptionTable IN =
            new OptionTable(
                    "In",
                    "",
                    List.of(
                            Option.required("path", Kind.TEXT, ""),
                            Option.honoured("schema", Kind.MAP, null, ""),
                            Option.honoured("count.max", Kind.NUMBER, "7", ""),
                            Option.honoured("field_delimiter", Kind.TEXT, ",", "")
                                    .formerly("delimiter"),
                            Option.honoured("plugin_output", Kind.TEXT, null, "")
                                    .formerly("result_table_name"),
                            Option.refused("magic", "there is none")));
    private static final OptionTable MAP = new OptionTable("Map", "It changes.", List.of());
    private static final OptionTable OUT =
            new OptionTable(
                    "Out",
                    "",
                    List.of(
                            Option.honoured("table", Kind.TEXT, null, ""),
                            Option.honoured("plugin_input", Kind.ANY, null, "")
                                    .formerly("source_table_name")));

    private static Job read(String name, String text, Map<String, String> variables) {
        var problems = new Problems(name);
        Job job =
                new JobFile(List.of(IN), List.of(MAP), List.of(OUT))
                        .read(
                                new JobSource(text, name, Path.of("/")),
                                variables,
                                Map.of("FROM_ENVIRONMENT", "e"),
                                problems);
        problems.raise();
        return job;
    }

    private static Job read(String text) {
        return read("jobs/f.conf", text, Map.of());
    }

    private static List<String> problems(String text) {
        return Objects.requireNonNull(catchThrowableOfType(JobException.class, () -> read(text)))
                .problems();
    }

    @Test
    void blocksOfOneNameAndTheOrderOfFieldsAreKept() {
        Job job =
                read(
                        """
                        env { job.name = "twice" }
                        source {
                          In { path = a, schema = { fields { z = int
                            a = string, m = bigint } } }
                          In { path = b }
                        }
                        sink { Out {} }
                        """);

        assertThat(job.name()).isEqualTo("twice");
        assertThat(job.sources()).extracting(b -> b.text("path")).containsExactly("a", "b");
        Setting schema = Objects.requireNonNull(job.sources().getFirst().settingOrNull("schema"));
        Setting fields =
                Objects.requireNonNull(Objects.requireNonNull(schema.mapOrNull()).get("fields"));
        assertThat(Objects.requireNonNull(fields.mapOrNull()).keySet())
                .containsExactly("z", "a", "m");
    }

    /// The patched parser and what it patches are two jars. Whichever stands first on a class path,
    /// a class of the one must not hide another of the other.
    @Test
    void theTwoJarsOfTheParserShareNoClassThatDiffers() throws IOException {
        String root = "org/apache/seatunnel/shade/com/typesafe/config/";
        List<String> twice = new ArrayList<>();
        for (String name :
                List.of(
                        "ConfigParseOptions",
                        "impl/ConfigParser",
                        "impl/ConfigParser$ParseContext",
                        "impl/ConfigNodePath",
                        "impl/Path",
                        "impl/PathParser",
                        "impl/PropertiesParser",
                        "impl/SimpleConfigObject",
                        "impl/Tokenizer",
                        "impl/Tokenizer$TokenIterator",
                        "impl/ConfigImpl",
                        "impl/ConfigObject",
                        "ConfigMergeable")) {
            List<URL> found =
                    Collections.list(
                            Job.class.getClassLoader().getResources(root + name + ".class"));
            if (found.size() > 1) {
                twice.add(name);
            }
        }

        assertThat(twice).isEmpty();
    }

    @Test
    void theJsonFormIsTheSameJob() {
        Job job =
                read(
                        "jobs/f.json",
                        """
                        {"env": {"job.name": "j"},
                         "source": [{"plugin_name": "In", "path": "a", "plugin_output": "x"},
                                    {"plugin_name": "In", "path": "b"}],
                         "sink": [{"plugin_name": "Out", "plugin_input": ["x"]}]}
                        """,
                        Map.of());

        assertThat(job.sources()).extracting(b -> b.text("path")).containsExactly("a", "b");
        assertThat(job.sinks().getFirst().texts("plugin_input")).containsExactly("x");
    }

    @Test
    void oldNamesMeanTheNewOnes() {
        Job job =
                read(
                        """
                        source { in { path = a, delimiter = ";", result_table_name = x } }
                        sink { out { source_table_name = x } }
                        """);

        assertThat(job.name()).isEqualTo("f");
        assertThat(job.sources().getFirst().text("field_delimiter")).isEqualTo(";");
        assertThat(job.sources().getFirst().text("plugin_output")).isEqualTo("x");
        assertThat(job.sinks().getFirst().texts("plugin_input")).containsExactly("x");
        assertThat(job.sources().getFirst().number("count.max")).isEqualTo(7);
    }

    @Test
    void variablesAreReplacedInAndOutsideOfQuotes() {
        Job job =
                read(
                        "f.conf",
                        """
                        source { In { path = ${folder}"/x", field_delimiter = "${d:;}" } }
                        sink { Out { table = "${path}-${FROM_ENVIRONMENT}-${table_name}" } }
                        """,
                        Map.of("folder", "/data", "path", "p"));

        assertThat(job.sources().getFirst().text("path")).isEqualTo("/data/x");
        assertThat(job.sources().getFirst().text("field_delimiter")).isEqualTo(";");
        assertThat(job.sinks().getFirst().text("table")).isEqualTo("p-e-${table_name}");
    }

    @Test
    void aVariableWithoutValueIsNamedWithItsLine() {
        assertThat(
                        problems(
                                """
                                source {
                                  In { path = ${folder} }
                                }
                                sink { Out { table = "${t}" } }
                                """))
                .containsExactly(
                        "jobs/f.conf:2: variable folder has no value, give it with -i folder=...,"
                                + " or a default as \"${folder:default}\"",
                        "jobs/f.conf:4: variable t has no value, give it with -i t=..., or a"
                                + " default as \"${t:default}\"");
    }

    @Test
    void allThatIsWrongIsToldAtOnceWithItsLine() {
        assertThat(
                        problems(
                                """
                                env { job.name = wrong
                                  paralelism = 2 }
                                source {
                                  In { fiel_delimiter = ";"
                                    count.max = many
                                    magic = on }
                                  Inn { path = b }
                                }
                                transform { Sql { query = "select 1" } }
                                sinks { Out {} }
                                """))
                .containsExactly(
                        "jobs/f.conf: sink: missing, a job needs at least one",
                        "jobs/f.conf:2: env.paralelism: unknown option, did you mean parallelism?",
                        "jobs/f.conf:4: In.fiel_delimiter: unknown option, did you mean"
                                + " field_delimiter?",
                        "jobs/f.conf:4: In.path: missing, required",
                        "jobs/f.conf:5: In.count.max: expected a whole number, found 'many'",
                        "jobs/f.conf:6: In.magic: not supported by this runner: there is none",
                        "jobs/f.conf:7: source Inn: unknown plugin, did you mean In?",
                        "jobs/f.conf:9: transform Sql: unknown plugin, expected one of Map",
                        "jobs/f.conf:10: sinks: unknown block, did you mean sink?");
    }

    @Test
    void aFileThatIsNotHoconIsToldWithItsLine() {
        assertThat(problems("env {\n  a = [1, 2\n}\n"))
                .singleElement()
                .asString()
                .startsWith("jobs/f.conf:3: not a job file: List should have");
    }
}
