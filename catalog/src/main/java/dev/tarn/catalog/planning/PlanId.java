package dev.tarn.catalog.planning;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;
import org.apache.iceberg.exceptions.NoSuchPlanIdException;

/// The id of a plan. Clients end every plan by its id, also those that were answered at once and of
/// which nothing is kept: so the id itself tells that it is one, and of which table.
record PlanId(String text, boolean pending) {
    private static final char ANSWERED = 'a';
    private static final char PENDING = 'p';
    private static final int RANDOM_CHARS = 32;
    private static final int DIGEST_CHARS = 16;
    private static final int CHARS = 1 + RANDOM_CHARS + DIGEST_CHARS;

    /// Of a plan that was answered at once.
    static PlanId answered(String tableUuid) {
        return fresh(ANSWERED, tableUuid);
    }

    /// Of a plan that goes on.
    static PlanId pending(String tableUuid) {
        return fresh(PENDING, tableUuid);
    }

    private static PlanId fresh(char kind, String tableUuid) {
        String stem = kind + UUID.randomUUID().toString().replace("-", "");
        return new PlanId(stem + digest(tableUuid, stem), kind == PENDING);
    }

    /// @throws NoSuchPlanIdException if it is no id of a plan of this table
    static PlanId of(String text, String tableUuid) {
        if (text.length() == CHARS) {
            String stem = text.substring(0, CHARS - DIGEST_CHARS);
            if (text.endsWith(digest(tableUuid, stem))) {
                return new PlanId(text, stem.charAt(0) == PENDING);
            }
        }
        throw new NoSuchPlanIdException("Plan does not exist: %s", text);
    }

    private static String digest(String tableUuid, String stem) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest((tableUuid + stem).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, DIGEST_CHARS / 2);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
