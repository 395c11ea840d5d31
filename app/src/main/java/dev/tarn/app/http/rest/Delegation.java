package dev.tarn.app.http.rest;

import dev.tarn.app.http.Request;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// A way in which a client lets itself be helped to the bytes of a table. Only who asks for one
/// gets it: others have keys, and would mix them with ours.
enum Delegation {
    /// Keys to the table, for a while.
    VENDED_CREDENTIALS("vended-credentials"),

    /// No keys: every request to the store is sent here to be signed.
    REMOTE_SIGNING("remote-signing");

    static final String HEADER = "X-Iceberg-Access-Delegation";

    private final String word;

    Delegation(String word) {
        this.word = word;
    }

    /// All that the client names. Words that are not known ask for nothing.
    static Set<Delegation> asked(Request request) {
        String list = request.header(HEADER).orElse("");
        if (list.isEmpty()) {
            return Set.of();
        }
        Set<Delegation> asked = EnumSet.noneOf(Delegation.class);
        for (String item : List.of(list.split(",", -1))) {
            for (Delegation delegation : values()) {
                if (delegation.word.equalsIgnoreCase(item.strip())) {
                    asked.add(delegation);
                }
            }
        }
        return Collections.unmodifiableSet(asked);
    }
}
