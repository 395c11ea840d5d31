package dev.tarn.app.http.rest;

import dev.tarn.storage.s3.RemoteSigner;
import dev.tarn.storage.vending.KeyVendor;
import dev.tarn.storage.vending.ScopeTokens;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// How clients get at the object store.
///
/// @param always properties for everyone, such as `s3.endpoint` and `s3.region`; never a key
/// @param vendor of keys, for those who ask for `vended-credentials`
/// @param signer for those who ask for `remote-signing`; null where nothing can be signed
/// @param stages marks tables that are not there yet; null where nothing is vended or signed
public record ClientStorage(
        SequencedMap<String, String> always,
        KeyVendor vendor,
        @Nullable RemoteSigner signer,
        @Nullable ScopeTokens stages) {

    /// Clients know for themselves how to reach the bytes, or the bytes are files.
    public static final ClientStorage NONE =
            new ClientStorage(new LinkedHashMap<>(), KeyVendor.NONE, null, null);

    public ClientStorage {
        always = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(always));
    }

    public ClientStorage(Map<String, String> always, KeyVendor vendor) {
        this(new LinkedHashMap<>(always), vendor, null, null);
    }
}
