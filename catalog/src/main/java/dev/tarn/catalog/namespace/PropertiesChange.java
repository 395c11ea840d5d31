package dev.tarn.catalog.namespace;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;

/// What a change of properties did.
///
/// @param missing keys that were to be removed and were not there
public record PropertiesChange(List<String> updated, List<String> removed, List<String> missing) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    public PropertiesChange {
        updated = List.copyOf(updated);
        removed = List.copyOf(removed);
        missing = List.copyOf(missing);
    }

    /// As it is kept for a repeated request.
    public String json() {
        try {
            return MAPPER.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Lists of texts are always JSON", e);
        }
    }

    /// What an earlier request did, from what it said of itself.
    public static PropertiesChange of(String json) {
        try {
            return MAPPER.readValue(json, PropertiesChange.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Row holds no change of properties: " + json, e);
        }
    }
}
