package dev.tarn.app.http.rest;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeSet;

/// What clients are told about the object store when they load or create a table.
///
/// @param always properties for everyone, such as `s3.endpoint` and `s3.region`; never a key
/// @param vended what is added for a client that asks for `vended-credentials`: the keys
public record ClientStorage(
        SequencedMap<String, String> always, SequencedMap<String, String> vended) {

    /// Clients know for themselves how to reach the bytes, or the bytes are files.
    public static final ClientStorage NONE = new ClientStorage(Map.of(), Map.of());

    public ClientStorage {
        always = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(always));
        vended = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(vended));
    }

    public ClientStorage(Map<String, String> always, Map<String, String> vended) {
        this(new LinkedHashMap<>(always), new LinkedHashMap<>(vended));
    }

    /// What a client with keys needs, all of it.
    SequencedMap<String, String> whole() {
        SequencedMap<String, String> whole = new LinkedHashMap<>(always);
        whole.putAll(vended);
        return whole;
    }

    @Override
    public String toString() {
        return "ClientStorage[always=%s, vended=%s ***]"
                .formatted(always, new TreeSet<>(vended.keySet()));
    }
}
