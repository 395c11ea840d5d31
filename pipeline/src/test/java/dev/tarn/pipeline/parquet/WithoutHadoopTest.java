package dev.tarn.pipeline.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.pipeline.row.Batch;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.iceberg.Files;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The tests have all of Hadoop, for Iceberg's reader. The program has the classes parquet-java
/// names and none of what they need to work, so that a call into Hadoop fails here.
class WithoutHadoopTest {
    @TempDir Path folder;

    @Test
    void filesAreWrittenAndReadWithoutHadoopAtWork() throws Exception {
        String classPath =
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .filter(jar -> !jar.contains("hadoop-client-runtime"))
                        .collect(Collectors.joining(File.pathSeparator));
        Process child =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx128m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                classPath,
                                WithoutHadoopTest.class.getName(),
                                folder.toString())
                        .redirectErrorStream(true)
                        .start();

        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(child.waitFor()).as(output).isZero();
        assertThat(output).contains("read 3000 rows");
    }

    /// What the child does.
    public static void main(String[] arguments) throws Exception {
        String shaded = "org.apache.hadoop.shaded.com.ctc.wstx.stax.WstxInputFactory";
        try {
            Class.forName(shaded);
            throw new IllegalStateException("Hadoop's runtime is on the class path");
        } catch (ClassNotFoundException e) {
            System.out.println("no Hadoop at work");
        }
        var schema =
                new Schema(
                        Types.NestedField.optional(1, "id", Types.LongType.get()),
                        Types.NestedField.optional(2, "name", Types.StringType.get()));
        long rows = 0;
        for (CompressionCodecName codec :
                List.of(
                        CompressionCodecName.ZSTD,
                        CompressionCodecName.GZIP,
                        CompressionCodecName.UNCOMPRESSED)) {
            Path file = Path.of(arguments[0], codec + ".parquet");
            try (var appender =
                    new ParquetAppender(
                            schema,
                            Files.localOutput(file.toFile()),
                            new ParquetAppender.Layout(codec, 3, 1 << 14),
                            MetricsConfig.getDefault())) {
                var batch = new Batch(schema, 1_000);
                for (long i = 0; i < 1_000; i++) {
                    batch.set(0, i);
                    batch.set(1, "name " + i);
                    batch.endRow();
                }
                appender.add(batch, new int[] {0, 1}, null, batch.size());
                appender.finish();
            }
            try (var read = new ParquetBatches(Files.localInput(file.toFile()))) {
                read.skip(10);
                rows += 10;
                for (Batch batch = read.next(64); batch != null; batch = read.next(64)) {
                    rows += batch.size();
                }
            }
        }
        System.out.println("read " + rows + " rows");
    }
}
