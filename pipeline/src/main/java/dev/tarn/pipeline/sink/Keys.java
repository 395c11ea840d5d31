package dev.tarn.pipeline.sink;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.UUID;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Types;

/// The keys of rows, as [KeyIndex] takes them: two numbers for each. One whole number stays what it
/// is, under a function that maps no two to one; anything else becomes half of a SHA-256 with a
/// salt of this object alone.
final class Keys {
    private static final int SALT_BYTES = 16;

    private final Types.StructType struct;
    private final boolean number;
    private final MessageDigest digest;
    private final byte[] salt = new byte[SALT_BYTES];

    private long high;
    private long low;

    /// @param struct the columns of the key
    Keys(Types.StructType struct) {
        this.struct = struct;
        this.number =
                struct.fields().size() == 1
                        && switch (struct.fields().getFirst().type().typeId()) {
                            case INTEGER, LONG, DATE, TIME, TIMESTAMP, TIMESTAMP_NANO -> true;
                            default -> false;
                        };
        new SecureRandom().nextBytes(salt);
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /// Reads a key; [#high] and [#low] are then its own.
    ///
    /// @param key with Iceberg's internal values
    /// @throws IllegalArgumentException if a column of it is null
    void read(StructLike key) {
        if (number) {
            high = mixed(((Number) require(key, 0)).longValue());
            low = 0;
            return;
        }
        digest.update(salt);
        for (int i = 0; i < struct.fields().size(); i++) {
            byte[] bytes = bytes(require(key, i));
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
            digest.update(bytes);
        }
        ByteBuffer hash = ByteBuffer.wrap(digest.digest());
        high = hash.getLong();
        low = hash.getLong();
    }

    long high() {
        return high;
    }

    long low() {
        return low;
    }

    private Object require(StructLike key, int column) {
        Object value = key.get(column, Object.class);
        if (value == null) {
            throw new IllegalArgumentException(
                    "The key column %s is null in a row"
                            .formatted(struct.fields().get(column).name()));
        }
        return value;
    }

    private static byte[] bytes(Object value) {
        return switch (value) {
            case BigDecimal decimal -> decimal.unscaledValue().toByteArray();
            case Number whole -> ByteBuffer.allocate(Long.BYTES).putLong(whole.longValue()).array();
            case Boolean truth -> new byte[] {(byte) (truth ? 1 : 0)};
            case UUID uuid ->
                    ByteBuffer.allocate(2 * Long.BYTES)
                            .putLong(uuid.getMostSignificantBits())
                            .putLong(uuid.getLeastSignificantBits())
                            .array();
            case ByteBuffer buffer -> {
                byte[] bytes = new byte[buffer.remaining()];
                buffer.duplicate().get(bytes);
                yield bytes;
            }
            default -> value.toString().getBytes(StandardCharsets.UTF_8);
        };
    }

    /// SplitMix64's finish, which maps no two numbers to one.
    private static long mixed(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
