package dev.tarn.app.http.rest;

import static dev.tarn.app.http.rest.Served.ok;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.app.http.Wire;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Views, as clients make them.
class ViewsOfClientsTest {
    @RegisterExtension static final Served served = new Served();

    @Test
    void sparkReplacesAViewAndSeesItsHistory() {
        String namespace = served.namespace();
        JsonNode created = create(namespace, "v", "SELECT 1");
        Wire.Answer replaced =
                served.wire()
                        .post(
                                path(namespace, "v"),
                                """
                                {"requirements":[{"type":"assert-view-uuid","uuid":"%s"}],
                                 "updates":[{"action":"add-view-version","view-version":
                                  {"version-id":2,"schema-id":0,"timestamp-ms":1767225700000,
                                   "summary":{"engine-name":"spark"},"representations":[
                                    {"type":"sql","sql":"SELECT 2","dialect":"spark"}],
                                   "default-namespace":["%s"]}},
                                  {"action":"set-current-view-version","view-version-id":-1}]}\
                                """
                                        .formatted(
                                                created.path("metadata").path("view-uuid").asText(),
                                                namespace));

        assertThat(ok(replaced).json().path("metadata").path("versions")).hasSize(2);
        assertThat(replaced.json().path("metadata").path("current-version-id").asInt())
                .isEqualTo(2);
    }

    /// Lakekeeper #1545: the specification lists them among what is required, its clients do not
    /// all send them.
    @Test
    void aViewMayComeWithoutProperties() {
        String namespace = served.namespace();
        Wire.Answer created =
                served.wire()
                        .post(
                                "/v1/namespaces/" + namespace + "/views",
                                """
                                {"name":"v","schema":{"type":"struct","schema-id":0,"fields":[]},
                                 "view-version":{"version-id":1,"schema-id":0,
                                  "timestamp-ms":1767225600000,"summary":{},
                                  "representations":[
                                   {"type":"sql","sql":"SELECT 1","dialect":"spark"}],
                                  "default-namespace":["%s"]}}\
                                """
                                        .formatted(namespace));
        assertThat(ok(created).json().path("metadata").path("versions")).hasSize(1);
    }

    /// Iceberg's own server deletes the file with the view, and can register nothing later.
    @Test
    void aDroppedViewIsRegisteredAgain() {
        String namespace = served.namespace();
        JsonNode created = create(namespace, "v", "SELECT 1");
        ok(served.wire().delete(path(namespace, "v")));
        assertThat(served.wire().head(path(namespace, "v")).status()).isEqualTo(404);

        Wire.Answer registered =
                served.wire()
                        .post(
                                "/v1/namespaces/" + namespace + "/register-view",
                                "{\"name\":\"again\",\"metadata-location\":\"%s\"}"
                                        .formatted(created.path("metadata-location").asText()));
        assertThat(ok(registered).json().path("metadata")).isEqualTo(created.path("metadata"));
        assertThat(ok(served.wire().get(path(namespace, "again"))).text()).contains("SELECT 1");
    }

    /// What is a table to one is no view to another.
    @Test
    void aViewIsNoTable() {
        String namespace = served.namespace();
        create(namespace, "v", "SELECT 1");
        served.table(namespace, "t");

        assertThat(served.wire().get(Served.path(namespace, "v")).error())
                .isEqualTo("404 NoSuchTableException");
        assertThat(served.wire().get(path(namespace, "t")).error())
                .isEqualTo("404 NoSuchViewException");
        assertThat(served.wire().head(path(namespace, "t")).status()).isEqualTo(404);
        assertThat(served.wire().delete(Served.path(namespace, "v")).error())
                .isEqualTo("404 NoSuchTableException");
    }

    private static String path(String namespace, String view) {
        return "/v1/namespaces/" + namespace + "/views/" + view;
    }

    private static JsonNode create(String namespace, String name, String sql) {
        return ok(served.wire()
                        .post(
                                "/v1/namespaces/" + namespace + "/views",
                                """
                                {"name":"%s","location":null,"schema":{"type":"struct",
                                  "schema-id":0,"fields":[]},"properties":{},
                                 "view-version":{"version-id":1,"schema-id":-1,
                                  "timestamp-ms":1767225600000,"summary":{"engine-name":"spark"},
                                  "representations":[
                                   {"type":"sql","sql":"%s","dialect":"spark"}],
                                  "default-namespace":["%s"]}}\
                                """
                                        .formatted(name, sql, namespace)))
                .json();
    }
}
