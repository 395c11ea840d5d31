package dev.tarn.pipeline.source.fake;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.Setting;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Decoder;
import dev.tarn.pipeline.row.Formats;
import dev.tarn.pipeline.row.Misfit;
import dev.tarn.pipeline.row.RowKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Rows that stand in the job: `{ kind = INSERT, fields = [...] }`, or the values alone.
final class WrittenRows implements FakeRows {
    private final List<List<@Nullable Object>> rows = new ArrayList<>();
    private final List<RowKind> kinds = new ArrayList<>();

    /// What is wrong becomes a problem of the block.
    WrittenRows(Block block, Schema schema, List<Setting> written) {
        written.forEach(row -> add(block, schema.columns(), row));
    }

    private void add(Block block, List<Types.NestedField> expected, Setting row) {
        Setting fields = row.mapOrNull() == null ? row : row.mapOrNull().get("fields");
        Setting kind = row.mapOrNull() == null ? null : row.mapOrNull().get("kind");
        RowKind happened = RowKind.INSERT;
        try {
            happened =
                    kind == null ? happened : RowKind.valueOf(kind.text().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            block.problem(
                    "rows",
                    row.line(),
                    "kind %s, expected INSERT, UPDATE_BEFORE, UPDATE_AFTER or DELETE"
                            .formatted(kind.text()));
        }
        List<Setting> values = fields == null ? null : fields.listOrNull();
        if (values == null || values.size() != expected.size()) {
            block.problem(
                    "rows",
                    row.line(),
                    "expected fields = [...] with %s values, found %s"
                            .formatted(expected.size(), values == null ? "none" : values.size()));
            return;
        }
        var decoder = new Decoder(Formats.ISO);
        List<@Nullable Object> decoded = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            Setting value = values.get(i);
            if (value.value() == null) {
                decoded.add(null);
                continue;
            }
            try {
                decoded.add(decoder.decode(expected.get(i).type(), value.text()));
            } catch (Misfit e) {
                block.problem("rows", row.line(), expected.get(i).name() + ": " + e.reason());
                decoded.add(null);
            }
        }
        rows.add(decoded);
        kinds.add(happened);
    }

    @Override
    public long count() {
        return rows.size();
    }

    @Override
    public void set(Batch batch, long number) {
        List<@Nullable Object> row = rows.get((int) number);
        for (int c = 0; c < row.size(); c++) {
            batch.set(c, row.get(c));
        }
        batch.kind(kinds.get((int) number));
    }
}
