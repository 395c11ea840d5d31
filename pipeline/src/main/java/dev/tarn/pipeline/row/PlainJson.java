package dev.tarn.pipeline.row;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;

/// Reads one JSON object into the next row of a batch where its form is plain, in one pass over its
/// bytes. Fields are expected in the order of the object before.
///
/// As [PlainText], it may refuse anything (escapes, exponents, nested values, a number where text
/// belongs), and then [JsonDecoder] reads the row anew; what it accepts, it reads as the decoder
/// does.
public final class PlainJson {
    private final PlainText values;
    private final byte[][] names;
    private final boolean[] texts;
    private final boolean strict;

    /// The field expected next.
    private int expected;

    private byte[] bytes = new byte[0];
    private int at;
    private int end;

    /// @param strict whether a field that the schema does not have is refused; else it is left out
    public PlainJson(Schema schema, Formats formats, boolean strict) {
        this.values = new PlainText(schema, formats);
        this.strict = strict;
        List<Types.NestedField> columns = schema.columns();
        this.names = new byte[columns.size()][];
        this.texts = new boolean[columns.size()];
        for (int i = 0; i < names.length; i++) {
            names[i] = columns.get(i).name().getBytes(StandardCharsets.UTF_8);
            texts[i] = columns.get(i).type().typeId() == TypeID.STRING;
        }
    }

    /// Whether the object was read. If not, the row is to be cleared and read by others.
    public boolean read(Batch batch, byte[] line, int from, int length) {
        bytes = line;
        at = from;
        end = from + length;
        expected = 0;
        skipBlanks();
        if (!take('{')) {
            return false;
        }
        skipBlanks();
        if (!take('}')) {
            // Ends: each round takes bytes.
            while (true) {
                if (!readField(batch)) {
                    return false;
                }
                skipBlanks();
                if (take('}')) {
                    break;
                }
                if (!take(',')) {
                    return false;
                }
                skipBlanks();
            }
        }
        skipBlanks();
        return at == end;
    }

    private boolean readField(Batch batch) {
        if (!take('"')) {
            return false;
        }
        int column = column();
        if (column == REFUSED) {
            return false;
        }
        skipBlanks();
        if (!take(':')) {
            return false;
        }
        skipBlanks();
        if (at == end) {
            return false;
        }
        byte first = bytes[at];
        if (first == '"') {
            return readText(batch, column);
        }
        int from = at;
        if (first == 'n' && word("null")) {
            if (column >= 0) {
                batch.vector(column).setNull(batch.size());
            }
            return true;
        }
        boolean number = first == '-' || (first >= '0' && first <= '9');
        if (number ? !skipNumber() : !word("true") && !word("false")) {
            return false;
        }
        if (column < 0) {
            return true;
        }
        // A number as text, or a truth as number, is for the decoder.
        return !texts[column] && values.set(batch, column, bytes, from, at);
    }

    private static final int UNKNOWN = -1;
    private static final int REFUSED = -2;

    /// The column whose name begins here; takes the name and its quote.
    private int column() {
        for (int i = 0; i < names.length; i++) {
            int candidate = expected + i;
            if (candidate >= names.length) {
                candidate -= names.length;
            }
            byte[] name = names[candidate];
            int after = at + name.length;
            if (after < end
                    && bytes[after] == '"'
                    && Arrays.equals(bytes, at, after, name, 0, name.length)) {
                at = after + 1;
                expected = candidate + 1;
                return candidate;
            }
        }
        int from = at;
        return !strict && skipText() && PlainText.isUtf8(bytes, from, at) ? UNKNOWN : REFUSED;
    }

    private boolean readText(Batch batch, int column) {
        at++;
        int from = at;
        if (!skipText()) {
            return false;
        }
        int after = at - 1;
        if (column < 0) {
            return PlainText.isUtf8(bytes, from, after);
        }
        return values.set(batch, column, bytes, from, after);
    }

    /// To behind the closing quote, if no escape and no control character comes before it.
    private boolean skipText() {
        while (at < end) {
            byte b = bytes[at++];
            if (b == '"') {
                return true;
            }
            if (b == '\\' || (b >= 0 && b < ' ')) {
                return false;
            }
        }
        return false;
    }

    /// Of the grammar of JSON: no zeros in front, digits on both sides of the point.
    private boolean skipNumber() {
        if (bytes[at] == '-') {
            at++;
        }
        int from = at;
        skipDigits();
        if (at == from || (bytes[from] == '0' && at - from > 1)) {
            return false;
        }
        if (at < end && bytes[at] == '.') {
            at++;
            int decimals = at;
            skipDigits();
            if (at == decimals) {
                return false;
            }
        }
        // An exponent, or what is no number at all, is for the decoder.
        return at < end && (bytes[at] == ',' || bytes[at] == '}' || bytes[at] == ' ');
    }

    private void skipDigits() {
        while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
            at++;
        }
    }

    private boolean word(String word) {
        int after = at + word.length();
        if (after > end) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (bytes[at + i] != word.charAt(i)) {
                return false;
            }
        }
        at = after;
        return true;
    }

    private boolean take(char expectedByte) {
        if (at < end && bytes[at] == expectedByte) {
            at++;
            return true;
        }
        return false;
    }

    private void skipBlanks() {
        while (at < end && (bytes[at] == ' ' || bytes[at] == '\t')) {
            at++;
        }
    }
}
