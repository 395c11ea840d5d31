package dev.tarn.app.http.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.app.http.Wire;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How clients start: configuration and token.
class ConfigForClientsTest {
    @RegisterExtension static final Served served = new Served();

    /// PyIceberg calls `update` on both.
    @Test
    void defaultsAndOverridesAreObjects() {
        for (String path : List.of("/v1/config", "/v1/config?warehouse=lake")) {
            JsonNode config = served.wire().get(path).json();

            assertThat(config.path("defaults").isObject()).isTrue();
            assertThat(config.path("overrides").isObject()).isTrue();
            for (String section : List.of("defaults", "overrides")) {
                config.path(section)
                        .forEach(value -> assertThat(value.isTextual()).as("%s", value).isTrue());
            }
        }
    }

    /// All clients would move there at once, and the server cannot know how it is reached.
    @Test
    void noClientIsSentElsewhere() {
        Wire.Answer config =
                served.wire().get("/v1/config?warehouse=lake", "X-Forwarded-Host", "evil.example");

        for (String section : List.of("defaults", "overrides")) {
            assertThat(config.json().path(section).has("uri")).isFalse();
        }
        assertThat(config.text()).doesNotContain("evil.example");
    }

    /// One malformed entry makes PyIceberg refuse the whole catalog.
    @Test
    void everyEndpointIsAVerbAndAPath() {
        assertThat(endpoints())
                .isNotEmpty()
                .doesNotHaveDuplicates()
                .allMatch(line -> line.matches("(GET|HEAD|POST|DELETE|PUT) /v1/[a-z{}/-]+"));
    }

    /// Not advertised is not called, and what is advertised is called: with a prefix or without.
    @Test
    void whatIsAdvertisedIsThere() {
        for (String endpoint : endpoints()) {
            String method = endpoint.split(" ", 2)[0];
            String template = endpoint.split(" ", 2)[1];
            for (String prefix : List.of("", "/lake")) {
                String path =
                        template.replace("/{prefix}", prefix).replaceAll("\\{[a-z-]+}", "missing");
                byte[] body = method.equals("POST") ? "{".getBytes(StandardCharsets.UTF_8) : null;
                Wire.Answer answer = served.wire().send(method, path, body);

                assertThat(answer.status()).as("%s %s", method, path).isNotIn(405, 500, 501);
                assertThat(answer.text()).doesNotContain("NoSuchPathException");
            }
        }
    }

    /// Spark and DuckDB take these only from servers that name them.
    @Test
    void whatClientsLookForIsAdvertised() {
        assertThat(endpoints())
                .contains(
                        "HEAD /v1/{prefix}/namespaces/{namespace}",
                        "HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}",
                        "HEAD /v1/{prefix}/namespaces/{namespace}/views/{view}",
                        "GET /v1/{prefix}/namespaces/{namespace}/views",
                        "POST /v1/{prefix}/namespaces/{namespace}/register",
                        "POST /v1/{prefix}/namespaces/{namespace}/tables/{table}/metrics",
                        "POST /v1/{prefix}/transactions/commit");
    }

    /// DuckDB attaches what looks like an address for reading only.
    @Test
    void theWarehouseHasAPlainName() {
        assertThat(TestServer.WAREHOUSE).matches("[a-z]+");
        assertThat(served.wire().get("/v1/config?warehouse=s3%3A%2F%2Flake").error())
                .isEqualTo("404 NoSuchWarehouseException");
    }

    /// Java and PyIceberg put the credential into the form; each asks twice.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "grant_type=client_credentials&client_id=id&client_secret=s&scope=catalog",
                "grant_type=client_credentials&scope=PRINCIPAL_ROLE%3AALL",
                "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&subject_token=t",
                "",
            })
    void whoeverAsksForATokenIsToldWhatToDo(String form) {
        // DuckDB puts it into a header.
        String basic =
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString("id:secret".getBytes(StandardCharsets.UTF_8));
        for (String[] headers :
                List.of(
                        new String[] {"Content-Type", "application/x-www-form-urlencoded"},
                        new String[] {
                            "Content-Type",
                            "application/x-www-form-urlencoded",
                            "Authorization",
                            basic
                        })) {
            Wire.Answer answer = served.wire().post("/v1/oauth/tokens", form, headers);

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().path("error").asText()).isEqualTo("invalid_request");
            assertThat(answer.json().path("error_description").asText())
                    .contains("without authentication")
                    .contains("remove credential");
        }
    }

    /// Polaris #4753: a token of any issuer was taken. Here none is, so what comes with one is what
    /// comes without.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer"
                    + " eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2V2aWwuZXhhbXBsZSIsInN1YiI6InJvb3QifQ.",
                "Bearer not-a-token",
                "Bearer",
                "Basic cm9vdDpyb290",
                "Negotiate YIIZ",
            })
    void aTokenOpensNothingAndClosesNothing(String authorization) {
        String space = served.namespace();
        served.table(space, "t");
        for (String path :
                List.of(
                        "/v1/config",
                        "/v1/config?warehouse=other",
                        "/v1/other/namespaces",
                        Served.path(space, "t"),
                        Served.path(space, "none"))) {
            Wire.Answer without = served.wire().get(path);
            Wire.Answer with = served.wire().get(path, "Authorization", authorization);
            assertThat(with.status()).as(path).isEqualTo(without.status());
            assertThat(with.text()).as(path).isEqualTo(without.text());
        }
    }

    /// Gravitino #10640: clients ask for the configuration before they know their prefix.
    @Test
    void theConfigurationHasNoPrefix() {
        assertThat(served.wire().get("/v1/config").status()).isEqualTo(200);
        assertThat(served.wire().get("/v1/lake/config").error())
                .isEqualTo("404 NoSuchPathException");
        assertThat(endpoints()).noneMatch(endpoint -> endpoint.endsWith("/config"));
    }

    private static List<String> endpoints() {
        List<String> endpoints = new ArrayList<>();
        served.wire()
                .get("/v1/config?warehouse=lake")
                .json()
                .path("endpoints")
                .forEach(endpoint -> endpoints.add(endpoint.asText()));
        return endpoints;
    }
}
