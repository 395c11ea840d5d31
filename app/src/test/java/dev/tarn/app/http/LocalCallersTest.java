package dev.tarn.app.http;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalCallersTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "localhost:8181", "127.0.0.1:8181", "127.1.2.3", "[::1]:1"})
    void thisMachineMayCall(String host) {
        assertThatCode(() -> require("127.0.0.1", Map.of("Host", host))).doesNotThrowAnyException();
        assertThatCode(() -> require("127.0.0.1", Map.of("Origin", "http://" + host)))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80"})
    void aPageOfAnotherMayNot(String host) {
        assertThatThrownBy(() -> require("127.0.0.1", Map.of("Host", host)))
                .hasMessage("Host is not of this machine, expected localhost, found " + host);
        assertThatThrownBy(() -> require("localhost", Map.of("Origin", "https://" + host)))
                .hasMessageContaining("Origin is not of this machine");
        assertThatThrownBy(() -> require("127.0.0.1", Map.of("Origin", "null")))
                .hasMessageContaining("found null");
    }

    @Test
    void aServerBoundElsewhereIsNotMeant() {
        assertThatCode(() -> require("10.0.0.1", Map.of("Host", "tarn.example")))
                .doesNotThrowAnyException();
    }

    private static void require(String bound, Map<String, String> headers) {
        LocalCallers.require(bound, new HashMap<>(headers)::get);
    }
}
