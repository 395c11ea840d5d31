package dev.tarn.catalog.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tarn.catalog.document.Document;
import dev.tarn.catalog.document.Piece;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.JsonUtil;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever happens to a table, a version is what Iceberg makes of the whole metadata.
class TableVersionTest {
    private static final int STEPS = 120;

    static Stream<Arguments> histories() {
        return IntStream.rangeClosed(1, 3)
                .boxed()
                .flatMap(format ->
                        Stream.of(0, 1, 70, 250)
                                .flatMap(size ->
                                        Stream.of(1L, 2L, 3L)
                                                .map(seed -> Arguments.of(format, size, seed))));
    }

    @ParameterizedTest(name = "format {0}, {1} snapshots, seed {2}")
    @MethodSource("histories")
    void anyChangesComeOutAsIcebergAppliesThemToTheWhole(int format, int size, long seed)
            throws IOException {
        var changes = new RandomChanges(seed);
        TableVersion version = table(format);
        for (int i = 0; i < size; i++) {
            version = draft(version).then(changes.append(version.whole())).version("s3://f" + i);
        }
        int trimmed = 0;
        for (int step = 0; step < STEPS; step++) {
            trimmed += version.isWhole() ? 0 : 1;
            TableMetadata whole = version.whole();
            while (System.currentTimeMillis() <= whole.lastUpdatedMillis()) {
                Thread.onSpinWait();
            }
            List<TableChange> together = new ArrayList<>();
            for (int i = 0; i <= step % 5 / 4; i++) {
                together.add(changes.next(whole));
            }

            TableMetadata expected = whole;
            Throwable refusal = null;
            try {
                for (TableChange change : together) {
                    expected = change.applyTo(expected);
                }
            } catch (RuntimeException e) {
                refusal = e;
            }

            TableVersion base = version;
            if (refusal != null) {
                Throwable ours = catchThrowable(() -> applied(base, together));
                assertThat(ours).isInstanceOf(refusal.getClass()).hasMessage(refusal.getMessage());
                continue;
            }
            Draft draft = applied(base, together);
            assertThat(draft.isChanged()).isEqualTo(expected.metadataFileLocation() == null);
            if (draft.isChanged()) {
                String location = "s3://g" + step;
                version = draft.version(location);
                assertIs(
                        version,
                        TableVersion.located(expected, location),
                        whole.lastUpdatedMillis());
            }
        }
        if (size > 200) {
            assertThat(trimmed)
                    .as("steps with a history too long for objects")
                    .isGreaterThan(STEPS / 2);
        }
    }

    @ParameterizedTest(name = "format {0}, {1} snapshots, seed {2}")
    @MethodSource("histories")
    void aVersionReadFromAFileIsTheOneThatWasWritten(int format, int size, long seed)
            throws IOException {
        var changes = new RandomChanges(seed);
        TableVersion version = table(format);
        version = draft(version).then(changes.appends(version.whole(), size)).version("s3://a");
        String json = plain(version.json());
        TableVersion read = TableVersion.of(TableMetadataParser.fromJson("s3://a", json));

        assertThat(plain(read.json())).isEqualTo(json);
        assertThat(read.isWhole()).isEqualTo(version.isWhole());
        assertThat(read.recent().snapshots().size()).isLessThan(100);
    }

    private static TableVersion table(int format) {
        TableMetadata metadata =
                TableMetadata.newTableMetadata(
                        new Schema(
                                Types.NestedField.required(1, "id", Types.LongType.get()),
                                Types.NestedField.optional(2, "name", Types.StringType.get())),
                        PartitionSpec.unpartitioned(),
                        "s3://lake/orders",
                        Map.of("format-version", "" + format));
        return TableVersion.of(TableVersion.located(metadata, "s3://first"));
    }

    private static Draft draft(TableVersion base) {
        return Draft.of(base, base::whole);
    }

    private static Draft applied(TableVersion base, List<TableChange> changes) {
        Draft draft = draft(base);
        for (TableChange change : changes) {
            draft = draft.then(change);
        }
        return draft;
    }

    private static void assertIs(TableVersion version, TableMetadata expected, long before)
            throws IOException {
        String json = plain(version.json());
        assertThat(gunzipped(version.json())).isEqualTo(json);
        assertSame(json, TableMetadataParser.toJson(expected), before);
        TableMetadata whole = version.whole();
        assertSame(TableMetadataParser.toJson(whole), TableMetadataParser.toJson(expected), before);
        assertThat(whole.metadataFileLocation()).isEqualTo(expected.metadataFileLocation());
        assertThat(whole.changes()).isEmpty();

        TableMetadata refs = TableMetadataParser.fromJson(plain(version.jsonOfRefs()));
        List<Long> referenced =
                expected.snapshots().stream()
                        .map(Snapshot::snapshotId)
                        .filter(id ->
                                expected.refs().values().stream()
                                        .anyMatch(ref -> ref.snapshotId() == id))
                        .toList();
        assertThat(refs.snapshots())
                .extracting(Snapshot::snapshotId)
                .containsExactlyElementsOf(referenced);
        assertThat(refs.snapshotLog()).isEqualTo(whole.snapshotLog());
        assertThat(refs.statisticsFiles())
                .containsExactlyInAnyOrderElementsOf(whole.statisticsFiles());
    }

    private static void assertSame(String json, String expected, long before) throws IOException {
        JsonNode actual = comparable(json, before);
        for (var field : comparable(expected, before).properties()) {
            assertThat(actual.get(field.getKey())).as(field.getKey()).isEqualTo(field.getValue());
        }
        assertThat(actual.size()).isEqualTo(comparable(expected, before).size());
    }

    /// Both ways look at the clock, one after the other, and Iceberg keeps statistics in the order
    /// of a hash table.
    private static JsonNode comparable(String json, long before) throws IOException {
        ObjectNode metadata = (ObjectNode) JsonUtil.mapper().readTree(json);
        metadata.put("last-updated-ms", "now");
        for (JsonNode entry : metadata.path("snapshot-log")) {
            if (entry.path("timestamp-ms").asLong() > before) {
                ((ObjectNode) entry).put("timestamp-ms", "now");
            }
        }
        for (String field : List.of("statistics", "partition-statistics")) {
            List<JsonNode> sorted = new ArrayList<>();
            metadata.path(field).forEach(sorted::add);
            sorted.sort(Comparator.comparing(JsonNode::toString));
            metadata.putArray(field).addAll(sorted);
        }
        return metadata;
    }

    private static String plain(List<Piece> json) {
        return new String(Document.plain(json), StandardCharsets.UTF_8);
    }

    private static @Nullable String gunzipped(List<Piece> json) throws IOException {
        try (var gzip = new GZIPInputStream(new ByteArrayInputStream(Document.gzip(json)))) {
            return new String(gzip.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
