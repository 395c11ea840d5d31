package dev.tarn.app.http.rest;

import static dev.tarn.app.http.rest.Served.ok;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Listings, page by page, as each client walks them.
class PagesOfClientsTest {
    private static final int COUNT = 7;

    @RegisterExtension static final Served served = new Served();

    @BeforeAll
    static void makeThings() {
        served.namespace("top");
        for (int n = 0; n < COUNT; n++) {
            served.namespace("top", "inner" + n);
            served.table("top", "table" + n);
            ok(
                    served.wire()
                            .post(
                                    "/v1/namespaces/top/views",
                                    """
                                    {"name":"view%d","schema":{"type":"struct","fields":[]},
                                     "properties":{},"view-version":{"version-id":1,"schema-id":0,
                                      "timestamp-ms":1767225600000,"summary":{},
                                      "representations":[
                                        {"type":"sql","sql":"SELECT 1","dialect":"spark"}],
                                      "default-namespace":["top"]}}\
                                    """
                                            .formatted(n)));
        }
    }

    /// PyIceberg sends `pageSize` alone first, Java an empty `pageToken`, iceberg-rust and DuckDB
    /// neither; each goes on with the token until there is none, and only null is none.
    @ParameterizedTest
    @CsvSource({
        "/v1/namespaces/top/tables, identifiers, ?pageSize=3, &pageSize=3, 3",
        "/v1/namespaces/top/tables, identifiers, ?pageToken=&pageSize=2, &pageSize=2, 4",
        "/v1/namespaces/top/tables, identifiers, ?pageToken=, '', 1",
        "/v1/namespaces/top/tables, identifiers, '', '', 1",
        "/v1/namespaces/top/views, identifiers, ?pageSize=3, &pageSize=3, 3",
        "/v1/namespaces/top/views, identifiers, ?pageToken=, '', 1",
        "/v1/namespaces?parent=top, namespaces, &pageSize=3, &pageSize=3, 3",
        "/v1/namespaces?parent=top, namespaces, &pageToken=, '', 1",
        "/v1/namespaces?parent=top, namespaces, &pageSize=7, &pageSize=7, 1",
    })
    void everyThingComesOnce(String path, String field, String first, String further, int pages) {
        List<String> seen = new ArrayList<>();
        JsonNode page = ok(served.wire().get(path + first)).json();
        int count = 1;
        while (page.path("next-page-token").isTextual()) { // each page has at least one new thing
            page.path(field).forEach(item -> seen.add(item.toString()));
            String token = page.path("next-page-token").asText();
            // Clients put it into the next URL as it is.
            assertThat(token).matches("[A-Za-z0-9_-]+");
            String mark = path.contains("?") ? "&" : "?";
            page = ok(served.wire().get(path + mark + "pageToken=" + token + further)).json();
            count++;
        }
        page.path(field).forEach(item -> seen.add(item.toString()));

        assertThat(page.has("next-page-token")).isTrue();
        assertThat(page.path("next-page-token").isNull()).isTrue();
        assertThat(seen).hasSize(COUNT).doesNotHaveDuplicates();
        assertThat(count).isEqualTo(pages);
    }

    @Test
    void whatIsEmptyEndsAtOnce() {
        String empty = served.namespace();

        for (String list : List.of("/tables", "/views")) {
            JsonNode page = ok(served.wire().get("/v1/namespaces/" + empty + list)).json();
            assertThat(page.path("identifiers").isArray()).isTrue();
            assertThat(page.path("identifiers")).isEmpty();
            assertThat(page.path("next-page-token").isNull()).isTrue();
        }
    }
}
