package dev.tarn.catalog.table;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.tarn.catalog.document.Text;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.EncryptedKeyParser;
import org.apache.iceberg.HistoryEntry;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.PartitionSpecParser;
import org.apache.iceberg.PartitionStatisticsFile;
import org.apache.iceberg.PartitionStatisticsFileParser;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotParser;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.SnapshotRefParser;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.SortOrderParser;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.StatisticsFileParser;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadata.MetadataLogEntry;
import org.apache.iceberg.encryption.EncryptedKey;
import org.apache.iceberg.util.JsonUtil;

/// The JSON of table metadata, in stretches. Each is written by Iceberg's own parser of that kind;
/// together they hold what Iceberg's parser of the whole would write, in another order.
final class MetadataJson {
    /// The end of the document before its arrays that grow; they follow one another with these
    /// between.
    static final Text SNAPSHOTS = Text.of(",\"snapshots\":[");

    static final Text SNAPSHOT_LOG = Text.of("],\"snapshot-log\":[");
    static final Text METADATA_LOG = Text.of("],\"metadata-log\":[");
    static final Text END = Text.of("]}");

    private static final int FIRST_VERSION_WITH_SEQUENCE_NUMBERS = 2;
    private static final int FIRST_VERSION_WITH_ROW_LINEAGE = 3;
    private static final long NO_SNAPSHOT = -1;

    private MetadataJson() {}

    /// What most commits change: everything that is neither a list of its own nor below.
    static Text current(TableMetadata table) {
        return Text.of(
                object(json -> {
                    json.writeNumberField("format-version", table.formatVersion());
                    json.writeStringField("table-uuid", table.uuid());
                    if (table.location() != null) {
                        json.writeStringField("location", table.location());
                    }
                    if (table.formatVersion() >= FIRST_VERSION_WITH_SEQUENCE_NUMBERS) {
                        json.writeNumberField("last-sequence-number", table.lastSequenceNumber());
                    }
                    json.writeNumberField("last-updated-ms", table.lastUpdatedMillis());
                    json.writeNumberField("last-column-id", table.lastColumnId());
                    json.writeNumberField("current-schema-id", table.currentSchemaId());
                    json.writeNumberField("default-spec-id", table.defaultSpecId());
                    json.writeNumberField("last-partition-id", table.lastAssignedPartitionId());
                    json.writeNumberField("default-sort-order-id", table.defaultSortOrderId());
                    JsonUtil.writeStringMap("properties", table.properties(), json);
                    currentSnapshot(table, json);
                    if (table.formatVersion() >= FIRST_VERSION_WITH_ROW_LINEAGE) {
                        json.writeNumberField("next-row-id", table.nextRowId());
                    }
                    encryptionKeys(table.encryptionKeys(), json);
                    json.writeObjectFieldStart("refs");
                    for (Map.Entry<String, SnapshotRef> ref : table.refs().entrySet()) {
                        json.writeFieldName(ref.getKey());
                        SnapshotRefParser.toJson(ref.getValue(), json);
                    }
                    json.writeEndObject();
                }));
    }

    private static void currentSnapshot(TableMetadata table, JsonGenerator json)
            throws IOException {
        Snapshot current = table.currentSnapshot();
        if (current != null) {
            json.writeNumberField("current-snapshot-id", current.snapshotId());
        } else if (table.formatVersion() >= FIRST_VERSION_WITH_ROW_LINEAGE) {
            json.writeNullField("current-snapshot-id");
        } else {
            json.writeNumberField("current-snapshot-id", NO_SNAPSHOT);
        }
    }

    private static void encryptionKeys(List<EncryptedKey> keys, JsonGenerator json)
            throws IOException {
        if (keys.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart("encryption-keys");
        for (EncryptedKey key : keys) {
            json.writeRawValue(EncryptedKeyParser.toJson(key, false));
        }
        json.writeEndArray();
    }

    /// Schemas, partition specs and sort orders; goes behind [#current].
    static Text structure(TableMetadata table) {
        return Text.of(
                behind(json -> {
                    if (table.formatVersion() < FIRST_VERSION_WITH_SEQUENCE_NUMBERS) {
                        forOldReaders(table, json);
                    }
                    json.writeArrayFieldStart("schemas");
                    for (Schema schema : table.schemas()) {
                        SchemaParser.toJson(schema, json);
                    }
                    json.writeEndArray();
                    json.writeArrayFieldStart("partition-specs");
                    for (PartitionSpec spec : table.specs()) {
                        PartitionSpecParser.toJson(spec, json);
                    }
                    json.writeEndArray();
                    json.writeArrayFieldStart("sort-orders");
                    for (SortOrder order : table.sortOrders()) {
                        SortOrderParser.toJson(order, json);
                    }
                    json.writeEndArray();
                }));
    }

    private static void forOldReaders(TableMetadata table, JsonGenerator json) throws IOException {
        json.writeFieldName("schema");
        SchemaParser.toJson(table.schema(), json);
        json.writeFieldName("partition-spec");
        json.writeRawValue(
                JsonUtil.mapper()
                        .readTree(PartitionSpecParser.toJson(table.spec()))
                        .path("fields")
                        .toString());
    }

    /// Statistics of tables and partitions; goes behind [#structure].
    static Text statistics(TableMetadata table) {
        return Text.of(
                behind(json -> {
                    json.writeArrayFieldStart("statistics");
                    for (StatisticsFile file : table.statisticsFiles()) {
                        StatisticsFileParser.toJson(file, json);
                    }
                    json.writeEndArray();
                    json.writeArrayFieldStart("partition-statistics");
                    for (PartitionStatisticsFile file : table.partitionStatisticsFiles()) {
                        PartitionStatisticsFileParser.toJson(file, json);
                    }
                    json.writeEndArray();
                }));
    }

    static byte[] snapshot(Snapshot snapshot) {
        return SnapshotParser.toJson(snapshot, false).getBytes(StandardCharsets.UTF_8);
    }

    static byte[] logEntry(HistoryEntry entry) {
        String json =
                "{\"timestamp-ms\":"
                        + entry.timestampMillis()
                        + ",\"snapshot-id\":"
                        + entry.snapshotId()
                        + '}';
        return json.getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] logEntry(MetadataLogEntry entry) {
        return write(json -> {
            json.writeStartObject();
            json.writeNumberField("timestamp-ms", entry.timestampMillis());
            json.writeStringField("metadata-file", entry.file());
            json.writeEndObject();
        });
    }

    /// An object that is not closed yet.
    private static byte[] object(Writer members) {
        byte[] object =
                write(json -> {
                    json.writeStartObject();
                    members.write(json);
                    json.writeEndObject();
                });
        return Arrays.copyOf(object, object.length - 1);
    }

    /// More members of an object that is open.
    private static byte[] behind(Writer members) {
        byte[] more = object(members);
        more[0] = ',';
        return more;
    }

    private static byte[] write(Writer writer) {
        var bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JsonUtil.factory().createGenerator(bytes, JsonEncoding.UTF8)) {
            writer.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write JSON to memory", e);
        }
        return bytes.toByteArray();
    }

    private interface Writer {
        void write(JsonGenerator json) throws IOException;
    }
}
