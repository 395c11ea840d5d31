package dev.tarn.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.tarn.app.cli.sql.Platform;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Where the `sql` command finds the Trino of a running Tarn. One that is starting is waited for.
final class SqlPlatform implements Platform {
    private static final Duration START_MAX = Duration.ofMinutes(3);
    private static final Duration LOOK = Duration.ofMillis(250);

    private final Surroundings surroundings;

    SqlPlatform(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public URI trino(@Nullable Path data) {
        ServerOptions server = new ServerOptions();
        server.data = data;
        Client client = server.client(surroundings);
        AtomicReference<JsonNode> sql = new AtomicReference<>(MissingNode.getInstance());
        ProgressLine line = new ProgressLine(surroundings);
        boolean settled =
                Await.until(
                        START_MAX,
                        LOOK,
                        () -> {
                            sql.set(part(client));
                            line.show("SQL is starting ...");
                            return !state(sql.get()).endsWith("starting");
                        });
        line.clear();
        if (!settled || !state(sql.get()).equals("running")) {
            throw new CommandException(3, reason(sql.get()), null);
        }
        return URI.create(sql.get().path("address").asText());
    }

    private static JsonNode part(Client client) {
        for (JsonNode part : client.get("/api/status").path("parts")) {
            if (part.path("name").asText().equals("sql")) {
                return part;
            }
        }
        return MissingNode.getInstance();
    }

    private static String state(JsonNode sql) {
        return sql.path("state").asText();
    }

    private static String reason(JsonNode sql) {
        if (state(sql).equals("off")) {
            return "This Tarn runs without SQL; start it without --no-sql";
        }
        return "SQL is %s: %s".formatted(state(sql), sql.path("message").asText("no reason known"));
    }

    @Override
    public Path history(@Nullable Path data) {
        return SettingsOptions.of(data).dataFolder(surroundings).resolve("sql-history");
    }
}
