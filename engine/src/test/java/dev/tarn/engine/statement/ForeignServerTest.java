package dev.tarn.engine.statement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Answers no healthy Trino gives, from a server that reads them off a list.
class ForeignServerTest {
    private record Answer(int status, String body) {}

    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<String> requests = new ArrayList<>();
    private HttpServer server;
    private URI uri;
    private Statements statements;

    @BeforeEach
    void listen() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        server.createContext(
                "/",
                exchange -> {
                    requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
                    exchange.getRequestBody().readAllBytes();
                    Answer answer = answers.removeFirst();
                    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(answer.status(), body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        server.start();
        statements = new Statements(uri, Session.of("test", null, null));
    }

    @AfterEach
    void close() {
        statements.close();
        server.stop(0);
    }

    @Test
    void aServerThatIsNotTrinoIsNamed() {
        answers.add(new Answer(404, "<h1>Not here</h1>\nmore"));

        assertThatThrownBy(() -> statements.start("SELECT 1"))
                .isInstanceOf(ServerUnreachableException.class)
                .hasMessage("Trino at %s expected, found: HTTP status 404 <h1>Not here</h1>", uri);
    }

    @Test
    void aPageThatIsNotJsonIsNamed() {
        answers.add(new Answer(200, "<h1>Welcome</h1>"));

        assertThatThrownBy(() -> statements.start("SELECT 1"))
                .hasMessage("Trino at %s expected, found: no JSON but <h1>Welcome</h1>", uri);
    }

    @Test
    void nothingThatListensIsNamed() {
        server.stop(0);

        assertThatThrownBy(() -> statements.start("SELECT 1"))
                .hasMessage("Trino at %s expected, found: nothing that listens", uri);
    }

    @Test
    void aBusyServerIsAskedAgain() {
        answers.add(new Answer(503, "later"));
        answers.add(new Answer(200, page("q1", "/page/1", "")));
        answers.add(new Answer(429, "later"));
        answers.add(
                new Answer(
                        200,
                        page(
                                "q1",
                                null,
                                ", \"columns\": [%s], \"data\": [[7]]".formatted(COLUMN))));

        assertThat(statements.start("SELECT 7").rowsToEnd()).hasToString("[[7]]");
        assertThat(requests)
                .containsExactly(
                        "POST /v1/statement", "POST /v1/statement", "GET /page/1", "GET /page/1");
    }

    @Test
    void aServerWithoutWorkersYetGetsTheStatementAgain() {
        answers.add(
                new Answer(
                        200,
                        page(
                                "q1",
                                null,
                                ", \"error\": {\"errorName\": \"NO_NODES_AVAILABLE\", \"message\":"
                                        + " \"none\"}")));
        answers.add(
                new Answer(
                        200,
                        page(
                                "q2",
                                null,
                                ", \"columns\": [%s], \"data\": [[7]]".formatted(COLUMN))));

        Statement statement = statements.start("SELECT 7");

        assertThat(statement.rowsToEnd()).hasToString("[[7]]");
        assertThat(statement.id()).isEqualTo("q2");
    }

    private static final String COLUMN =
            "{\"name\": \"n\", \"type\": \"integer\", \"typeSignature\": {\"rawType\": \"integer\","
                    + " \"arguments\": []}}";

    private String page(String id, @Nullable String next, String more) {
        String nextUri = next == null ? "" : ", \"nextUri\": \"%s%s\"".formatted(uri, next);
        return "{\"id\": \"%s\"%s%s, \"stats\": {\"state\": \"RUNNING\"}}"
                .formatted(id, nextUri, more);
    }
}
