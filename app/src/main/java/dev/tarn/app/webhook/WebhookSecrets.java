package dev.tarn.app.webhook;

import dev.tarn.app.config.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Secrets and signatures as [Standard Webhooks](https://www.standardwebhooks.com) has them.
public final class WebhookSecrets {
    private static final String PREFIX = "whsec_";
    private static final String ALGORITHM = "HmacSHA256";
    private static final int BYTES = 32;
    private static final int BYTES_MIN = 24;
    private static final int BYTES_MAX = 64;

    private WebhookSecrets() {}

    public static Secret generate() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return new Secret(PREFIX + Base64.getEncoder().encodeToString(bytes));
    }

    /// @throws IllegalArgumentException if it is not one
    public static Secret parse(String text) {
        String expected =
                "Secret must be %s and %s to %s bytes in Base64"
                        .formatted(PREFIX, BYTES_MIN, BYTES_MAX);
        if (!text.startsWith(PREFIX)) {
            throw new IllegalArgumentException(expected);
        }
        Secret secret = new Secret(text);
        byte[] key;
        try {
            key = key(secret);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(expected, e);
        }
        if (key.length < BYTES_MIN || key.length > BYTES_MAX) {
            throw new IllegalArgumentException("%s, found %s".formatted(expected, key.length));
        }
        return secret;
    }

    private static byte[] key(Secret secret) {
        return Base64.getDecoder().decode(secret.value().substring(PREFIX.length()));
    }

    /// The value of `webhook-signature`.
    static String sign(Secret secret, String id, long timestamp, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key(secret), ALGORITHM));
            mac.update("%s.%s.".formatted(id, timestamp).getBytes(StandardCharsets.UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has " + ALGORITHM, e);
        }
    }
}
