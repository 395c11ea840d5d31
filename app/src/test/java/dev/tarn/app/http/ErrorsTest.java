package dev.tarn.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tarn.catalog.BusyException;
import dev.tarn.store.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.jar.JarFile;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.junit.jupiter.api.Test;

class ErrorsTest {
    private static final Map<String, String> EXPECTED =
            Map.ofEntries(
                    Map.entry("AlreadyExistsException", "409 AlreadyExistsException"),
                    Map.entry("BadRequestException", "400 BadRequestException"),
                    Map.entry("CherrypickAncestorCommitException", "400 ValidationException"),
                    Map.entry("CommitFailedException", "409 CommitFailedException"),
                    Map.entry("CommitStateUnknownException", "500 CommitStateUnknownException"),
                    Map.entry("DuplicateWAPCommitException", "400 ValidationException"),
                    Map.entry("ForbiddenException", "403 ForbiddenException"),
                    Map.entry("NamespaceNotEmptyException", "409 NamespaceNotEmptyException"),
                    Map.entry("NoSuchIcebergTableException", "404 NoSuchTableException"),
                    Map.entry("NoSuchIcebergViewException", "404 NoSuchViewException"),
                    Map.entry("NoSuchNamespaceException", "404 NoSuchNamespaceException"),
                    Map.entry("NoSuchPlanIdException", "404 NoSuchPlanIdException"),
                    Map.entry("NoSuchPlanTaskException", "404 NoSuchPlanTaskException"),
                    Map.entry("NoSuchTableException", "404 NoSuchTableException"),
                    Map.entry("NoSuchViewException", "404 NoSuchViewException"),
                    Map.entry("NoSuchWarehouseException", "404 NoSuchWarehouseException"),
                    Map.entry("NotAuthorizedException", "401 NotAuthorizedException"),
                    Map.entry("NotFoundException", "404 NotFoundException"),
                    Map.entry("RESTException", "500 ServiceFailureException"),
                    Map.entry("RuntimeIOException", "500 ServiceFailureException"),
                    Map.entry("ServiceFailureException", "500 ServiceFailureException"),
                    Map.entry("ServiceUnavailableException", "503 ServiceUnavailableException"),
                    Map.entry("UnprocessableEntityException", "422 UnprocessableEntityException"),
                    Map.entry("ValidationException", "400 ValidationException"));

    @Test
    void everyExceptionOfIcebergHasItsStatusAndType() throws Exception {
        SortedMap<String, String> found = new TreeMap<>();
        for (Class<?> type : exceptionsOfIceberg()) {
            found.put(
                    type.getSimpleName(),
                    Errors.answer(type.asSubclass(Throwable.class)).orElse("none"));
        }

        assertThat(found).containsExactlyInAnyOrderEntriesOf(EXPECTED);
    }

    @Test
    void theBodyHasMessageTypeAndCode() throws Exception {
        JsonNode body =
                body(Errors.of(new NoSuchTableException("Table does not exist: %s", "a.b"), true));

        assertThat(body.toString())
                .isEqualTo(
                        "{\"error\":{\"message\":\"Table does not exist: a.b\","
                                + "\"type\":\"NoSuchTableException\",\"code\":404}}");
    }

    /// To clients 503 would mean that the commit may have taken effect; 429 they send again.
    @Test
    void aCommitThatFindsTooManyOthersIsToldToComeAgain() {
        Response response = Errors.of(new BusyException("Too many commits to a.b"), false);

        assertThat(response.status()).isEqualTo(429);
        assertThat(response.headers()).containsEntry("Retry-After", "1");
    }

    @Test
    void onlyWhatSurelyDidNothingInvitesToTryAgain() {
        RuntimeException cause = new RuntimeException("x");

        assertThat(Errors.of(new StoreException("x", cause), false).headers())
                .containsEntry("Retry-After", "1");
        Response unknown = Errors.of(new CommitStateUnknownException(cause), false);
        assertThat(unknown.status()).isEqualTo(500);
        assertThat(unknown.headers()).doesNotContainKey("Retry-After");
    }

    private static JsonNode body(Response response) throws IOException {
        return new ObjectMapper().readTree(response.body());
    }

    private static Iterable<Class<?>> exceptionsOfIceberg() throws Exception {
        Path jar =
                Path.of(
                        NoSuchTableException.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI());
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.matches("org/apache/iceberg/exceptions/\\w+\\.class"))
                    .<Class<?>>map(ErrorsTest::load)
                    .filter(Throwable.class::isAssignableFrom)
                    .toList();
        }
    }

    private static Class<?> load(String entry) {
        try {
            return Class.forName(entry.replace(".class", "").replace('/', '.'));
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
