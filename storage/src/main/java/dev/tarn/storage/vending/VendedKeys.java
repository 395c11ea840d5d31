package dev.tarn.storage.vending;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Keys as a client gets them.
///
/// @param sessionToken null for keys that last
/// @param expires null for keys that last
/// @param reusableUntil when the next who asks gets other ones
public record VendedKeys(
        String accessKey,
        String secretKey,
        @Nullable String sessionToken,
        @Nullable Instant expires,
        Instant reusableUntil) {

    @Override
    public String toString() {
        return "VendedKeys[accessKey=%s, secretKey=***, sessionToken=***, expires=%s]"
                .formatted(accessKey, expires);
    }
}
