package dev.tarn.app.http.rest;

import static dev.tarn.app.http.rest.Served.ok;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tarn.app.http.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is refused, and how: status, code and type of each case of the specification.
class ErrorsOnTheWireTest {
    private static final String VIEW_VERSION =
            """
            "view-version":{"version-id":1,"schema-id":0,"timestamp-ms":1767225600000,"summary":{},
             "representations":[{"type":"sql","sql":"SELECT 1","dialect":"spark"}],
             "default-namespace":["n"]}\
            """;

    @RegisterExtension static final Served served = new Served();

    @BeforeAll
    static void makeThings() {
        served.namespace("n");
        served.namespace("n", "inner");
        served.namespace("empty");
        served.table("n", "t");
        served.table("n", "u");
        ok(served.wire().post("/v1/namespaces/n/views", view("v")));
    }

    private static String view(String name) {
        return "{\"name\":\"%s\",\"schema\":{\"type\":\"struct\",\"fields\":[]},\"properties\":{},%s}"
                .formatted(name, VIEW_VERSION);
    }

    private static void assertRefused(Wire.Answer answer, String error) {
        assertThat(answer.error()).as(answer.text()).isEqualTo(error);
        JsonNode body = answer.json();
        assertThat(body.size()).isEqualTo(1);
        assertThat(body.path("error").path("code").asInt()).isEqualTo(answer.status());
        assertThat(body.path("error").path("message").asText()).isNotBlank();
        assertThat(body.path("error").has("stack")).isFalse();
        assertThat(answer.header("Content-Type")).contains("application/json");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // what does not exist, by its kind
                "GET    | /v1/config?warehouse=other | | 404 NoSuchWarehouseException",
                "GET    | /v1/other/namespaces | | 404 NoSuchWarehouseException",
                "GET    | /v1/namespaces?parent=no | | 404 NoSuchNamespaceException",
                "GET    | /v1/namespaces/no | | 404 NoSuchNamespaceException",
                "DELETE | /v1/namespaces/no | | 404 NoSuchNamespaceException",
                "POST   | /v1/namespaces/no/properties | {'removals':[],'updates':{}} | 404"
                        + " NoSuchNamespaceException",
                "POST   | /v1/namespaces | {'namespace':['no','inner']} | 404"
                        + " NoSuchNamespaceException",
                "GET    | /v1/namespaces/no/tables | | 404 NoSuchNamespaceException",
                "GET    | /v1/namespaces/no/views | | 404 NoSuchNamespaceException",
                "POST   | /v1/namespaces/no/tables |"
                        + " {'name':'t','schema':{'type':'struct','fields':[]}} | 404"
                        + " NoSuchNamespaceException",
                "GET    | /v1/namespaces/n/tables/no | | 404 NoSuchTableException",
                "GET    | /v1/namespaces/no/tables/no | | 404 NoSuchTableException",
                "POST   | /v1/namespaces/n/tables/no | {'requirements':[],'updates':[]} | 404"
                        + " NoSuchTableException",
                "DELETE | /v1/namespaces/n/tables/no | | 404 NoSuchTableException",
                "POST   | /v1/namespaces/n/tables/no/unregister | | 404 NoSuchTableException",
                "GET    | /v1/namespaces/n/views/no | | 404 NoSuchViewException",
                "DELETE | /v1/namespaces/n/views/no | | 404 NoSuchViewException",
                "POST   | /v1/namespaces/n/views/no | {'requirements':[],'updates':[]} | 404"
                        + " NoSuchViewException",
                // a table is no view, and a view no table
                "GET    | /v1/namespaces/n/tables/v | | 404 NoSuchTableException",
                "GET    | /v1/namespaces/n/views/t | | 404 NoSuchViewException",
                "DELETE | /v1/namespaces/n/tables/v | | 404 NoSuchTableException",
                "POST   | /v1/namespaces/n/tables/v/unregister | | 404 NoSuchTableException",
                // renames
                "POST   | /v1/tables/rename |"
                    + " {'source':{'namespace':['n'],'name':'no'},'destination':{'namespace':['n'],'name':'x'}}"
                    + " | 404 NoSuchTableException",
                "POST   | /v1/tables/rename |"
                    + " {'source':{'namespace':['n'],'name':'t'},'destination':{'namespace':['no'],'name':'x'}}"
                    + " | 404 NoSuchNamespaceException",
                "POST   | /v1/tables/rename |"
                    + " {'source':{'namespace':['n'],'name':'t'},'destination':{'namespace':['n'],'name':'u'}}"
                    + " | 409 AlreadyExistsException",
                "POST   | /v1/tables/rename |"
                    + " {'source':{'namespace':['n'],'name':'t'},'destination':{'namespace':['n'],'name':'v'}}"
                    + " | 409 AlreadyExistsException",
                "POST   | /v1/views/rename |"
                    + " {'source':{'namespace':['n'],'name':'v'},'destination':{'namespace':['n'],'name':'t'}}"
                    + " | 409 AlreadyExistsException",
                "POST   | /v1/views/rename |"
                    + " {'source':{'namespace':['n'],'name':'no'},'destination':{'namespace':['n'],'name':'x'}}"
                    + " | 404 NoSuchViewException",
                // what is there already
                "POST   | /v1/namespaces | {'namespace':['n']} | 409 AlreadyExistsException",
                "POST   | /v1/namespaces/n/tables |"
                        + " {'name':'t','schema':{'type':'struct','fields':[]}} | 409"
                        + " AlreadyExistsException",
                "POST   | /v1/namespaces/n/tables |"
                        + " {'name':'v','schema':{'type':'struct','fields':[]}} | 409"
                        + " AlreadyExistsException",
                "POST   | /v1/namespaces/n/tables |"
                    + " {'name':'t','schema':{'type':'struct','fields':[]},'stage-create':true} |"
                    + " 409 AlreadyExistsException",
                // catalog-peers 8 (Gravitino 11132, iceberg 16061): a namespace with tables, views
                // or children stays
                "DELETE | /v1/namespaces/n | | 409 NamespaceNotEmptyException",
                // commits that come too late
                "POST   | /v1/namespaces/n/tables/t |"
                        + " {'requirements':[{'type':'assert-create'}],'updates':[]} | 409"
                        + " CommitFailedException",
                "POST   | /v1/namespaces/n/tables/t |"
                    + " {'requirements':[{'type':'assert-table-uuid','uuid':'x'}],'updates':[]} |"
                    + " 409 CommitFailedException",
                "POST   | /v1/namespaces/n/tables/t |"
                    + " {'requirements':[{'type':'assert-ref-snapshot-id','ref':'main','snapshot-id':7}],'updates':[]}"
                    + " | 409 CommitFailedException",
                "POST   | /v1/namespaces/n/tables/t |"
                    + " {'requirements':[{'type':'assert-last-assigned-field-id','last-assigned-field-id':99}],'updates':[]}"
                    + " | 409 CommitFailedException",
                "POST   | /v1/namespaces/n/tables/t |"
                    + " {'requirements':[{'type':'assert-current-schema-id','current-schema-id':99}],'updates':[]}"
                    + " | 409 CommitFailedException",
                "POST   | /v1/namespaces/n/tables/t |"
                    + " {'requirements':[{'type':'assert-last-assigned-partition-id','last-assigned-partition-id':7}],'updates':[]}"
                    + " | 409 CommitFailedException",
                "POST   | /v1/namespaces/n/tables/t |"
                    + " {'requirements':[{'type':'assert-default-spec-id','default-spec-id':9}],'updates':[]}"
                    + " | 409 CommitFailedException",
                "POST   | /v1/namespaces/n/tables/t |"
                    + " {'requirements':[{'type':'assert-default-sort-order-id','default-sort-order-id':9}],'updates':[]}"
                    + " | 409 CommitFailedException",
                "POST   | /v1/namespaces/n/views/v |"
                    + " {'requirements':[{'type':'assert-view-uuid','uuid':'00000000-0000-0000-0000-000000000000'}],'updates':[]}"
                    + " | 409 CommitFailedException",
                // what makes no sense
                "POST   | /v1/namespaces/n/tables/t |"
                        + " {'requirements':[{'type':'assert-weather'}],'updates':[]} | 400"
                        + " BadRequestException",
                "POST   | /v1/namespaces/n/tables/t |"
                        + " {'requirements':[],'updates':[{'action':'fly-away'}]} | 400"
                        + " BadRequestException",
                "POST   | /v1/namespaces/n/views/v |"
                        + " {'requirements':[],'updates':[{'action':'fly-away'}]} | 400"
                        + " BadRequestException",
                "POST   | /v1/namespaces/n/views/v |"
                    + " {'requirements':[],'updates':[{'action':'set-snapshot-ref','ref-name':'x','type':'branch','snapshot-id':1}]}"
                    + " | 400 BadRequestException",
                "POST   | /v1/transactions/commit |"
                        + " {'table-changes':[{'requirements':[],'updates':[]}]} | 400"
                        + " BadRequestException",
                "POST   | /v1/transactions/commit |"
                    + " {'table-changes':[{'identifier':{'namespace':['n'],'name':'t'},'requirements':[{'type':'assert-weather'}],'updates':[]}]}"
                    + " | 400 BadRequestException",
                "POST   | /v1/transactions/commit |"
                    + " {'table-changes':[{'identifier':{'namespace':['n'],'name':'no'},'requirements':[],'updates':[]}]}"
                    + " | 404 NoSuchTableException",
                "POST   | /v1/namespaces/n/tables/t |"
                    + " {'requirements':[],'updates':[{'action':'set-current-schema','schema-id':99}]}"
                    + " | 400 BadRequestException",
                "POST   | /v1/namespaces/n/tables/t |"
                    + " {'requirements':[],'updates':[{'action':'set-location','location':'s3://elsewhere/x'}]}"
                    + " | 400 BadRequestException",
                "POST   | /v1/namespaces/n/tables/t |"
                    + " {'requirements':[],'updates':[{'action':'upgrade-format-version','format-version':4}]}"
                    + " | 400 BadRequestException",
                "POST   | /v1/namespaces/n/tables/t |"
                    + " {'identifier':{'namespace':['n'],'name':'u'},'requirements':[],'updates':[]}"
                    + " | 400 BadRequestException",
                "POST   | /v1/namespaces | {'namespace':[]} | 400 BadRequestException",
                "POST   | /v1/namespaces | {'namespace':['']} | 400 BadRequestException",
                "POST   | /v1/namespaces | {'properties':{}} | 400 IllegalArgumentException",
                "POST   | /v1/namespaces | [] | 400 BadRequestException",
                "POST   | /v1/namespaces | nonsense | 400 BadRequestException",
                "POST   | /v1/namespaces/n/tables | {'name':'x'} | 400 IllegalArgumentException",
                "POST   | /v1/namespaces/n/tables |"
                        + " {'name':'','schema':{'type':'struct','fields':[]}} | 400"
                        + " IllegalArgumentException",
                "POST   | /v1/namespaces/n/register |"
                        + " {'name':'x','metadata-location':'http://169.254.169.254/m.json'} | 400"
                        + " BadRequestException",
                "POST   | /v1/namespaces/n/register | {'name':'x'} | 400 BadRequestException",
                "GET    | /v1/namespaces/n/tables/t?snapshots=some | | 400 BadRequestException",
                "GET    | /v1/namespaces/n/tables/t?referenced-by=v | | 400 BadRequestException",
                "GET    | /v1/namespaces/n/tables?pageSize=0 | | 400 BadRequestException",
                "GET    | /v1/namespaces/n/tables?pageSize=-1 | | 400 BadRequestException",
                "GET    | /v1/namespaces/n/tables?pageSize=1e3 | | 400 BadRequestException",
                "GET    | /v1/namespaces/n/tables?pageToken=forged | | 400 BadRequestException",
                "GET    | /v1/namespaces/n/views?pageToken=forged | | 400 BadRequestException",
                "GET    | /v1/namespaces?pageToken=forged | | 400 BadRequestException",
                "DELETE | /v1/namespaces/n/tables/t?purgeRequested=perhaps | | 400"
                        + " BadRequestException",
                // the same key removed and set
                "POST   | /v1/namespaces/n/properties | {'removals':['a'],'updates':{'a':'1'}} |"
                        + " 422 UnprocessableEntityException",
                // what there is no way to
                "GET    | / | | 404 NoSuchPathException",
                "GET    | /v1 | | 404 NoSuchPathException",
                "GET    | /v2/config | | 404 NoSuchPathException",
                "GET    | /v1/namespaces/n/tables/t/nothing | | 404 NoSuchPathException",
                "PUT    | /v1/namespaces/n | | 405 MethodNotAllowedException",
                "PATCH  | /v1/namespaces/n/tables/t | | 405 MethodNotAllowedException",
                "DELETE | /v1/config | | 405 MethodNotAllowedException",
                "GET    | /v1/transactions/commit | | 405 MethodNotAllowedException",
                // what cannot be a name
                "GET    | /v1/namespaces/%FF | | 400 BadRequestException",
                "GET    | /v1/namespaces/n/tables/%C3%28 | | 400 BadRequestException",
                "GET    | /v1/namespaces/n/tables/%00 | | 400 BadRequestException",
                "POST   | /v1/namespaces | {'namespace':['a\\u001Fb']} | 400 BadRequestException",
                "POST   | /v1/namespaces | {'namespace':['a\\u0000b']} | 400 BadRequestException",
            })
    void eachCaseHasItsStatusCodeAndType(String method, String path, String body, String error) {
        byte[] bytes =
                body == null ? null : body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        if (bytes == null && method.equals("POST")) {
            bytes = new byte[0];
        }
        assertRefused(served.wire().send(method, path, bytes), error);
    }

    /// catalog-peers 9 (Polaris 4148, spec 15691).
    @Test
    void aViewCannotTakeTheNameOfATable() {
        assertRefused(
                served.wire().post("/v1/namespaces/n/views", view("t")),
                "409 AlreadyExistsException");
        assertRefused(
                served.wire().post("/v1/namespaces/n/views", view("v")),
                "409 AlreadyExistsException");
        assertRefused(
                served.wire().post("/v1/namespaces/no/views", view("v")),
                "404 NoSuchNamespaceException");
    }

    /// catalog-peers 31 (iceberg 13143).
    @Test
    void aMetadataFileThatIsMissingIsNotFound() {
        String location =
                served.wire()
                        .get("/v1/namespaces/n/tables/u")
                        .json()
                        .path("metadata-location")
                        .asText();
        assertRefused(
                served.wire()
                        .post(
                                "/v1/namespaces/n/register",
                                "{\"name\":\"x\",\"metadata-location\":\"%s.gone\"}"
                                        .formatted(location)),
                "404 NotFoundException");
    }

    /// catalog-peers 8: children keep their parent as tables and views do.
    @Test
    void aNamespaceGoesWhenTheLastThingInItIsGone() {
        String outer = served.namespace();
        served.namespace(outer, "inner");
        assertRefused(
                served.wire().delete("/v1/namespaces/" + outer), "409 NamespaceNotEmptyException");
        ok(served.wire().delete("/v1/namespaces/" + outer + "%1Finner"));
        ok(served.wire().post("/v1/namespaces/" + outer + "/views", view("w")));
        assertRefused(
                served.wire().delete("/v1/namespaces/" + outer), "409 NamespaceNotEmptyException");
        ok(served.wire().delete("/v1/namespaces/" + outer + "/views/w"));
        ok(served.wire().delete("/v1/namespaces/" + outer));
    }

    /// catalog-peers 9 (Lakekeeper 1709): names differ by their case, and may change in that alone.
    @Test
    void aRenameMayChangeTheCaseAlone() {
        String space = served.namespace();
        served.table(space, "Orders");
        served.table(space, "ORDERS");
        String rename =
                """
                {"source":{"namespace":["%1$s"],"name":"Orders"},
                 "destination":{"namespace":["%1$s"],"name":"%2$s"}}\
                """;
        assertRefused(
                served.wire().post("/v1/tables/rename", rename.formatted(space, "ORDERS")),
                "409 AlreadyExistsException");
        // Polaris 4383: with a body, and 200.
        assertThat(
                        served.wire()
                                .post("/v1/tables/rename", rename.formatted(space, "orders"))
                                .status())
                .isEqualTo(204);
        assertThat(served.wire().head(Served.path(space, "orders")).status()).isEqualTo(204);
        assertThat(served.wire().head(Served.path(space, "Orders")).status()).isEqualTo(404);
        assertThat(served.wire().head(Served.path(space, "ORDERS")).status()).isEqualTo(204);
    }

    /// catalog-peers 9: a table or view may be called as a child namespace is; paths keep them
    /// apart.
    @Test
    void aTableAndANamespaceMayHaveOneName() {
        String space = served.namespace();
        served.namespace(space, "both");
        served.table(space, "both");
        assertThat(served.wire().head(Served.path(space, "both")).status()).isEqualTo(204);
        assertThat(served.wire().head("/v1/namespaces/" + space + "%1Fboth").status())
                .isEqualTo(204);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/namespaces/no",
                "/v1/namespaces/n/tables/no",
                "/v1/namespaces/n/tables/v",
                "/v1/namespaces/n/views/no",
                "/v1/namespaces/n/views/t",
            })
    void aHeadOfWhatIsNotThereHasNoBody(String path) {
        Wire.Answer answer = served.wire().head(path);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.response().body()).isEmpty();
    }

    /// catalog-peers 11 (Gravitino 10667, Polaris 4404): what never reaches a route.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /v1/config | 505",
                "GET /v1/config HTTP/9.9 | 505",
                "nonsense | 400",
                "GET /v1/namespaces/%zz HTTP/1.1~Host: localhost | 400",
                "GET /v1/config HTTP/1.1 | 400",
                "GET /v1/config HTTP/1.1~Host: localhost~Content-Length: x | 400",
                "GET /v1/config HTTP/1.1~Host: evil.example | 403",
                "GET /v1/config HTTP/1.1~Host: localhost~Origin: https://evil.example | 403",
            })
    void whatIsRefusedBeforeRoutingHasTheShapeToo(String request, int status) throws IOException {
        assertShape(served.raw(request.replace("~", "\r\n") + "\r\n\r\n"), status);
    }

    @Test
    void headersThatAreTooLargeAreRefusedInTheShapeToo() throws IOException {
        assertShape(
                served.raw(
                        "GET /v1/config HTTP/1.1\r\nHost: localhost\r\nX-Long: "
                                + "a".repeat(70_000)
                                + "\r\n\r\n"),
                431);
    }

    private static void assertShape(String answer, int status) throws IOException {
        assertThat(answer).startsWith("HTTP/1.1 " + status);
        String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        JsonNode error = new ObjectMapper().readTree(body).path("error");
        assertThat(error.path("code").asInt()).as(answer).isEqualTo(status);
        assertThat(error.path("type").asText()).isNotBlank();
        assertThat(error.path("message").asText()).isNotBlank();
        assertThat(answer).contains("application/json").doesNotContain("<html");
    }
}
