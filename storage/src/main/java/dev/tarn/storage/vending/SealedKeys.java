package dev.tarn.storage.vending;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/// Keys of the built-in endpoint. Nothing of them is kept: the session token is the scope itself,
/// sealed, and the key id and the secret follow from it, so that a restart and every replica with
/// the same key file know them.
public final class SealedKeys implements KeyVendor {
    private static final String PURPOSE = "session";
    private static final String ID_PREFIX = "TARNT";
    private static final int ID_BYTES = 10;

    private final ScopeTokens tokens;
    private final Lifetime lifetime;
    private final InstantSource clock;

    /// @param rootSecret of the endpoint; with another one, all keys given before are void
    public SealedKeys(String rootSecret, Lifetime lifetime, InstantSource clock) {
        this.tokens = tokens(rootSecret);
        this.lifetime = lifetime;
        this.clock = clock;
    }

    /// What reads the tokens of the keys that are given under this secret.
    public static ScopeTokens tokens(String rootSecret) {
        return new ScopeTokens(rootSecret, PURPOSE);
    }

    @Override
    public Optional<VendedKeys> keys(Scope scope) {
        Lifetime.Window window = lifetime.window(scope, clock.instant());
        return Optional.of(issue(scope, window.expires(), window.end()));
    }

    @Override
    public Optional<VendedKeys> freshKeys(Scope scope) {
        Instant now = clock.instant();
        return Optional.of(issue(scope, now.plus(lifetime.life()), now.plus(Duration.ofMillis(1))));
    }

    private VendedKeys issue(Scope scope, Instant expires, Instant reusableUntil) {
        var whole = new ScopeTokens.Opened(scope, Instant.ofEpochMilli(expires.toEpochMilli()));
        return new VendedKeys(
                accessKey(tokens, whole),
                secretKey(tokens, whole),
                tokens.seal(scope, whole.expires()),
                whole.expires(),
                reusableUntil);
    }

    /// The key id that goes with a token.
    public static String accessKey(ScopeTokens tokens, ScopeTokens.Opened opened) {
        byte[] id = tokens.derive("id", opened);
        return ID_PREFIX + HexFormat.of().withUpperCase().formatHex(id, 0, ID_BYTES);
    }

    /// The secret that goes with a token.
    public static String secretKey(ScopeTokens tokens, ScopeTokens.Opened opened) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(tokens.derive("secret", opened));
    }
}
