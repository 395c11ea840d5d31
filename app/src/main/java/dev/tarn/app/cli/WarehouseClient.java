package dev.tarn.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What a warehouse has beyond the Iceberg REST protocol: what was dropped, and what is protected.
final class WarehouseClient {
    private static final String SEPARATOR = "\u001f";
    private static final int PAGES_MAX = 100_000;

    private final Client client;
    private final String base;

    private WarehouseClient(Client client, String warehouse) {
        this.client = client;
        this.base = "/api/warehouses/" + Client.encode(warehouse);
    }

    /// Options that say which warehouse of which server.
    static final class Options {
        @Mixin private ServerOptions server;

        @Option(
                names = "--warehouse",
                paramLabel = "NAME",
                description = "Warehouse (default: the server's).")
        private @Nullable String warehouse;

        WarehouseClient client(Surroundings surroundings) {
            Client client = server.client(surroundings);
            String name =
                    warehouse != null
                            ? warehouse
                            : client.get("/api/connection").path("WAREHOUSE").asText();
            return new WarehouseClient(client, name);
        }
    }

    /// The oldest first.
    ///
    /// @param name only what had this one; empty for all
    List<JsonNode> dropped(List<String> name) {
        String filter =
                name.isEmpty()
                        ? ""
                        : "&namespace="
                                + joined(name.subList(0, name.size() - 1))
                                + "&name="
                                + Client.encode(name.getLast());
        List<JsonNode> all = new ArrayList<>();
        String token = "";
        for (int page = 0; page < PAGES_MAX; page++) {
            JsonNode answer =
                    client.get(base + "/dropped?pageToken=" + Client.encode(token) + filter);
            answer.path("dropped").forEach(all::add);
            if (!answer.hasNonNull("next-page-token")) {
                return all;
            }
            token = answer.path("next-page-token").asText();
        }
        throw new CommandException("More than %d pages were dropped".formatted(PAGES_MAX));
    }

    /// @param as null for the name it had
    JsonNode restore(String id, @Nullable List<String> as) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        if (as != null) {
            as.subList(0, as.size() - 1).forEach(body.putArray("namespace")::add);
            body.put("name", as.getLast());
        }
        return client.post(base + "/dropped/" + Client.encode(id) + "/restore", body);
    }

    void purge(String id) {
        client.delete(base + "/dropped/" + Client.encode(id));
    }

    /// The path of what has a name, to be protected or not.
    ///
    /// @param kind `tables` or `views`; null for the namespace; of an empty name the warehouse
    String path(List<String> name, @Nullable String kind) {
        if (name.isEmpty()) {
            return base + "/protection";
        }
        List<String> namespace = kind == null ? name : name.subList(0, name.size() - 1);
        String below = base + "/namespaces/" + joined(namespace);
        return kind == null
                ? below + "/protection"
                : below + "/" + kind + "/" + Client.encode(name.getLast()) + "/protection";
    }

    /// Whether there is something at a path of [#path].
    boolean exists(String path) {
        try {
            client.get(path);
            return true;
        } catch (Client.RefusedException e) {
            if (e.status() == 404) {
                return false;
            }
            throw e;
        }
    }

    void protect(String path, boolean value) {
        if (value) {
            client.put(path);
        } else {
            client.delete(path);
        }
    }

    private static String joined(List<String> namespace) {
        return Client.encode(String.join(SEPARATOR, namespace));
    }
}
