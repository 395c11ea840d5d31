package dev.tarn.pipeline.row;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads Canal's change events as JSON: `{ "type", "data": [rows], "old": [rows], "isDdl", ... }`,
/// any number of rows in a message.
///
/// | `type` | rows, for each of `data` |
/// |---|---|
/// | `INSERT`, `INIT-DDL` | insert |
/// | `UPDATE` | update-before: the row with the values of `old`, which has only the changed ones; update-after |
/// | `DELETE` | delete |
/// | `CREATE`, `ALTER`, `QUERY`, `CINDEX`, `DINDEX` | none |
///
/// Of a row before its change only the key must have values.
public final class CanalRows implements Rows {

    /// Where an object of the message stands, from its `{` to behind its `}`.
    private record Range(int start, int end) {}

    private final JsonRows after;
    private final JsonRows before;
    private final List<Range> data = new ArrayList<>();

    /// Null where a row has no old values.
    private final List<@Nullable Range> old = new ArrayList<>();

    private @Nullable String type;

    /// @param columns of the table the events tell of
    /// @param required columns in which a null does not fit, besides those of the schema
    public CanalRows(Columns columns, Set<String> required) {
        this.after = new JsonRows(columns.schema(), Formats.ISO, required, false);
        this.before =
                new JsonRows(
                        columns.loose(), Formats.ISO, new HashSet<>(columns.primaryKey()), false);
    }

    @Override
    public void read(Batch batch, byte[] bytes, int offset, int length) throws Misfit {
        find(bytes, offset, length);
        String what = type == null ? "" : type.toUpperCase(Locale.ROOT);
        int size = batch.size();
        try {
            switch (what) {
                case "INSERT", "INIT-DDL" -> inserts(batch, bytes);
                case "UPDATE" -> updates(batch, bytes);
                case "DELETE" -> deletes(batch, bytes);
                case "CREATE", "ALTER", "QUERY", "CINDEX", "DINDEX" -> {}
                case "TRUNCATE", "ERASE", "RENAME" ->
                        throw new Misfit("type", "is not followed: '%s'".formatted(what));
                default ->
                        throw new Misfit(
                                "type",
                                "expected INSERT, UPDATE or DELETE, found '%s'"
                                        .formatted(Misfit.shortened(what)));
            }
        } catch (Misfit e) {
            batch.truncate(size);
            throw e;
        }
    }

    private void inserts(Batch batch, byte[] bytes) throws Misfit {
        batch.reserve(data.size());
        for (Range row : data) {
            add(after, batch, RowKind.INSERT, bytes, row);
        }
    }

    private void deletes(Batch batch, byte[] bytes) throws Misfit {
        batch.reserve(data.size());
        for (Range row : data) {
            add(before, batch, RowKind.DELETE, bytes, row);
        }
    }

    private void updates(Batch batch, byte[] bytes) throws Misfit {
        batch.reserve(2 * data.size());
        for (int i = 0; i < data.size(); i++) {
            Range row = data.get(i);
            Range changed = i < old.size() ? old.get(i) : null;
            if (changed != null) {
                byte[] merged = merged(bytes, row, changed);
                add(before, batch, RowKind.UPDATE_BEFORE, merged, new Range(0, merged.length));
            }
            add(after, batch, RowKind.UPDATE_AFTER, bytes, row);
        }
    }

    private static void add(JsonRows rows, Batch batch, RowKind kind, byte[] bytes, Range at)
            throws Misfit {
        batch.kind(kind);
        rows.read(batch, bytes, at.start, at.end - at.start);
    }

    /// One object with the fields of both; of two of a name the later is taken, which is the old.
    private static byte[] merged(byte[] bytes, Range row, Range changed) {
        int first = row.end - row.start - 1;
        byte[] merged =
                Arrays.copyOf(
                        Arrays.copyOfRange(bytes, row.start, row.end),
                        first + changed.end - changed.start);
        System.arraycopy(bytes, changed.start, merged, first, changed.end - changed.start);
        // The closing brace of the first and the opening one of the second become a comma, unless
        // one of them is empty, which the parser would not take.
        boolean bare = isEmpty(bytes, row) || isEmpty(bytes, changed);
        merged[first] = (byte) (bare ? ' ' : ',');
        return merged;
    }

    private static boolean isEmpty(byte[] bytes, Range object) {
        for (int i = object.start + 1; i < object.end - 1; i++) {
            if (bytes[i] > ' ') {
                return false;
            }
        }
        return true;
    }

    private void find(byte[] bytes, int offset, int length) throws Misfit {
        type = null;
        data.clear();
        old.clear();
        try (JsonParser parser = JsonRows.FACTORY.createParser(bytes, offset, length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Misfit(null, "expected a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken token = parser.nextToken();
                switch (name) {
                    case "type" -> {
                        type = parser.getText();
                        parser.skipChildren();
                    }
                    case "data" -> rows(parser, offset, token, name, data);
                    case "old" -> rows(parser, offset, token, name, old);
                    default -> parser.skipChildren();
                }
            }
            if (parser.nextToken() != null) {
                throw new Misfit(null, "expected one JSON object, found text behind it");
            }
        } catch (JsonParseException e) {
            throw new Misfit(null, "not JSON, " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new Misfit(null, "not JSON, " + Misfit.shortened(String.valueOf(e.getMessage())));
        }
        if (data.contains(null)) {
            throw new Misfit("data", "expected rows, found null");
        }
    }

    private static void rows(
            JsonParser parser,
            int offset,
            JsonToken token,
            String name,
            List<? super @Nullable Range> into)
            throws IOException, Misfit {
        if (token == JsonToken.VALUE_NULL) {
            return;
        }
        if (token != JsonToken.START_ARRAY) {
            throw new Misfit(name, "expected a list of rows");
        }
        // Ends: a message has an end, and a parser that is behind it throws.
        for (JsonToken at = parser.nextToken();
                at != JsonToken.END_ARRAY;
                at = parser.nextToken()) {
            if (at == JsonToken.START_OBJECT) {
                int start = offset + (int) parser.currentTokenLocation().getByteOffset();
                parser.skipChildren();
                into.add(
                        new Range(
                                start,
                                offset + (int) parser.currentTokenLocation().getByteOffset() + 1));
            } else if (at == JsonToken.VALUE_NULL) {
                into.add(null);
            } else {
                throw new Misfit(name, "expected a list of rows, found '%s' in it".formatted(at));
            }
        }
    }
}
