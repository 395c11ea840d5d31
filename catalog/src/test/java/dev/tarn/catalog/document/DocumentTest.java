package dev.tarn.catalog.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever pieces are joined, what comes out is their text, and one ordinary gzip member.
class DocumentTest {
    private static final int GZIP_HEADER_BYTES = 10;
    private static final int GZIP_TRAILER_BYTES = 8;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anyPiecesJoinToTheirTextPlainAndCompressed(long seed) throws Exception {
        var random = new Random(seed);
        for (int i = 0; i < 20; i++) {
            List<byte[]> items = items(random, random.nextInt(400));
            var expected = new StringBuilder("[");
            expected.append(String.join(",", items.stream().map(DocumentTest::text).toList()));
            expected.append(']');

            Items joined = Items.NONE;
            for (List<byte[]> some : cut(random, items)) {
                joined = joined.append(some);
            }
            List<Piece> document = List.of(Text.of("["), joined, Text.of("]"));

            assertThat(text(Document.plain(document))).isEqualTo(expected.toString());
            assertThat(Document.length(document)).isEqualTo(Document.plain(document).length);
            assertThat(text(gunzip(Document.gzip(document)))).isEqualTo(expected.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whatLostItsBeginningIsAsIfItNeverHadIt(long seed) throws Exception {
        var random = new Random(seed);
        Items sliding = Items.NONE_SLIDING;
        List<byte[]> expected = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            List<byte[]> more = items(random, random.nextInt(4));
            expected.addAll(more);
            int dropped = random.nextInt(Math.min(4, expected.size() + 1));
            expected.subList(0, dropped).clear();
            sliding = sliding.append(more).withoutFirst(dropped);

            assertThat(sliding.length()).isEqualTo(Items.NONE.append(expected).length());
            assertThat(text(Document.plain(List.of(sliding))))
                    .isEqualTo(
                            String.join(",", expected.stream().map(DocumentTest::text).toList()));
            assertThat(gunzip(Document.gzip(List.of(sliding))))
                    .isEqualTo(Document.plain(List.of(sliding)));
        }
    }

    @Test
    void whatIsAppendedToStaysAsItWas() {
        var random = new Random(7);
        Items before = Items.NONE.append(items(random, 500));
        byte[] plain = Document.plain(List.of(before));
        byte[] compressed = Document.gzip(List.of(before));
        before.append(items(random, 500));

        assertThat(Document.plain(List.of(before))).isEqualTo(plain);
        assertThat(Document.gzip(List.of(before))).isEqualTo(compressed);
    }

    @Test
    void thereIsOneMemberAndNothingBehindIt() throws Exception {
        byte[] member = Document.gzip(history(2_000));
        var inflater = new Inflater(true);
        try {
            inflater.setInput(member, GZIP_HEADER_BYTES, member.length - GZIP_HEADER_BYTES);
            byte[] plain = new byte[Document.length(history(2_000)) + 1];
            assertThat(inflater.inflate(plain)).isEqualTo(plain.length - 1);
            assertThat(inflater.inflate(plain)).isZero();
            assertThat(inflater.finished()).isTrue();
            assertThat(inflater.getRemaining()).isEqualTo(GZIP_TRAILER_BYTES);
        } finally {
            inflater.end();
        }
    }

    @Test
    void itIsHardlyLargerThanCompressedAtOnce() {
        List<Piece> history = history(2_000);
        byte[] plain = Document.plain(history);

        assertThat(Document.gzip(history).length).isLessThan(Deflate.deflate(plain).length * 5 / 4);
    }

    @Test
    void gzipItselfFindsNothingWrong(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("history.gz"), Document.gzip(history(2_000)));
        assertThat(run("gzip", "-t", file.toString())).isEmpty();
    }

    @Test
    void pythonReadsItToo(@TempDir Path folder) throws Exception {
        assumeTrue(isThere("python3"), "python3 is not there");
        List<Piece> history = history(2_000);
        Path file = Files.write(folder.resolve("history.gz"), Document.gzip(history));
        Path plain = Files.write(folder.resolve("history"), Document.plain(history));
        String program =
                """
                import gzip, sys, zlib
                expected = open(sys.argv[2], "rb").read()
                assert gzip.open(sys.argv[1]).read() == expected
                member = zlib.decompressobj(31)
                assert member.decompress(open(sys.argv[1], "rb").read()) == expected
                assert member.eof and not member.unused_data
                """;
        assertThat(run("python3", "-c", program, file.toString(), plain.toString())).isEmpty();
    }

    private static List<Piece> history(int size) {
        return List.of(Text.of("["), Items.NONE.append(items(new Random(3), size)), Text.of("]"));
    }

    private static List<byte[]> items(Random random, int count) {
        List<byte[]> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String json =
                    "{\"snapshot-id\":%d,\"summary\":{\"operation\":\"append\",\"note\":\"%s\"},\"manifest-list\":\"s3://lake/ü/snap-%x.avro\"}"
                            .formatted(
                                    random.nextLong(),
                                    "x".repeat(random.nextInt(200)),
                                    random.nextLong());
            items.add(json.getBytes(StandardCharsets.UTF_8));
        }
        return items;
    }

    private static List<List<byte[]>> cut(Random random, List<byte[]> items) {
        List<List<byte[]>> parts = new ArrayList<>();
        int from = 0;
        while (from < items.size()) {
            int to = Math.min(items.size(), from + 1 + random.nextInt(20));
            parts.add(items.subList(from, to));
            from = to;
        }
        return parts;
    }

    private static byte[] gunzip(byte[] member) throws IOException {
        try (var gzip = new GZIPInputStream(new ByteArrayInputStream(member))) {
            return gzip.readAllBytes();
        }
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private static boolean isThere(String program) throws InterruptedException {
        try {
            run(program, "--version");
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = text(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
