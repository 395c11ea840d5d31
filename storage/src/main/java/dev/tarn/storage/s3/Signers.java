package dev.tarn.storage.s3;

import dev.tarn.storage.vending.ScopeTokens;
import dev.tarn.storage.vending.SealedKeys;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/// Who may sign: the holder of the endpoint's own keys, and whoever has keys with a session token.
///
/// A token that was found good once is not taken apart again. Only good ones are kept, so nobody
/// without keys can fill the memory; when it is full it is emptied.
final class Signers {
    private static final int KNOWN_MAX = 4096;

    private final Signer root;
    private final ScopeTokens tokens;
    private final InstantSource clock;
    private final ConcurrentMap<String, Session> known = new ConcurrentHashMap<>();

    Signers(S3Keys keys, InstantSource clock) {
        this.root = new Signer(keys.accessKey(), keys.secretKey(), Rights.ALL);
        this.tokens = SealedKeys.tokens(keys.secretKey());
        this.clock = clock;
    }

    private record Session(Signer signer, Instant expires) {}

    /// @throws Refusal unless there is such a pair of key id and token, and it has not expired
    Signer require(String accessKey, Optional<String> token) {
        Signer signer = token.map(this::session).orElse(root);
        if (!Hashes.equal(signer.accessKey, accessKey)) {
            throw token.isPresent()
                    ? invalid()
                    : new Refusal(
                            403, "InvalidAccessKeyId", "Access key is not known: " + accessKey);
        }
        return signer;
    }

    private Signer session(String token) {
        Session session = known.get(token);
        if (session == null) {
            session = tokens.open(token).map(this::session).orElseThrow(Signers::invalid);
            if (known.size() >= KNOWN_MAX) {
                known.clear();
            }
            known.put(token, session);
        }
        if (!clock.instant().isBefore(session.expires)) {
            known.remove(token);
            throw new Refusal(400, "ExpiredToken", "The session token has expired");
        }
        return session.signer;
    }

    private Session session(ScopeTokens.Opened opened) {
        return new Session(
                new Signer(
                        SealedKeys.accessKey(tokens, opened),
                        SealedKeys.secretKey(tokens, opened),
                        Rights.of(opened.scope())),
                opened.expires());
    }

    private static Refusal invalid() {
        return new Refusal(403, "InvalidToken", "The session token is not one for these keys");
    }

    /// One pair of keys.
    static final class Signer {
        private final String accessKey;
        private final String secretKey;
        private final Rights rights;
        private volatile @Nullable SigningKey last;

        Signer(String accessKey, String secretKey, Rights rights) {
            this.accessKey = accessKey;
            this.secretKey = secretKey;
            this.rights = rights;
        }

        @SuppressWarnings("ArrayRecordComponent") // never compared
        private record SigningKey(String scope, byte[] key) {}

        String accessKey() {
            return accessKey;
        }

        Rights rights() {
            return rights;
        }

        /// The key of a day and a region; four hashes saved for every request but the first.
        ///
        /// @param scope DATE/REGION/s3/aws4_request
        byte[] signingKey(String scope) {
            SigningKey known = last;
            if (known != null && known.scope.equals(scope)) {
                return known.key;
            }
            byte[] key = ("AWS4" + secretKey).getBytes(StandardCharsets.UTF_8);
            for (String part : List.of(scope.split("/", -1))) {
                key = Hashes.hmac(key, part);
            }
            last = new SigningKey(scope, key);
            return key;
        }
    }
}
