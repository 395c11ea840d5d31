package dev.tarn.app.http.rest;

import static dev.tarn.app.http.rest.Served.ok;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.app.http.Wire;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What clients say of themselves with every request.
class HeadersOfClientsTest {
    private static final String TABLE = Served.path("shop", "orders");

    @RegisterExtension static final Served served = new Served();

    @BeforeAll
    static void makeATable() {
        served.namespace("shop");
        served.table("shop", "orders");
    }

    @ParameterizedTest
    @EnumSource
    void everyClientReadsItsWholeConversation(ForeignClient client) {
        Wire wire = served.wire();
        String[] headers = client.headers();
        String namespace = served.fresh();

        assertReadable(client, wire.get("/v1/config?warehouse=lake", headers));
        assertReadable(
                client,
                wire.post("/v1/namespaces", "{\"namespace\":[\"" + namespace + "\"]}", headers));
        assertReadable(client, wire.get("/v1/namespaces", headers));
        assertReadable(
                client,
                wire.post(
                        "/v1/namespaces/" + namespace + "/tables",
                        "{\"name\":\"t\",\"schema\":" + Served.SCHEMA + "}",
                        headers));
        assertReadable(client, wire.get(Served.path(namespace, "t"), headers));
        assertThat(wire.send("HEAD", Served.path(namespace, "t"), null, headers).status())
                .isEqualTo(204);
        assertReadable(
                client,
                wire.post(
                        Served.path(namespace, "t"),
                        """
                        {"requirements":[],
                         "updates":[{"action":"set-properties","updates":{"a":"1"}}]}\
                        """,
                        headers));
        assertThat(wire.send("DELETE", Served.path(namespace, "t"), null, headers).status())
                .isEqualTo(204);
        Wire.Answer gone = wire.get(Served.path(namespace, "t"), headers);
        assertThat(gone.error()).isEqualTo("404 NoSuchTableException");
    }

    private static void assertReadable(ForeignClient client, Wire.Answer answer) {
        ok(answer);
        Optional<String> encoding = answer.header("Content-Encoding");
        assertThat(encoding).isIn(Optional.empty(), Optional.of("gzip"));
        assertThat(encoding.isPresent() && !client.takesGzip()).isFalse();
        assertThat(answer.header("Content-Type")).contains("application/json");
        assertThat(answer.json().isObject()).isTrue();
    }

    /// Java offers ten ways to pack an answer, and reads few of them.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "zstd, xz, lzma, lz4-framed, bzip2, pack200, gzip",
                "lzma;q=1.0, zstd;q=0.9, gzip;q=0.1",
                "zstd, br;q=0.9, deflate, GZIP",
            })
    void gzipIsChosenWhereverItStands(String accepted) {
        Wire.Answer answer = served.wire().get(TABLE, "Accept-Encoding", accepted);

        assertThat(answer.header("Content-Encoding")).contains("gzip");
        assertThat(answer.json().path("metadata").path("table-uuid").isTextual()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zstd, lzma",
                "deflate",
                "gzip;q=0, zstd",
                "identity",
                "",
                "pack200;q=1, xz"
            })
    void whatIsNotOfferedIsNotChosen(String accepted) {
        Wire.Answer answer = served.wire().get(TABLE, "Accept-Encoding", accepted);

        assertThat(answer.header("Content-Encoding")).isEmpty();
        assertThat(answer.json().path("metadata").path("table-uuid").isTextual()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/json; charset=utf-8", "text/plain"})
    void theTypeOfARequestIsNotAsked(String type) {
        Wire wire = served.wire();
        String namespace = served.fresh();

        for (String method : List.of("GET", "HEAD")) {
            assertThat(wire.send(method, TABLE, null, "Content-Type", type).status())
                    .isBetween(200, 204);
        }
        ok(
                wire.post(
                        "/v1/namespaces",
                        "{\"namespace\":[\"" + namespace + "\"]}",
                        "Content-Type",
                        type));
        assertThat(
                        wire.send(
                                        "DELETE",
                                        "/v1/namespaces/" + namespace,
                                        null,
                                        "Content-Type",
                                        type)
                                .status())
                .isEqualTo(204);
    }

    /// PyIceberg asks for keys with every request, also where there are none to give.
    @Test
    void delegationChangesNothingWhereNoTableIsToldOf() {
        Wire wire = served.wire();
        String[] asking = {"X-Iceberg-Access-Delegation", "vended-credentials"};

        for (String path :
                List.of(
                        "/v1/config?warehouse=lake",
                        "/v1/namespaces",
                        "/v1/namespaces/shop",
                        "/v1/namespaces/shop/tables")) {
            assertThat(wire.get(path, asking).text()).isEqualTo(wire.get(path).text());
        }
        assertThat(wire.post("/v1/oauth/tokens", "grant_type=client_credentials", asking).status())
                .isEqualTo(400);
    }

    /// Lakekeeper #1948: a header that is not ASCII ended the process.
    @Test
    void aHeaderBeyondAsciiIsReadAsFarAsItGoes() {
        String space = served.namespace();
        served.table(space, "t");
        String answer =
                served.raw(
                        """
                        GET %s HTTP/1.1
                        Host: 127.0.0.1
                        Connection: close
                        User-Agent: caf\u00e9 \u20ac
                        If-None-Match: "\u00e4"
                        X-Iceberg-Access-Delegation: \u00e4, vended-credentials

                        """
                                .formatted(Served.path(space, "t"))
                                .replace("\n", "\r\n"));
        assertThat(answer).startsWith("HTTP/1.1 200 ").contains("s3.access-key-id");
    }
}
