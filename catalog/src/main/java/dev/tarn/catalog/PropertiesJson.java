package dev.tarn.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Properties as one text of a row, in the order of their keys.
public final class PropertiesJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final TypeReference<TreeMap<String, String>> TYPE = new TypeReference<>() {};

    private PropertiesJson() {}

    public static String write(Map<String, String> properties) {
        try {
            return MAPPER.writeValueAsString(new TreeMap<>(properties));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Texts by name are always JSON", e);
        }
    }

    public static SortedMap<String, String> read(String json) {
        try {
            return MAPPER.readValue(json, TYPE);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Row holds no properties, found: " + json, e);
        }
    }
}
