package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tarn.pipeline.Progress.State;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Jobs with transforms, from a file to rows in a table.
class TransformsTest {
    @TempDir Path folder;

    private static String job(String transforms) {
        return """
        env { job.name = "t" }
        source { LocalFile { path = "a.jsonl", file_format_type = json, plugin_output = src
          schema { fields { id = bigint, name = string, tags = "array<string>", n = int }
                   primaryKey { name = pk, columnNames = [id] } } } }
        transform { %s }
        sink { Iceberg { namespace = t, table = r } }
        """
                .formatted(transforms);
    }

    /// What arrives in the table: its columns, and its rows as text.
    private List<String> run(String transforms) throws Exception {
        try (var world = new World(folder.resolve(Integer.toString(transforms.hashCode())))) {
            world.file(
                    "a.jsonl",
                    """
                    {"id":1,"name":"ann-lee-x","tags":["a"],"n":5}
                    {"id":2,"name":"bob","tags":null,"n":6}
                    {"id":3,"name":null,"tags":[],"n":null}
                    """);
            Progress end = world.run(job(transforms));
            assertThat(end.state()).as(end.message()).isEqualTo(State.FINISHED);
            var table = world.table("t.r");
            List<String> lines = new java.util.ArrayList<>();
            lines.add(
                    table.schema().columns().stream().map(Types.NestedField::name).toList()
                            + " key "
                            + table.schema().identifierFieldNames());
            for (Record row : world.rows("t.r")) {
                List<Object> values = new java.util.ArrayList<>();
                for (int i = 0; i < row.size(); i++) {
                    values.add(row.get(i));
                }
                lines.add(values.toString());
            }
            return lines;
        }
    }

    @Test
    void fieldMapperKeepsTheNamedColumnsInItsOrderAndTheKeyWithThem() throws Exception {
        assertThat(run("FieldMapper { field_mapper { n = number, id = key } }"))
                .containsExactly("[number, key] key [key]", "[5, 1]", "[6, 2]", "[null, 3]");
    }

    @Test
    void filterKeepsOrLeavesOut() throws Exception {
        assertThat(run("Filter { include_fields = [tags, id] }"))
                .containsExactly("[tags, id] key [id]", "[[a], 1]", "[null, 2]", "[[], 3]");
        assertThat(run("Filter { exclude_fields = [id, tags] }"))
                .containsExactly("[name, n] key []", "[ann-lee-x, 5]", "[bob, 6]", "[null, null]");
    }

    @Test
    void copyAddsColumnsAtTheEnd() throws Exception {
        assertThat(run("Copy { fields { tags2 = tags, id2 = id } }"))
                .containsExactly(
                        "[id, name, tags, n, tags2, id2] key [id]",
                        "[1, ann-lee-x, [a], 5, [a], 1]",
                        "[2, bob, null, 6, null, 2]",
                        "[3, null, [], null, [], 3]");
    }

    @Test
    void replaceChangesText() throws Exception {
        String more = ", Filter { include_fields = [name] }";
        assertThat(
                        run(
                                "Replace { replace_field = name, pattern = \"-\", replacement ="
                                        + " \"+\" }"
                                        + more))
                .containsExactly("[name] key []", "[ann+lee+x]", "[bob]", "[null]");
        assertThat(
                        run(
                                "Replace { replace_field = name, pattern = \"-(\\\\w)\","
                                    + " replacement = \"<$1>\", is_regex = true, replace_first ="
                                    + " true }"
                                        + more))
                .containsExactly("[name] key []", "[ann<l>ee-x]", "[bob]", "[null]");
    }

    @Test
    void splitCutsTextIntoColumns() throws Exception {
        assertThat(
                        run(
                                "Split { separator = \"-\", split_field = name, output_fields = [a,"
                                        + " b] }, Filter { include_fields = [name, a, b] }"))
                .containsExactly(
                        "[name, a, b] key []",
                        "[ann-lee-x, ann, lee-x]",
                        "[bob, bob, null]",
                        "[null, null, null]");
    }

    @Test
    void fieldRenameFollowsItsRules() throws Exception {
        assertThat(
                        run("""
                        FieldRename { convert_case = UPPER, prefix = "p_", suffix = "_s"
                          specific = [{ field_name = id, target_name = key }]
                          replacements_with_regex = [
                            { replace_from = "a(.)", replace_to = "_", is_regex = true }
                            { replace_from = "n", replace_to = "number" } ] }
                        """)
                                .getFirst())
                .isEqualTo("[key, p_N_E_s, p_T_S_s, p_number_s] key [key]");
    }

    @Test
    void filterRowKindLetsRowsOfFilesThroughAsInserts() throws Exception {
        assertThat(run("FilterRowKind { include_kinds = [INSERT] }")).hasSize(4);
        assertThat(run("FilterRowKind { exclude_kinds = [\"DELETE\"] }")).hasSize(4);
        assertThat(run("FilterRowKind { include_kinds = [\"DELETE\"] }")).hasSize(1);
    }

    @Test
    void aSourceAndATransformMayFeedDifferentTables() throws Exception {
        try (var world = new World(folder)) {
            world.file("a.jsonl", "{\"id\":1,\"n\":2}\n");
            Progress end =
                    world.run(
                            """
                            source { LocalFile { path = "a.jsonl", file_format_type = json, plugin_output = src } }
                            transform { Filter { plugin_input = src, plugin_output = slim, include_fields = [n] } }
                            sink { Iceberg { plugin_input = src, namespace = t, table = whole }
                                   Iceberg { plugin_input = slim, namespace = t, table = slim } }
                            """);
            assertThat(end.state()).as(end.message()).isEqualTo(State.FINISHED);
            assertThat(world.column("t.whole", "id")).containsExactly(1L);
            assertThat(world.rows("t.slim").getFirst().size()).isEqualTo(1);
        }
    }

    @Test
    void whatIsWrongIsToldBeforeAnythingRuns() {
        assertThatThrownBy(() ->
                        run(
                                """
                                Filter { include_fields = [nam] }
                                FieldMapper { field_mapper { id = x, n = x } }
                                Replace { replace_field = n, pattern = "(", replacement = "", is_regex = true }
                                Copy { src_field = id }
                                Llm { query = "select 1" }
                                """))
                .hasMessageContaining("there is no column nam, did you mean name?")
                .hasMessageContaining("Llm: unknown plugin");
    }

    @Test
    void valuesAreTakenOutOfJson() throws Exception {
        String job =
                """
                source { FakeSource { schema { fields { id = int, doc = string } }
                  rows = [
                    { kind = INSERT, fields = [1, \"\"\"{"a":{"b":[7,8]},"c":"x","d":"2024-02-29","e":1.50}\"\"\"] }
                    { kind = INSERT, fields = [2, \"\"\"{"a":{"b":"no"},"c":{"deep":null},"d":null}\"\"\"] }
                    { kind = INSERT, fields = [3, "not json"] }
                    { kind = INSERT, fields = [4, null] }
                  ] } }
                transform { JsonPath { row_error_handle_way = %s, columns = [
                  { path = "$.a.b[1]", src_field = doc, dest_field = b, dest_type = int, column_error_handle_way = SKIP }
                  { path = "$.c", src_field = doc, dest_field = c }
                  { path = "$['d']", src_field = doc, dest_field = d, dest_type = date, column_error_handle_way = SKIP_ROW }
                  { path = "$.e", src_field = doc, dest_field = e, dest_type = "decimal(5,2)", column_error_handle_way = SKIP }
                ] } }
                sink { Iceberg { namespace = t, table = j } }
                """;
        try (var world = new World(folder)) {
            assertThat(world.run(job.formatted("SKIP")).message()).isEqualTo("finished");
            List<String> rows = new ArrayList<>();
            for (Record row : world.rows("t.j")) {
                rows.add(
                        "%s %s %s %s %s"
                                .formatted(
                                        row.get(0),
                                        row.get(2),
                                        row.get(3),
                                        row.get(4),
                                        row.get(5)));
            }
            assertThat(rows)
                    .containsExactlyInAnyOrder(
                            "1 8 x 2024-02-29 1.50",
                            "2 null {\"deep\":null} null null",
                            "4 null null null null");
            assertThat(world.run(job.formatted("FAIL")).message())
                    .isEqualTo("JsonPath, c: not JSON: not json");
            Throwable refused =
                    catchThrowable(() ->
                            world.run(
                                    job.formatted("FAIL")
                                            .replace("$.a.b[1]", "$.a[?(@.b")
                                            .replace(
                                                    "src_field = doc, dest_field = c",
                                                    "src_field = id, dest_field = c")));
            assertThat(refused)
                    .hasMessageContaining("not a path")
                    .hasMessageContaining("expected a column of strings, found int");
        }
    }
}
