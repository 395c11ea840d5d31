package dev.tarn.engine.statement;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.engine.statement.StatementException.Position;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// One statement while it runs: asked for page by page by one thread, cancelled by any.
public final class Statement {
    /// A server that has just started does not know itself as a worker for a few seconds.
    private static final Duration NODES_DEADLINE = Duration.ofSeconds(20);

    private static final Duration NODES_PAUSE = Duration.ofMillis(250);
    private static final int CAUSES_MAX = 10;
    private static final String NO_NODES = "NO_NODES_AVAILABLE";

    private final Statements statements;
    private final String sql;
    private final long startNanos = System.nanoTime();

    private List<Column> columns = List.of();
    private List<List<JsonNode>> rows = List.of();
    private List<String> warnings = List.of();
    private Progress progress = new Progress("QUEUED", 0, 0, 0, 0, Duration.ZERO);
    private @Nullable String updateType;
    private @Nullable Long updateCount;
    private boolean rowsSeen;

    private volatile String id = "";
    private volatile @Nullable URI next;
    private volatile boolean cancelled;

    Statement(Statements statements, String sql) {
        this.statements = statements;
        this.sql = sql;
        read(statements.post(sql));
    }

    /// Asks for the next page; its rows may be none. False when there was none left to ask for.
    ///
    /// @throws StatementException if the statement did not work
    /// @throws StatementCancelledException after [#cancel]
    public boolean advance() {
        if (cancelled) {
            throw new StatementCancelledException(id);
        }
        URI page = next;
        if (page == null) {
            rows = List.of();
            return false;
        }
        JsonNode answer;
        try {
            answer = statements.get(page);
        } catch (ServerUnreachableException gone) {
            if (cancelled) {
                throw new StatementCancelledException(id);
            }
            throw gone;
        }
        if (cancelled) {
            throw new StatementCancelledException(id);
        }
        read(answer);
        return true;
    }

    /// Runs to the end and gives all rows: for results that are known to be small.
    public List<List<JsonNode>> rowsToEnd() {
        List<List<JsonNode>> all = new ArrayList<>(rows);
        while (advance()) {
            all.addAll(rows);
        }
        return all;
    }

    /// Tells the server to stop; the thread that asks for pages sees a
    /// [StatementCancelledException].
    public void cancel() {
        cancelled = true;
        URI page = next;
        if (page != null) {
            statements.delete(page);
        }
    }

    public String id() {
        return id;
    }

    /// The columns, as soon as a page has told them; a statement without a result has none.
    public List<Column> columns() {
        return columns;
    }

    /// The rows of the current page, as the protocol writes their values.
    public List<List<JsonNode>> rows() {
        return rows;
    }

    public Progress progress() {
        return progress;
    }

    public List<String> warnings() {
        return warnings;
    }

    /// What kind of change it was, for example `INSERT` or `CREATE TABLE`; null for a query.
    public @Nullable String updateType() {
        return updateType;
    }

    public OptionalLong updateCount() {
        return updateCount == null ? OptionalLong.empty() : OptionalLong.of(updateCount);
    }

    private void read(JsonNode page) {
        id = page.path("id").asText(id);
        next = page.hasNonNull("nextUri") ? URI.create(page.get("nextUri").asText()) : null;
        progress = progress(page.path("stats"));
        if (page.hasNonNull("columns") && columns.isEmpty()) {
            columns = columns(page.get("columns"));
        }
        if (page.hasNonNull("updateType")) {
            updateType = page.get("updateType").asText();
        }
        if (page.hasNonNull("updateCount")) {
            updateCount = page.get("updateCount").asLong();
        }
        if (page.path("warnings").size() > 0) {
            List<String> messages = new ArrayList<>();
            page.get("warnings").forEach(warning -> messages.add(warning.path("message").asText()));
            warnings = List.copyOf(messages);
        }
        rows = rows(page.path("data"));
        rowsSeen |= !rows.isEmpty();
        if (page.hasNonNull("error")) {
            fail(page.get("error"));
        }
    }

    private void fail(JsonNode error) {
        String name = error.path("errorName").asText("UNKNOWN");
        if (name.equals(NO_NODES)
                && !rowsSeen
                && !cancelled
                && System.nanoTime() - startNanos < NODES_DEADLINE.toNanos()) {
            // Refused before anything ran, so it may be sent again; each round comes closer to the
            // deadline.
            Pause.of(NODES_PAUSE);
            read(statements.post(sql));
            return;
        }
        JsonNode location = error.path("errorLocation");
        Position position =
                location.hasNonNull("lineNumber")
                        ? new Position(
                                location.get("lineNumber").asInt(),
                                location.path("columnNumber").asInt(1))
                        : null;
        if (name.equals("USER_CANCELED") && cancelled) {
            throw new StatementCancelledException(id);
        }
        throw new StatementException(name, message(error), position);
    }

    /// The message, and why: connectors often say no more than what they could not do. What the
    /// user did wrong is said in full by the message itself.
    private static String message(JsonNode error) {
        String message = error.path("message").asText();
        if (error.path("errorType").asText().equals("USER_ERROR")) {
            return message;
        }
        JsonNode cause = error.path("failureInfo").path("cause");
        String reason = message;
        for (int depth = 0; depth < CAUSES_MAX && !cause.isMissingNode(); depth++) {
            reason = cause.path("message").asText(reason);
            cause = cause.path("cause");
        }
        return message.contains(reason) ? message : message + ": " + reason;
    }

    private static Progress progress(JsonNode stats) {
        return new Progress(
                stats.path("state").asText("QUEUED"),
                stats.path("completedSplits").asInt(),
                stats.path("totalSplits").asInt(),
                stats.path("processedRows").asLong(),
                stats.path("processedBytes").asLong(),
                Duration.ofMillis(stats.path("elapsedTimeMillis").asLong()));
    }

    private static List<Column> columns(JsonNode array) {
        List<Column> columns = new ArrayList<>();
        for (JsonNode column : array) {
            columns.add(
                    new Column(
                            column.path("name").asText(),
                            column.path("type").asText(),
                            ColumnType.parse(column.path("typeSignature"))));
        }
        return List.copyOf(columns);
    }

    private static List<List<JsonNode>> rows(JsonNode array) {
        List<List<JsonNode>> rows = new ArrayList<>(array.size());
        for (JsonNode row : array) {
            List<JsonNode> values = new ArrayList<>(row.size());
            row.forEach(values::add);
            rows.add(values);
        }
        return rows;
    }
}
