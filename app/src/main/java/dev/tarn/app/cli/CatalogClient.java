package dev.tarn.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The little of the Iceberg REST protocol that a look at the catalog needs.
final class CatalogClient {
    private static final String SEPARATOR = "\u001f";
    private static final int PAGES_MAX = 100_000;

    private final Client client;
    private final String base;

    CatalogClient(Client client, @Nullable String warehouse) {
        this.client = client;
        JsonNode config =
                client.get(
                        "/v1/config"
                                + (warehouse == null
                                        ? ""
                                        : "?warehouse=" + Client.encode(warehouse)));
        String prefix =
                config.path("overrides")
                        .path("prefix")
                        .asText(config.path("defaults").path("prefix").asText(""));
        this.base = prefix.isEmpty() ? "/v1" : "/v1/" + prefix;
    }

    List<List<String>> namespaces(List<String> parent) {
        String query = parent.isEmpty() ? "" : "parent=" + joined(parent);
        List<List<String>> namespaces = new ArrayList<>();
        for (JsonNode item : pages(base + "/namespaces", query, "namespaces")) {
            List<String> levels = new ArrayList<>();
            item.forEach(level -> levels.add(level.asText()));
            namespaces.add(List.copyOf(levels));
        }
        return namespaces;
    }

    List<String> tables(List<String> namespace) {
        return names(namespace, "tables");
    }

    List<String> views(List<String> namespace) {
        return names(namespace, "views");
    }

    JsonNode namespace(List<String> namespace) {
        return client.get(base + "/namespaces/" + joined(namespace));
    }

    JsonNode table(List<String> name) {
        List<String> namespace = name.subList(0, name.size() - 1);
        return client.get(
                base
                        + "/namespaces/"
                        + joined(namespace)
                        + "/tables/"
                        + Client.encode(name.getLast()));
    }

    private List<String> names(List<String> namespace, String kind) {
        List<String> names = new ArrayList<>();
        for (JsonNode item :
                pages(base + "/namespaces/" + joined(namespace) + "/" + kind, "", "identifiers")) {
            names.add(item.path("name").asText());
        }
        return names;
    }

    private List<JsonNode> pages(String path, String query, String field) {
        List<JsonNode> items = new ArrayList<>();
        String token = "";
        for (int page = 0; page < PAGES_MAX; page++) {
            JsonNode answer =
                    client.get(
                            path
                                    + "?pageToken="
                                    + Client.encode(token)
                                    + (query.isEmpty() ? "" : "&" + query));
            answer.path(field).forEach(items::add);
            if (!answer.hasNonNull("next-page-token")) {
                return items;
            }
            token = answer.path("next-page-token").asText();
        }
        throw new CommandException("%s has more than %d pages".formatted(path, PAGES_MAX));
    }

    private static String joined(List<String> namespace) {
        return Client.encode(String.join(SEPARATOR, namespace));
    }
}
