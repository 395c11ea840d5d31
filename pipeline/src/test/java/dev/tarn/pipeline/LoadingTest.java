package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tarn.pipeline.Progress.State;
import java.io.ByteArrayOutputStream;
import java.lang.ref.WeakReference;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Jobs from a file to rows in a table, read back by Iceberg's own reader.
class LoadingTest {
    @TempDir Path folder;

    private static String csv(String path, String more) {
        return """
        env { job.name = "t" }
        source { LocalFile { path = "%s", file_format_type = csv, plugin_output = o
          %s } }
        sink { Iceberg { namespace = t, table = r } }
        """
                .formatted(path, more);
    }

    @Test
    void aRunThatHasEndedKeepsNothingItWorkedWith() throws Exception {
        try (var world = new World(folder)) {
            List<WeakReference<Object>> part = new ArrayList<>();
            PipelineRun run = run(world, part);
            Await.until(
                    "what the run worked with is free",
                    () -> {
                        System.gc();
                        return part.getFirst().get() == null;
                    });
            assertThat(run.progress().state()).isEqualTo(State.FINISHED);
            assertThat(run.pipeline()).isEqualTo("ended");
        }
    }

    /// Tells of an object that only the run's plan has.
    private static PipelineRun run(World world, List<WeakReference<Object>> part)
            throws InterruptedException {
        List<String> console = new ArrayList<>();
        part.add(new WeakReference<>(console));
        PipelineRun run =
                world.pipelines.start(
                        world.job(
                                """
                                env { job.name = ended }
                                source { FakeSource { row.num = 3, schema { fields { id = bigint } } } }
                                sink { Console {} }
                                """),
                        Map.of(),
                        RunOptions.DEFAULT,
                        console::add);
        assertThat(run.await().state()).isEqualTo(State.FINISHED);
        assertThat(console).isNotEmpty();
        return run;
    }

    @Test
    void everyTypeMakesTheRoundTrip() throws Exception {
        try (var world = new World(folder)) {
            world.file(
                    "a.jsonl",
                    """
                    {"s":"ä\\n","b":true,"ti":1,"si":-2,"i":3,"l":4000000000,"f":1.5,"d":-2.25,"c":12.34,"by":"AQI=","da":"2024-02-29","t":"10:11:12","ts":"2024-02-29T10:11:12.123456","a":[1,null,2],"m":{"x":1},"r":{"city":"Bern","zip":3000}}
                    {"s":null}
                    """);
            String job =
                    """
                    source { LocalFile { path = a.jsonl, file_format_type = json, schema { fields {
                      s = string, b = boolean, ti = tinyint, si = smallint, i = int, l = bigint
                      f = float, d = double, c = "decimal(10, 2)", by = bytes, da = date, t = time
                      ts = timestamp, a = "array<int>", m = "map<string,int>"
                      r = { city = string, zip = int } } } } }
                    sink { Iceberg { namespace = "t.inner", table = types } }
                    """;

            assertThat(world.run(job).message()).isEqualTo("finished");

            Record row = world.rows("t.inner.types").getFirst();
            assertThat(row.getField("s")).isEqualTo("ä\n");
            assertThat(row.getField("ti")).isEqualTo(1);
            assertThat(row.getField("l")).isEqualTo(4_000_000_000L);
            assertThat(row.getField("f")).isEqualTo(1.5f);
            assertThat(row.getField("d")).isEqualTo(-2.25);
            assertThat(row.getField("c")).isEqualTo(new BigDecimal("12.34"));
            assertThat(row.getField("by")).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2}));
            assertThat(row.getField("da")).isEqualTo(LocalDate.of(2024, 2, 29));
            assertThat(row.getField("t")).isEqualTo(LocalTime.of(10, 11, 12));
            assertThat(row.getField("ts"))
                    .isEqualTo(LocalDateTime.of(2024, 2, 29, 10, 11, 12, 123_456_000));
            assertThat((List<?>) row.getField("a")).hasSize(3);
            assertThat(row.getField("m").toString()).isEqualTo("{x=1}");
            assertThat(((Record) row.getField("r")).getField("city")).isEqualTo("Bern");
            assertThat(world.rows("t.inner.types").get(1).getField("r")).isNull();

            // The table's own file is a Parquet source as good as any.
            Path parquet =
                    Path.of(
                            world.table("t.inner.types")
                                    .newScan()
                                    .planFiles()
                                    .iterator()
                                    .next()
                                    .file()
                                    .location()
                                    .replaceFirst("^file://", ""));
            Files.copy(parquet, folder.resolve("copy.parquet"));
            Progress copied =
                    world.run(
                            """
                            source { LocalFile { path = copy.parquet, file_format_type = parquet } }
                            sink { Iceberg { namespace = t, table = copy } }
                            """);
            assertThat(copied.message()).isEqualTo("finished");
            assertThat(world.rows("t.copy").toString())
                    .isEqualTo(world.rows("t.inner.types").toString());
        }
    }

    @Test
    void columnsAreInferredByTheRule() throws Exception {
        try (var world = new World(folder)) {
            world.file(
                    "a.csv",
                    """
                    whole,real,truth,day,moment,code,text,none
                    1,1,true,2024-01-01,2024-01-01 10:00:00,00501,x,
                    -2,2.5,FALSE,2024-12-31,2024-01-01T10:00:00,00502,"a ""b"", c",
                    ,,,,,,"",
                    """);

            Progress progress = world.run(csv("a.csv", ""));

            assertThat(progress.message()).isEqualTo("finished");
            assertThat(world.table("t.r").schema().columns())
                    .extracting(c -> c.name() + " " + c.type())
                    .containsExactly(
                            "whole long",
                            "real double",
                            "truth boolean",
                            "day date",
                            "moment timestamp",
                            "code string",
                            "text string",
                            "none string");
            assertThat(world.column("t.r", "text")).containsExactly("x", "a \"b\", c", "");
            assertThat(world.column("t.r", "whole")).containsExactly(1L, -2L, null);
        }
    }

    @Test
    void packsOneBehindTheOtherAreReadToTheLast() throws Exception {
        try (var world = new World(folder)) {
            var text = new StringBuilder("id\n");
            for (int id = 0; id < 40_000; id++) {
                text.append(id).append('\n');
            }
            Files.createDirectories(folder.resolve("p"));
            Files.write(folder.resolve("p/1.csv.gz"), Packed.gzip(text.toString()));
            Files.write(folder.resolve("p/2.csv.zst"), Packed.zstd(text.toString()));

            Progress progress =
                    world.run(
                            """
                            env { job.name = packed }
                            source { LocalFile { path = p, file_format_type = csv } }
                            sink { Iceberg { namespace = t, table = packed } }
                            """);

            assertThat(progress.message()).isEqualTo("finished");
            assertThat(progress.rowsCommitted()).isEqualTo(80_000);
        }
    }

    @Test
    void aFolderOfTheJobMayHaveSignsOfAGlob() throws Exception {
        Path odd = Files.createDirectories(folder.resolve("a[1]{x"));
        try (var world = new World(odd)) {
            world.file("d/1.csv", "id\n1\n");
            world.file("d/2.csv", "id\n2\n");
            String job =
                    """
                    env { job.name = odd }
                    source { LocalFile { path = "%s", file_format_type = csv } }
                    sink { Iceberg { namespace = t, table = odd } }
                    """;

            assertThat(world.run(job.formatted("d/1.csv")).rowsCommitted()).isEqualTo(1);
            assertThat(world.run(job.formatted("./d/../d/*.csv")).rowsCommitted()).isEqualTo(1);
            assertThat(world.column("t.odd", "id")).containsExactlyInAnyOrder(1L, 2L);
        }
    }

    @Test
    void aFolderAGlobGzipAndAnotherEncodingAreRead() throws Exception {
        try (var world = new World(folder)) {
            world.file("d/1.csv", "id;name\n1;a\n");
            world.file("d/deep/2.csv", "name;id\nb;2\n");
            world.file("d/_hidden.csv", "id;name\n9;z\n");
            var packed = new ByteArrayOutputStream();
            try (var gzip = new GZIPOutputStream(packed)) {
                gzip.write("id;name\n3;c\n".getBytes(StandardCharsets.UTF_8));
            }
            Files.write(folder.resolve("d/3.csv.gz"), packed.toByteArray());
            Files.write(
                    folder.resolve("latin.csv"),
                    "id;name\n4;Zürich\n".getBytes(StandardCharsets.ISO_8859_1));

            Progress all = world.run(csv("d", "field_delimiter = \";\""));
            assertThat(all.message()).isEqualTo("finished");
            assertThat(all.filesTotal()).isEqualTo(3);
            assertThat(world.column("t.r", "id")).containsExactlyInAnyOrder(1L, 2L, 3L);

            Progress glob = world.run(csv("d/**.csv", "field_delimiter = \";\""));
            assertThat(glob.filesSkipped()).isEqualTo(2);
            assertThat(glob.rows()).isZero();

            world.run(csv("latin.csv", "field_delimiter = \";\", encoding = ISO-8859-1"));
            assertThat(world.column("t.r", "name")).contains("Zürich");
        }
    }

    @Test
    @SuppressWarnings("InlineFormatString") // A job reads better apart from its loop.
    void partitionsOfEveryTransformAreWritten() throws Exception {
        try (var world = new World(folder)) {
            String job =
                    """
                    source { FakeSource { row.num = 500, int.min = 1, int.max = 3
                      schema { fields { id = bigint, k = int, s = string, d = date, ts = timestamp } } } }
                    sink { Iceberg { namespace = t, table = %s
                      iceberg.table.partition-keys = "%s" } }
                    """;
            List<String> keys =
                    List.of(
                            "k",
                            "years(d)",
                            "month(d)",
                            "days(d)",
                            "hour(ts)",
                            "bucket(id, 4)",
                            "truncate(s, 1)",
                            "k, bucket(8, s)");
            for (int i = 0; i < keys.size(); i++) {
                Progress progress = world.run(job.formatted("p" + i, keys.get(i)));
                assertThat(progress.message()).isEqualTo("finished");
                assertThat(world.rows("t.p" + i)).as(keys.get(i)).hasSize(500);
                assertThat(world.table("t.p" + i).spec().fields()).isNotEmpty();
            }
            assertThat(world.table("t.p7").spec().toString()).contains("bucket[8]");
        }
    }

    @Test
    void oneSourceFeedsSeveralSinksAndSeveralSourcesRunInOneJob() throws Exception {
        try (var world = new World(folder)) {
            Progress progress =
                    world.run(
                            """
                            source {
                              FakeSource { row.num = 10, result_table_name = a
                                schema { table = "db.ta", fields { id = int } } }
                              FakeSource { plugin_output = b, schema { fields { id = int, n = string } }
                                rows = [ { kind = INSERT, fields = [1, x] }, { fields = [2, null] } ] }
                            }
                            sink {
                              Iceberg { source_table_name = a, namespace = "t_${database_name}", table = "${table_name}_1" }
                              Iceberg { plugin_input = [a], namespace = t, table = two }
                              Console { plugin_input = b }
                            }
                            """);

            assertThat(progress.message()).isEqualTo("finished");
            assertThat(world.rows("t_db.ta_1")).hasSize(10);
            assertThat(world.column("t.two", "id")).isEqualTo(world.column("t_db.ta_1", "id"));
            assertThat(world.console)
                    .containsExactly(
                            "subtaskIndex=0  rowIndex=1:  SeaTunnelRow#tableId=b"
                                    + " SeaTunnelRow#kind=INSERT : 1, x",
                            "subtaskIndex=0  rowIndex=2:  SeaTunnelRow#tableId=b"
                                    + " SeaTunnelRow#kind=INSERT : 2, null");
        }
    }

    @Test
    void aLoadedFileIsSkippedLoadedAgainOnDemandAndWhenItChanged() throws Exception {
        try (var world = new World(folder)) {
            Path file = world.file("a.csv", "id\n1\n2\n");
            String job = csv("a.csv", "");

            assertThat(world.run(job).rows()).isEqualTo(2);
            Progress second = world.run(job);
            assertThat(second.rows()).isZero();
            assertThat(second.filesSkipped()).isEqualTo(1);

            // A copy with a new time is the same file.
            Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
            assertThat(world.run(job).filesSkipped()).isEqualTo(1);

            assertThat(world.run(job, RunOptions.AGAIN).rows()).isEqualTo(2);
            assertThat(world.rows("t.r")).hasSize(4);

            Files.writeString(file, "id\n3\n4\n");
            Progress changed = world.run(job);
            assertThat(changed.rows()).isEqualTo(2);
            assertThat(changed.notes().toString())
                    .contains(
                            "a.csv changed since it was loaded; it was loaded again, and its"
                                    + " earlier 2 rows stay");
            assertThat(world.rows("t.r")).hasSize(6);
        }
    }

    @Test
    void dataSaveModesDoWhatTheySay() throws Exception {
        try (var world = new World(folder)) {
            world.file("a.csv", "id\n1\n2\n");
            world.run(csv("a.csv", ""));
            String job = csv("a.csv", "").replace("table = r", "table = r, data_save_mode = %s");

            assertThat(world.run(job.formatted("ERROR_WHEN_DATA_EXISTS")).message())
                    .isEqualTo("Table t.r has rows and data_save_mode is ERROR_WHEN_DATA_EXISTS");
            assertThat(world.run(job.formatted("DROP_DATA")).message()).isEqualTo("finished");
            assertThat(world.rows("t.r")).hasSize(2);

            String recreated =
                    csv("a.csv", "").replace("table = r", "table = r, schema_save_mode = %s");
            assertThat(world.run(recreated.formatted("RECREATE_SCHEMA")).message())
                    .isEqualTo("finished");
            assertThat(world.rows("t.r")).hasSize(2);
            String other = recreated.replace("table = r,", "table = r2,");
            assertThat(world.run(other.formatted("ERROR_WHEN_SCHEMA_NOT_EXIST")).message())
                    .isEqualTo(
                            "Table t.r2 does not exist and schema_save_mode is"
                                    + " ERROR_WHEN_SCHEMA_NOT_EXIST");
        }
    }

    @Test
    void aQuoteKeepsALineOpenOnlyWhereItOpensAField() throws Exception {
        try (var world = new World(folder)) {
            world.file("a.csv", "n\n5\" pipe\n6\" pipe\n\"two\nlines \"\"x\"\"\"\n");
            String schema = "csv_use_header_line = true, schema { fields { n = string } }";
            assertThat(world.run(csv("a.csv", schema)).message()).isEqualTo("finished");
            assertThat(world.column("t.r", "n"))
                    .containsExactly("5\" pipe", "6\" pipe", "two\nlines \"x\"");
        }
    }

    @Test
    void anEscapedQuoteDoesNotCloseAField() throws Exception {
        try (var world = new World(folder)) {
            world.file("a.csv", "n,i\n\"a \\\" b\",1\n\"c\\\\\",2\n\"d\",3\n");
            String options =
                    "escape_char = \"\\\\\", csv_use_header_line = true,"
                            + " schema { fields { n = string, i = int } }";
            assertThat(world.run(csv("a.csv", options)).message()).isEqualTo("finished");
            assertThat(world.column("t.r", "n")).containsExactly("a \" b", "c\\", "d");
        }
    }

    @Test
    void aNumberThatIsTooLargeIsNotInfinite() throws Exception {
        try (var world = new World(folder)) {
            Map<String, String> cases =
                    Map.of("float", "1e39", "double", "1e309", "decimal(9,2)", "1e99999999");
            int number = 0;
            for (Map.Entry<String, String> one : cases.entrySet()) {
                String name = "n%s.csv".formatted(number++);
                world.file(name, "x\n" + one.getValue() + "\n");
                String schema =
                        "csv_use_header_line = true, schema { fields { x = \"%s\" } }"
                                .formatted(one.getKey());
                String job = csv(name, schema).replace("table = r", "table = " + name.charAt(1));
                assertThat(world.run(job).message()).contains(":2: x: expected");
            }
        }
    }

    @Test
    void aTableThatIsMadeAnewDuringARunGetsNoRowsOfTheOldOne() throws Exception {
        try (var world = new World(folder)) {
            world.file("a.csv", "id,n\n1,2\n");
            var name = TableIdentifier.of("t", "a");
            var swapped =
                    CreateTableRequest.builder()
                            .withName("a")
                            .withSchema(
                                    new Schema(
                                            Types.NestedField.optional(
                                                    1, "n", Types.LongType.get()),
                                            Types.NestedField.optional(
                                                    2, "id", Types.LongType.get())))
                            .build();
            String job =
                    """
                    source { LocalFile { path = a.csv, file_format_type = csv } }
                    sink {
                      Iceberg { namespace = t, table = a }
                      Console {}
                    }
                    """;
            Progress progress =
                    world.pipelines
                            .start(
                                    world.job(job),
                                    Map.of(),
                                    RunOptions.DEFAULT,
                                    line -> {
                                        var tables = world.catalog.tables();
                                        tables.drop(world.warehouse(), name, false);
                                        tables.create(world.warehouse(), name.namespace(), swapped);
                                    })
                            .await();

            assertThat(progress.state()).isEqualTo(State.FAILED);
            assertThat(progress.message()).contains("t.a was dropped and made anew");
            assertThat(world.rows("t.a")).isEmpty();
        }
    }

    @Test
    void anErrorOfTheMachineEndsTheRun() throws Exception {
        try (var world = new World(folder)) {
            world.file("a.csv", "id\n1\n");
            String job =
                    """
                    source { LocalFile { path = a.csv, file_format_type = csv } }
                    sink { Console {} }
                    """;
            Progress progress =
                    world.pipelines
                            .start(
                                    world.job(job),
                                    Map.of(),
                                    RunOptions.DEFAULT,
                                    line -> {
                                        throw new LinkageError("no such library");
                                    })
                            .await();
            assertThat(progress.state()).isEqualTo(State.FAILED);
            assertThat(progress.message()).isEqualTo("no such library");
        }
    }

    @Test
    void aRowThatDoesNotFitEndsTheRunAndIsNamed() throws Exception {
        try (var world = new World(folder)) {
            String typed = "csv_use_header_line = true, schema { fields { id = int, n = string } }";
            Map<String, String> cases =
                    Map.of(
                            "id,n\n1,a\nx7,b\n",
                            "3: id: expected int, found 'x7'",
                            "id,n\n1\n",
                            "2: expected 2 columns, found 1",
                            "id,n\n1,\"a\nb\"\n\n99999999999,c\n",
                            "5: id: expected int, found '99999999999'");
            int number = 0;
            for (Map.Entry<String, String> one : cases.entrySet()) {
                Path file = world.file("bad%s.csv".formatted(number++), one.getKey());
                Progress progress = world.run(csv(file.toString(), typed), RunOptions.AGAIN);
                assertThat(progress.state()).isEqualTo(State.FAILED);
                assertThat(progress.message()).isEqualTo(file + ":" + one.getValue());
            }
            assertThat(world.rows("t.r")).isEmpty();

            Path json = world.file("bad.jsonl", "{\"id\":1}\n{\"id\":2.5}\n{oops\n");
            String job =
                    csv(json.toString(), "schema { fields { id = int } }")
                            .replace("= csv", "= json");
            assertThat(world.run(job).message())
                    .isEqualTo(json + ":2: id: expected int, found '2.5'");
        }
    }

    @Test
    void rejectedRowsAreKeptInTheSameCommitAndCounted() throws Exception {
        try (var world = new World(folder)) {
            world.file(
                    "a.jsonl",
                    "{\"id\":1}\n{\"id\":\"x\"}\n{oops\n[1]\n{\"id\":null}\n{\"id\":2}\n");
            String job =
                    """
                    source { LocalFile { path = a.jsonl, file_format_type = json
                      tarn.dead_letter_table = "t.dead", tarn.rejected_rows_max = %s
                      schema { fields { id = int }, primaryKey { name = pk, columnNames = [id] } } } }
                    sink { Iceberg { namespace = t, table = good } }
                    """;

            Progress few = world.run(job.formatted(2));
            assertThat(few.state()).isEqualTo(State.FAILED);
            assertThat(few.message())
                    .startsWith("LocalFile-1: more than 2 rows rejected, the last: ")
                    .endsWith("a.jsonl:4: expected a JSON object, found [1]");
            assertThat(world.rows("t.good")).isEmpty();

            Progress progress = world.run(job.formatted(10));
            assertThat(progress.message()).isEqualTo("finished");
            assertThat(progress.rows()).isEqualTo(2);
            assertThat(progress.rejected()).isEqualTo(4);
            assertThat(world.column("t.good", "id")).containsExactly(1, 2);
            assertThat(world.column("t.dead", "line")).containsExactly(2L, 3L, 4L, 5L);
            assertThat(world.column("t.dead", "raw")).contains("{oops");
            assertThat(world.column("t.dead", "reason"))
                    .contains("expected int, found 'x'", "expected a value, found null");
        }
    }

    @Test
    void whatIsWrongWithAJobIsToldBeforeAnythingStarts() throws Exception {
        try (var world = new World(folder)) {
            world.file("a.csv", "id,name\n1,a\n");
            String job =
                    """
                    source {
                      LocalFile { path = a.csv, file_format_type = csv, read_columns = [id, nmae]
                        plugin_output = a }
                      LocalFile { path = "missing/*.csv", file_format_type = cvs }
                    }
                    sink {
                      Iceberg { plugin_input = b, table = t }
                      Iceberg { plugin_input = a, table = t
                        iceberg.table.partition-keys = "bucket(id), week(id), nope"
                        iceberg.catalog.config = { type = hive, uri = "thrift://elsewhere:9083" }
                        iceberg.table.commit-branch = "" }
                    }
                    """;

            Throwable seen =
                    catchThrowable(() ->
                            world.pipelines.start(
                                    world.job(job), Map.of(), RunOptions.DEFAULT, l -> {}));

            assertThat(String.valueOf(seen.getMessage()).lines())
                    .contains(
                            "jobs/test.conf:2: LocalFile.read_columns: there is no column nmae, did"
                                    + " you mean name?",
                            "jobs/test.conf:4: LocalFile.file_format_type: expected one of [CSV,"
                                    + " TEXT, JSON, PARQUET, AVRO], found 'cvs'",
                            "jobs/test.conf:7: Iceberg.plugin_input: no source or transform before"
                                    + " is called b, did you mean a?",
                            "jobs/test.conf:9: Iceberg.iceberg.table.partition-keys: bucket(id):"
                                    + " expected a column and a width",
                            "jobs/test.conf:10: Iceberg.iceberg.catalog.config: hive is not"
                                    + " supported, only type rest",
                            "jobs/test.conf:11: Iceberg.iceberg.table.commit-branch:"
                                    + " expected a branch, found ''")
                    .anyMatch(line -> line.contains("missing"));
        }
    }

    @Test
    void aTableGetsWhatTheSourceHasMore() throws Exception {
        try (var world = new World(folder)) {
            String job =
                    """
                    source { FakeSource { schema { columns = [%s] }
                      rows = [{ kind = INSERT, fields = [%s] }] } }
                    sink { Iceberg { namespace = t, table = grow, iceberg.table.schema-evolution-enabled = %s } }
                    """;
            String before =
                    job.formatted("{ name = id, type = int, nullable = false }", "1", "false");
            String columns = "{ name = id, type = bigint }, { name = name, type = string }";
            String values = "3000000000, \"b\"";
            assertThat(world.run(before).message()).isEqualTo("finished");

            Progress refused = world.run(job.formatted(columns, values, "false"));
            assertThat(refused.message())
                    .contains("column id of table t.grow is int, the source gives long");

            String after = job.formatted(columns, values, "true");
            JobCheck check = world.pipelines.check(world.job(after), Map.of());
            assertThat(check.tables().getFirst().columns())
                    .containsExactly(
                            new JobCheck.Column("id", "long", false, false),
                            new JobCheck.Column("name", "string", false, false));
            assertThat(world.table("t.grow").schema().columns()).hasSize(1);

            Progress grown = world.run(after);
            assertThat(grown.message()).isEqualTo("finished");
            assertThat(grown.notes())
                    .contains(
                            "Table t.grow: column id is long now, it was int",
                            "Table t.grow: added column name string",
                            "Table t.grow: column id may be null now");
            assertThat(world.column("t.grow", "id")).containsExactlyInAnyOrder(1L, 3_000_000_000L);
            assertThat(world.column("t.grow", "name")).containsExactlyInAnyOrder(null, "b");
        }
    }
}
