package dev.tarn.app.http.rest;

import static dev.tarn.app.http.rest.Served.ok;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.app.http.Wire;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Names in paths and parameters, as each client puts them there.
class NamesOfClientsTest {
    @RegisterExtension static final Served served = new Served();

    /// DuckDB and iceberg-rust join levels by 0x1F whatever a server advertises.
    @Test
    void levelsAreJoinedByTheSeparator() {
        Wire wire = served.wire();
        String top = served.namespace();
        served.namespace(top, "a.b");
        served.namespace(top, "a.b", "c d");
        String path = "/v1/namespaces/" + top + "%1Fa.b%1Fc%20d";

        assertThat(wire.head(path).status()).isEqualTo(204);
        assertThat(wire.get(path).json().path("namespace"))
                .extracting(level -> level.asText())
                .containsExactly(top, "a.b", "c d");
        served.table(top + "%1Fa.b%1Fc%20d", "t");
        assertThat(wire.get(path + "/tables").json().path("identifiers")).hasSize(1);
        assertThat(wire.head(path + "/tables/t").status()).isEqualTo(204);
        ok(wire.delete(path + "/tables/t"));
        ok(wire.delete(path));
        assertThat(wire.head("/v1/namespaces/" + top + "%1Fa.b").status()).isEqualTo(204);
    }

    /// Jetty's own rules would refuse the second, third and fourth before any handler runs.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "with space",
                "slash/ed",
                "per%cent",
                "per%20cent",
                "per%2Fcent",
                "pl+us",
                "dot.ted",
                "question?mark",
                "num#ber",
                "st*r",
                "amper&sand",
                "equ=als",
                "quo'te",
                "semi;colon",
                "co:lon",
                "com,ma",
                "at@",
                "til~de",
                "br[ack]et",
                "ba|r",
                "ca^ret",
                "..",
                ".",
                "ünïcode-湖",
                "😀",
            })
    void aNameIsTheSameInBodyAndPath(String name) {
        Wire wire = served.wire();
        String top = served.namespace();
        served.namespace(top, name);
        String namespace = top + "%1F" + encoded(name);
        served.table(namespace, name);
        String path = Served.path(namespace, encoded(name));

        assertThat(wire.get("/v1/namespaces/" + namespace).json().path("namespace").get(1).asText())
                .isEqualTo(name);
        assertThat(wire.head(path).status()).isEqualTo(204);
        assertThat(
                        wire.get("/v1/namespaces/" + namespace + "/tables")
                                .json()
                                .path("identifiers")
                                .get(0)
                                .path("name")
                                .asText())
                .isEqualTo(name);
        ok(served.commit(namespace, encoded(name), properties()));
        ok(wire.delete(path + "?purgeRequested=false"));
        assertThat(wire.head(path).status()).isEqualTo(404);
    }

    /// iceberg-rust puts the name in as it is; only spaces, quotes, angle brackets, braces and what
    /// is not ASCII become `%XX`.
    @ParameterizedTest
    @CsvSource({
        "pl+us, pl+us",
        "ba|r, ba|r",
        "br[ack]et, br[ack]et",
        "ca^ret, ca^ret",
        "st*r, st*r",
        "equ=als&c, equ=als&c",
        "a b, a%20b",
        "ü, %C3%BC",
        "quo\"te, quo%22te",
    })
    void aNameMayBePutInRaw(String name, String sent) {
        String namespace = served.namespace();
        served.table(namespace, name.replace("\"", "\\\""));

        assertThat(served.rawStatus("HEAD", Served.path(namespace, sent))).isEqualTo(204);
        assertThat(served.rawStatus("GET", Served.path(namespace, sent))).isEqualTo(200);
        assertThat(served.rawStatus("DELETE", Served.path(namespace, sent))).isEqualTo(204);
    }

    /// A raw plus is a plus to iceberg-rust and a space to Java up to 1.11.
    @Test
    void aRawPlusIsAPlusOrElseASpace() {
        Wire wire = served.wire();
        String top = served.fresh();
        served.namespace(top + "+x");
        served.namespace(top + " y");
        served.table(top + "%2Bx", "a+b");
        served.table(top + "%2Bx", "c d");
        served.table(top + "%20y", "e f");

        assertThat(wire.head(Served.path(top + "+x", "a+b")).status()).isEqualTo(204);
        assertThat(wire.head(Served.path(top + "+x", "c+d")).status()).isEqualTo(204);
        assertThat(wire.head(Served.path(top + "+y", "e+f")).status()).isEqualTo(204);
        assertThat(wire.head(Served.path(top + "+y", "e%2Bf")).status()).isEqualTo(404);
        assertThat(wire.head(Served.path(top + "%2By", "e+f")).status()).isEqualTo(404);
        // Where both exist the plus is a plus.
        served.table(top + "%20y", "e+f");
        ok(wire.delete(Served.path(top + "+y", "e+f")));
        assertThat(wire.head(Served.path(top + "%20y", "e%20f")).status()).isEqualTo(204);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a/b", "a+b", "a%b", "a%20b", "ü湖", "a.b"})
    void theParentMayBeEncodedTwice(String name) {
        String top = served.namespace();
        served.namespace(top, name);
        served.namespace(top, name, "inner");
        String once = top + "%1F" + encoded(name);

        for (String parent : List.of(once, once.replace("%", "%25"))) {
            var list = served.wire().get("/v1/namespaces?parent=" + parent);

            assertThat(ok(list).json().path("namespaces")).hasSize(1);
            assertThat(list.json().path("namespaces").get(0).get(2).asText()).isEqualTo("inner");
        }
    }

    /// A namespace whose name looks encoded comes before the one it would be if decoded again.
    @Test
    void aParentIsDecodedOnceIfThatExists() {
        String top = served.fresh();
        served.namespace(top + "%20");
        served.namespace(top + "%20", "plain");
        served.namespace(top + " ");
        served.namespace(top + " ", "spaced");

        assertThat(served.wire().get("/v1/namespaces?parent=" + top + "%2520").text())
                .contains("plain")
                .doesNotContain("spaced");
        assertThat(served.wire().get("/v1/namespaces?parent=" + top + "%20").text())
                .contains("spaced");
        assertThat(served.wire().get("/v1/namespaces?parent=" + top + "+").text())
                .contains("spaced");
    }

    /// PyIceberg's create_view puts the encoded name into the body, where nothing tells that from a
    /// name with percent signs.
    @Test
    void aNameInABodyIsNotDecoded() {
        String namespace = served.namespace();
        served.table(namespace, "a%20b");

        assertThat(served.wire().head(Served.path(namespace, "a%2520b")).status()).isEqualTo(204);
        assertThat(served.wire().head(Served.path(namespace, "a%20b")).status()).isEqualTo(404);
    }

    @Test
    void theSeparatorIsNoPartOfAName() {
        Wire wire = served.wire();
        String namespace = served.namespace();
        List<Wire.Answer> refused = new ArrayList<>();
        refused.add(wire.post("/v1/namespaces", "{\"namespace\":[\"a\\u001fb\"]}"));
        refused.add(
                wire.post(
                        "/v1/namespaces/" + namespace + "/tables",
                        "{\"name\":\"a\\u001fb\",\"schema\":" + Served.SCHEMA + "}"));

        for (Wire.Answer answer : refused) {
            assertThat(answer.error()).isEqualTo("400 BadRequestException");
            assertThat(answer.message()).contains("control characters");
        }
    }

    private static String properties() {
        return "{\"action\":\"set-properties\",\"updates\":{\"a\":\"1\"}}";
    }

    /// As PyIceberg, DuckDB and Java encode: all but unreserved characters.
    private static String encoded(String name) {
        String encoded =
                URLEncoder.encode(name, StandardCharsets.UTF_8)
                        .replace("+", "%20")
                        .replace("*", "%2A")
                        .replace("%7E", "~");
        // Dots alone are a step in the path to every library that builds URLs.
        return name.matches("\\.+") ? name.replace(".", "%2E") : encoded;
    }
}
