package dev.tarn.app.http.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.app.http.Wire;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The views through which a table is loaded.
@SuppressWarnings("NullAway.Init") // before all
class ReferencedByTest {
    private static final String TABLE = "/v1/namespaces/n/tables/t";

    private static TestServer server;
    private static Wire wire;

    @BeforeAll
    static void start() {
        server = new TestServer(TestStore.SQLITE);
        wire = new Wire(server.port());
        wire.post("/v1/namespaces", "{\"namespace\":[\"n\"]}");
        wire.post(
                "/v1/namespaces/n/tables",
                "{\"name\":\"t\",\"schema\":{\"type\":\"struct\",\"schema-id\":0,\"fields\":[]}}");
    }

    @AfterAll
    static void stop() {
        wire.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "n%1Fv",
                "a%1Fb%1Fv",
                "prod%1Fanalytics%1Fquarterly,prod%1Fanalytics%1Fmonthly",
                "n%1Fone%2Ctwo",
                "n%1Fwith%20space,n%1Fwith+plus",
                "n%1F%C3%BC",
            })
    void aChainOfViewsIsAccepted(String chain) {
        assertThat(wire.get(TABLE + "?snapshots=refs&referenced-by=" + chain).status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "v, must name views as namespace%1Fview",
        "n%1Fv%2Cw%1F, must name views as namespace%1Fview",
        "'n%1Fv,', must name views as namespace%1Fview",
        "'n%1Fv,,n%1Fw', must name views as namespace%1Fview",
        "%1Fv, must name views as namespace%1Fview",
        "n%1F%FF, not encoded UTF-8",
    })
    void aChainThatCannotBeReadIsRefused(String chain, String reason) {
        Wire.Answer answer = wire.get(TABLE + "?referenced-by=" + chain);

        assertThat(answer.error()).isEqualTo("400 BadRequestException");
        assertThat(answer.message()).contains(reason);
    }

    /// Lakekeeper 1980: a chain has a limit.
    @Test
    void aChainWithoutEndIsRefused() {
        String one = "n%1Fv";
        assertThat(wire.get(TABLE + "?referenced-by=" + (one + ",").repeat(63) + one).status())
                .isEqualTo(200);
        assertThat(wire.get(TABLE + "?referenced-by=" + (one + ",").repeat(64) + one).error())
                .isEqualTo("400 BadRequestException");
    }
}
