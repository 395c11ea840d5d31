package dev.tarn.storage.vending;

import dev.tarn.storage.Location;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Writes a scope and its end down so that nobody without the secret can write another: what is in
/// the token need not be kept anywhere else, and every replica with the same secret can read it.
///
/// ```
/// base64url(version, expiry in ms, access, folders) . base64url(HMAC-SHA256 of these bytes)
/// ```
public final class ScopeTokens {
    private static final byte VERSION = 1;
    private static final int CHARACTERS_MAX = 8 * 1024;
    private static final String HMAC = "HmacSHA256";
    private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

    private final byte[] key;

    /// @param purpose a token that was made for one opens no other
    public ScopeTokens(String secret, String purpose) {
        this.key =
                hmac(
                        secret.getBytes(StandardCharsets.UTF_8),
                        ("tarn vending " + purpose).getBytes(StandardCharsets.UTF_8));
    }

    /// What a token says. It may have expired.
    public record Opened(Scope scope, Instant expires) {}

    public String seal(Scope scope, Instant expires) {
        byte[] payload = payload(scope, expires);
        return TEXT.encodeToString(payload) + "." + TEXT.encodeToString(mac("token", payload));
    }

    /// Empty if it is not one of ours to the last byte.
    public Optional<Opened> open(String token) {
        int dot = token.indexOf('.');
        if (dot < 0 || token.length() > CHARACTERS_MAX) {
            return Optional.empty();
        }
        try {
            byte[] payload = Base64.getUrlDecoder().decode(token.substring(0, dot));
            byte[] mac = Base64.getUrlDecoder().decode(token.substring(dot + 1));
            // Base64 has several spellings for the same bytes; ours is the only one that counts.
            boolean ours =
                    MessageDigest.isEqual(mac, mac("token", payload))
                            && token.equals(
                                    TEXT.encodeToString(payload) + "." + TEXT.encodeToString(mac));
            return ours ? Optional.of(opened(payload)) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // not Base64
        }
    }

    /// Bytes that belong to this scope and end alone, another set of them for every label.
    byte[] derive(String label, Opened opened) {
        return mac(label, payload(opened.scope, opened.expires));
    }

    private byte[] mac(String label, byte[] payload) {
        byte[] prefix = (label + "\0").getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[prefix.length + payload.length];
        System.arraycopy(prefix, 0, all, 0, prefix.length);
        System.arraycopy(payload, 0, all, prefix.length, payload.length);
        return hmac(key, all);
    }

    private static byte[] hmac(byte[] key, byte[] bytes) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac.doFinal(bytes);
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] payload(Scope scope, Instant expires) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeLong(expires.toEpochMilli());
            out.writeBoolean(scope.access() == Access.READ_WRITE);
            out.writeByte(scope.folders().size());
            for (Location folder : scope.folders()) {
                out.writeUTF(folder.scheme());
                out.writeUTF(folder.bucket());
                out.writeUTF(folder.key());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a name of more than 64 kB
        }
        return bytes.toByteArray();
    }

    private static Opened opened(byte[] payload) {
        try (var in = new DataInputStream(new ByteArrayInputStream(payload))) {
            byte version = in.readByte();
            if (version != VERSION) {
                throw new IllegalArgumentException("Token has version " + version);
            }
            Instant expires = Instant.ofEpochMilli(in.readLong());
            Access access = in.readBoolean() ? Access.READ_WRITE : Access.READ;
            int count = in.readByte();
            List<Location> folders = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                folders.add(new Location(in.readUTF(), in.readUTF(), in.readUTF()));
            }
            return new Opened(new Scope(access, folders), expires);
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
