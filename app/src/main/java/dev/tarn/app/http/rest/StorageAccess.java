package dev.tarn.app.http.rest;

import dev.tarn.app.http.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.apache.iceberg.rest.ImmutableRemoteSigningConfig;
import org.apache.iceberg.rest.credentials.Credential;
import org.apache.iceberg.rest.responses.LoadTableResponse;

/// What an answer about a table says of the way to its bytes. Two are equal if they say the same.
final class StorageAccess {
    private final SequencedMap<String, String> config;
    private final List<Credential> credentials;
    private final SequencedMap<String, String> signing;
    private final Instant usableUntil;
    private final String digest;

    /// @param signing properties that the client sends along with what is to be signed
    /// @param usableUntil when an answer must say something else, because what this one says ends
    StorageAccess(
            Map<String, String> config,
            List<Credential> credentials,
            Map<String, String> signing,
            Instant usableUntil) {
        this.config = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(config));
        this.credentials = List.copyOf(credentials);
        this.signing = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(signing));
        this.usableUntil = usableUntil;
        this.digest = TableAnswers.digest(text());
    }

    /// The way there, for clients with keys of their own.
    static StorageAccess of(Map<String, String> config) {
        return new StorageAccess(config, List.of(), Map.of(), Instant.MAX);
    }

    private String text() {
        var all = new LinkedHashMap<String, Object>();
        all.put("config", config);
        all.put("signing", signing);
        for (Credential credential : credentials) {
            all.put(credential.prefix(), new LinkedHashMap<>(credential.config()));
        }
        return new String(Json.write(all), StandardCharsets.UTF_8);
    }

    /// Stands for everything that is said here.
    String digest() {
        return digest;
    }

    Instant usableUntil() {
        return usableUntil;
    }

    List<Credential> credentials() {
        return credentials;
    }

    void addTo(LoadTableResponse.Builder answer) {
        answer.addAllConfig(config);
        answer.addAllCredentials(credentials);
        if (!signing.isEmpty()) {
            answer.withRemoteSigningConfig(
                    ImmutableRemoteSigningConfig.builder().properties(signing).build());
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StorageAccess access && access.digest.equals(digest);
    }

    @Override
    public int hashCode() {
        return digest.hashCode();
    }

    @Override
    public String toString() {
        return "StorageAccess[credentials=%s ***]".formatted(credentials.size());
    }
}
