package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.pipeline.Progress.State;
import dev.tarn.pipeline.job.JobException;
import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import dev.tarn.storage.s3.S3Settings;
import dev.tarn.storage.s3.S3Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Files of an S3 into tables.
interface S3FileContract {

    /// Of an S3 that runs.
    S3Settings settings();

    Path folder();

    /// A bucket of a test, and a world to load it into.
    final class Lake implements AutoCloseable {
        final String bucket = "b-" + UUID.randomUUID();
        final S3Settings settings;
        final S3Store store;
        final World world;

        Lake(S3Settings settings, Path folder) {
            this.settings = settings;
            this.store = new S3Store(settings);
            this.world = new World(folder);
            store.ensureBucket(bucket);
        }

        void put(String key, byte[] content) {
            store.write(new Location("s3", bucket, key), content, new Condition.None());
        }

        void put(String key, String content) {
            put(key, content.getBytes(StandardCharsets.UTF_8));
        }

        String job(String path, String options) {
            return """
            env { job.name = s3, tarn.checkpoint.rows = 1000 }
            source { S3File { bucket = "s3a://%s", path = "%s", fs.s3a.endpoint = "%s"
              access_key = "%s", secret_key = "%s"
              fs.s3a.aws.credentials.provider = "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider"
              %s } }
            sink { Iceberg { namespace = t, table = k } }
            """
                    .formatted(
                            bucket,
                            path,
                            settings.endpoint(),
                            settings.accessKey(),
                            settings.secretKey(),
                            options);
        }

        @Override
        public void close() {
            world.close();
            store.close();
        }
    }

    private static String ids(int from, int to) {
        var text = new StringBuilder("id,name\n");
        for (int id = from; id < to; id++) {
            text.append(id).append(",n").append(id).append('\n');
        }
        return text.toString();
    }

    @Test
    default void objectsAreLoadedOnceAndAgainWhenTheyChange() throws Exception {
        try (var lake = new Lake(settings(), folder())) {
            lake.put("in/a/1.csv", ids(0, 3_000));
            lake.put("in/b c/ü.csv", ids(3_000, 3_010));
            lake.put("in/_hidden/3.csv", ids(0, 5));
            lake.put("in/.4.csv", ids(0, 5));
            lake.put("in/empty/", "");
            lake.put("inside/5.csv", ids(0, 5));
            String job = lake.job("/in", "file_format_type = csv");

            Progress first = lake.world.run(job);
            Progress idle = lake.world.run(job);
            lake.put("in/a/6.csv", ids(3_010, 3_011));
            Progress second = lake.world.run(job);
            lake.put("in/a/6.csv", ids(3_020, 3_022));
            Progress third = lake.world.run(job);
            lake.put("in/a/6.csv", ids(3_030, 3_032));
            Progress sameSize = lake.world.run(job);

            assertThat(first.message()).isEqualTo("finished");
            assertThat(first.rowsCommitted()).isEqualTo(3_010);
            assertThat(idle.rows()).isZero();
            assertThat(second.rowsCommitted()).isEqualTo(1);
            assertThat(third.rowsCommitted()).isEqualTo(2);
            assertThat(third.notes().toString()).contains("6.csv changed since it was loaded");
            assertThat(sameSize.rowsCommitted()).isEqualTo(2);
            assertThat(lake.world.column("t.k", "id")).hasSize(3_015).doesNotHaveDuplicates();
        }
    }

    @Test
    default void oneObjectAndGlobsAndMoreThanOnePageOfNames() throws Exception {
        try (var lake = new Lake(settings(), folder())) {
            for (int i = 0; i < 1_100; i++) {
                lake.put("many/%s.json".formatted(i), "{\"id\":%s}".formatted(i));
            }
            lake.put("many/1.json.more/2.json", "{\"id\":-1}");
            String json = "schema { fields { id = bigint } }, file_format_type = json";

            assertThat(lake.world.run(lake.job("many/1.json", json)).rowsCommitted()).isEqualTo(1);
            assertThat(lake.world.run(lake.job("many/10[0-4].json", json)).rowsCommitted())
                    .isEqualTo(5);
            assertThat(lake.world.run(lake.job("many/*.json", json)).rowsCommitted())
                    .isEqualTo(1_094);
            assertThat(lake.world.column("t.k", "id")).hasSize(1_100).doesNotHaveDuplicates();
        }
    }

    @Test
    default void everyFormatAndPacking() throws Exception {
        try (var lake = new Lake(settings(), folder())) {
            lake.put("csv/1.csv.gz", Packed.gzip(ids(0, 2_000)));
            lake.put("csv/2.csv.zst", Packed.zstd(ids(2_000, 4_000)));
            lake.put("avro/1.avro", AvroFiles.ids(4_000, 6_000));
            assertThat(lake.world.run(lake.job("csv", "file_format_type = csv")).rowsCommitted())
                    .isEqualTo(4_000);
            assertThat(lake.world.run(lake.job("avro", "file_format_type = avro")).rowsCommitted())
                    .isEqualTo(2_000);

            for (Path file : parquetFiles(lake.world)) {
                lake.put("parquet/" + file.getFileName(), Files.readAllBytes(file));
            }
            String copy =
                    lake.job("parquet", "file_format_type = parquet")
                            .replace("table = k", "table = copy");
            assertThat(lake.world.run(copy).message()).isEqualTo("finished");

            assertThat(lake.world.byFirst("t.copy")).isEqualTo(lake.world.byFirst("t.k"));
            assertThat(lake.world.rows("t.k")).hasSize(6_000);
        }
    }

    private static List<Path> parquetFiles(World world) throws IOException {
        try (var files = Files.walk(world.folder.resolve("objects"))) {
            return files.filter(file -> file.toString().endsWith(".parquet")).toList();
        }
    }

    @Test
    default void aRunGoesOnWithinAnObject() throws Exception {
        try (var lake = new Lake(settings(), folder())) {
            for (String format : List.of("csv", "avro")) {
                lake.put(
                        "big.csv",
                        (ids(0, 5_000) + "x,y\n" + ids(5_000, 9_000).substring(8))
                                .getBytes(StandardCharsets.UTF_8));
                lake.put("big.avro", AvroFiles.ids(0, 9_000, 5_000));
                String job =
                        lake.job(
                                        "big." + format,
                                        """
                                        file_format_type = %s, csv_use_header_line = true
                                        schema { fields { id = bigint, name = string } }
                                        """
                                                .formatted(format))
                                .replace("table = k", "table = " + format);

                Progress stopped = lake.world.run(job);
                Progress rest =
                        lake.world.run(
                                job.replace(
                                        "file_format_type",
                                        "tarn.dead_letter_table = \"t.dead\", file_format_type"));

                assertThat(stopped.state()).isEqualTo(State.FAILED);
                assertThat(stopped.message()).contains("big." + format);
                assertThat(stopped.rowsCommitted()).isPositive().isLessThan(5_001);
                assertThat(stopped.rowsCommitted() + rest.rowsCommitted()).isEqualTo(9_000);
                assertThat(lake.world.column("t." + format, "id"))
                        .hasSize(9_000)
                        .doesNotHaveDuplicates();
            }
        }
    }

    @Test
    default void whatIsWrongIsToldBeforeAnythingIsRead() throws Exception {
        try (var lake = new Lake(settings(), folder())) {
            lake.put("a.csv", ids(0, 1));
            String job = lake.job("a.csv", "file_format_type = csv");
            assertRefused(lake, job.replace(lake.bucket, "none-" + lake.bucket), "there is none");
            assertRefused(
                    lake,
                    job.replace(settings().secretKey(), "wrong-secret"),
                    "the secret key is wrong");
            assertRefused(
                    lake,
                    job.replace("path = \"a.csv\"", "path = \"b/*.csv\""),
                    "no object in s3://%s matches b/*.csv".formatted(lake.bucket));
            assertRefused(
                    lake,
                    job.replace("SimpleAWSCredentialsProvider", "OtherProvider"),
                    "SimpleAWSCredentialsProvider, found");
            assertRefused(
                    lake,
                    job.replace("path =", "hadoop_s3_properties { fs.s3a.buffer.dir = x }, path ="),
                    "hadoop_s3_properties.fs.s3a.buffer.dir: not supported");
        }
    }

    private static void assertRefused(Lake lake, String job, String words) {
        assertThatThrownBy(() -> lake.world.run(job))
                .isInstanceOf(JobException.class)
                .hasMessageContaining(words)
                .message()
                .doesNotContain("wrong-secret");
    }
}
