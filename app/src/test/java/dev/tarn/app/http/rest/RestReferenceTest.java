package dev.tarn.app.http.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.app.form.Checkout;
import dev.tarn.app.http.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The table of operations in `docs/reference/rest.md` is true (catalog-peers 26: Gravitino 9244).
class RestReferenceTest {
    /// Operations of the specification.
    private static final int COUNT = 35;

    private static final Pattern ROW =
            Pattern.compile("\\| `([A-Z]+) (/v1\\S+)` \\| (\\w+) \\| (\\w+)(.*) \\|");

    @RegisterExtension static final Served served = new Served();

    private static final List<Operation> operations = new ArrayList<>();

    private record Operation(String method, String path, String name, String standing, String how) {
        String endpoint() {
            return method + " " + path;
        }

        boolean isServed() {
            return standing.equals("served");
        }

        boolean isAdvertised() {
            return isServed() && path.contains("{prefix}");
        }

        Wire.Answer send(String prefix, String... headers) {
            String concrete =
                    path.replace("/{prefix}", prefix).replaceAll("\\{[a-z-]+}", "missing");
            return served.wire()
                    .send(method, concrete, method.equals("POST") ? new byte[0] : null, headers);
        }
    }

    @BeforeAll
    static void readTable() throws IOException {
        for (String line : Files.readAllLines(Checkout.root().resolve("docs/reference/rest.md"))) {
            var row = ROW.matcher(line);
            if (row.matches()) {
                operations.add(
                        new Operation(
                                row.group(1),
                                row.group(2),
                                row.group(3),
                                row.group(4),
                                row.group(5)));
            }
        }
    }

    @Test
    void everyOperationOfTheSpecificationHasARow() {
        assertThat(operations).hasSize(COUNT);
        assertThat(operations).extracting(Operation::name).doesNotHaveDuplicates();
        assertThat(operations).extracting(Operation::endpoint).doesNotHaveDuplicates();
    }

    @Test
    void whatIsServedIsAdvertisedAndNothingElseIs() {
        List<String> advertised = new ArrayList<>();
        served.wire()
                .get("/v1/config")
                .json()
                .path("endpoints")
                .forEach(endpoint -> advertised.add(endpoint.asText()));
        for (Operation operation : operations) {
            if (!operation.standing().equals("conditional")) {
                assertThat(advertised.contains(operation.endpoint()))
                        .as(operation.name())
                        .isEqualTo(operation.isAdvertised());
            }
        }
        assertThat(operations).extracting(Operation::endpoint).containsAll(advertised);
    }

    @Test
    void whatIsAbsentIsRefusedInTheFormOfAnError() {
        for (Operation operation : operations) {
            if (operation.standing().equals("absent")) {
                for (String prefix : List.of("", "/lake")) {
                    Wire.Answer answer = operation.send(prefix);
                    assertThat(answer.status()).as(operation.name()).isIn(404, 405, 406);
                    JsonNode error = answer.json().path("error");
                    assertThat(error.path("code").asInt()).isEqualTo(answer.status());
                    assertThat(error.path("type").asText())
                            .isIn("NoSuchPathException", "MethodNotAllowedException");
                }
            }
        }
    }

    /// An operation that takes a key refuses one that is none, before anything else; others do not
    /// look at it.
    @Test
    void whatIsMarkedSoTakesAKey() {
        for (Operation operation : operations) {
            if (operation.isAdvertised()) {
                Wire.Answer answer = operation.send("", "Idempotency-Key", "nonsense");
                boolean looked =
                        answer.text().contains("Idempotency-Key must be a UUID of version 7");
                assertThat(looked)
                        .as("%s: %s", operation.name(), answer.text())
                        .isEqualTo(operation.how().contains("once per key"));
            }
        }
    }
}
