package dev.tarn.pipeline.row;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads Debezium's change events as JSON: `{ "op", "before", "after", ... }`, alone or as the
/// `payload` beside a `schema`. Only the images become rows; where they stand in the message is
/// found in one pass, and each is read as a message of JSON would be.
///
/// | `op` | rows |
/// |---|---|
/// | `c`, `r` | insert of `after` |
/// | `u` | update-before of `before`, if it is there; update-after of `after` |
/// | `d` | delete of `before` |
/// | `m` | none |
///
/// Of a `before` only the key must have values: a source may log no more than that.
public final class DebeziumRows implements Rows {
    private final JsonRows after;
    private final JsonRows before;

    private int beforeStart;
    private int beforeEnd;
    private int afterStart;
    private int afterEnd;
    private @Nullable String op;

    /// @param columns of the table the events tell of
    /// @param required columns in which a null does not fit, besides those of the schema
    /// @param unit of numbers that stand for timestamps
    public DebeziumRows(Columns columns, Set<String> required, EpochUnit unit) {
        this.after = new JsonRows(columns.schema(), Formats.ISO, required, false, unit);
        this.before =
                new JsonRows(
                        columns.loose(),
                        Formats.ISO,
                        new HashSet<>(columns.primaryKey()),
                        false,
                        unit);
    }

    @Override
    public void read(Batch batch, byte[] bytes, int offset, int length) throws Misfit {
        find(bytes, offset, length);
        String what = op == null ? "" : op;
        switch (what) {
            case "c", "r" -> after(batch, bytes, RowKind.INSERT);
            case "u" -> {
                batch.reserve(2);
                int size = batch.size();
                try {
                    if (beforeEnd > 0) {
                        before(batch, bytes, RowKind.UPDATE_BEFORE);
                    }
                    after(batch, bytes, RowKind.UPDATE_AFTER);
                } catch (Misfit e) {
                    batch.truncate(size);
                    throw e;
                }
            }
            case "d" -> before(batch, bytes, RowKind.DELETE);
            case "m" -> {}
            case "t" ->
                    throw new Misfit("op", "the table was truncated, which is not followed: 't'");
            case "" -> throw new Misfit("op", "expected an event of Debezium with op c, r, u or d");
            default ->
                    throw new Misfit(
                            "op", "expected c, r, u or d, found " + Misfit.shortened(what));
        }
    }

    private void after(Batch batch, byte[] bytes, RowKind kind) throws Misfit {
        if (afterEnd == 0) {
            throw new Misfit("after", "expected a row, found null");
        }
        batch.kind(kind);
        after.read(batch, bytes, afterStart, afterEnd - afterStart);
    }

    private void before(Batch batch, byte[] bytes, RowKind kind) throws Misfit {
        if (beforeEnd == 0) {
            throw new Misfit(
                    "before",
                    "expected a row, found null: a source must log the key of what it deletes, for"
                            + " PostgreSQL by REPLICA IDENTITY");
        }
        batch.kind(kind);
        before.read(batch, bytes, beforeStart, beforeEnd - beforeStart);
    }

    private void find(byte[] bytes, int offset, int length) throws Misfit {
        op = null;
        beforeEnd = 0;
        afterEnd = 0;
        try (JsonParser parser = JsonRows.FACTORY.createParser(bytes, offset, length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Misfit(null, "expected a JSON object");
            }
            event(parser, offset, true);
            if (parser.nextToken() != null) {
                throw new Misfit(null, "expected one JSON object, found text behind it");
            }
        } catch (JsonParseException e) {
            throw new Misfit(null, "not JSON, " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new Misfit(null, "not JSON, " + Misfit.shortened(String.valueOf(e.getMessage())));
        }
    }

    /// Reads the object whose `{` is the parser's current token.
    private void event(JsonParser parser, int offset, boolean outer) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            if (outer && name.equals("payload") && token == JsonToken.START_OBJECT) {
                event(parser, offset, false);
            } else if (name.equals("op") && token == JsonToken.VALUE_STRING) {
                op = parser.getText();
            } else if (token == JsonToken.START_OBJECT
                    && (name.equals("before") || name.equals("after"))) {
                int start = offset + (int) parser.currentTokenLocation().getByteOffset();
                parser.skipChildren();
                int end = offset + (int) parser.currentTokenLocation().getByteOffset() + 1;
                if (name.equals("before")) {
                    beforeStart = start;
                    beforeEnd = end;
                } else {
                    afterStart = start;
                    afterEnd = end;
                }
            } else {
                parser.skipChildren();
            }
        }
    }
}
