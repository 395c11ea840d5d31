package dev.tarn.pipeline.sink;

import dev.tarn.pipeline.lake.TargetCatalog;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Rejected;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.types.Types;

/// The table of rows that did not fit, with the reason of each.
public final class DeadLetters {
    private static final Schema SCHEMA =
            new Schema(
                    Types.NestedField.optional(1, "pipeline", Types.StringType.get()),
                    Types.NestedField.optional(2, "file", Types.StringType.get()),
                    Types.NestedField.optional(3, "line", Types.LongType.get()),
                    Types.NestedField.optional(4, "column", Types.StringType.get()),
                    Types.NestedField.optional(5, "reason", Types.StringType.get()),
                    Types.NestedField.optional(6, "raw", Types.StringType.get()),
                    Types.NestedField.optional(7, "at", Types.TimestampType.withZone()));

    private DeadLetters() {}

    public static void prepare(TargetCatalog catalog, TableIdentifier name) {
        if (!catalog.exists(name)) {
            catalog.create(name, SCHEMA, PartitionSpec.unpartitioned(), Map.of());
        }
        Schema found = catalog.load(name).schema();
        for (Types.NestedField expected : SCHEMA.columns()) {
            Types.NestedField field = found.findField(expected.name());
            if (field == null || !field.type().equals(expected.type())) {
                throw new IllegalArgumentException(
                        "table %s is not for rejected rows, expected the column %s %s"
                                .formatted(name, expected.name(), expected.type()));
            }
        }
    }

    public static void write(
            RowWriter writer, Schema schema, String pipeline, Rejected row, Instant at) {
        GenericRecord record = GenericRecord.create(schema);
        record.setField("pipeline", pipeline);
        record.setField("file", row.file());
        record.setField("line", row.line());
        record.setField("column", row.column());
        record.setField("reason", row.reason());
        record.setField("raw", row.raw());
        record.setField("at", OffsetDateTime.ofInstant(at, ZoneOffset.UTC));
        var batch = new Batch(schema, 1);
        for (int i = 0; i < record.size(); i++) {
            batch.set(i, record.get(i));
        }
        batch.endRow();
        writer.write(batch, Columnwise.same(schema));
    }
}
