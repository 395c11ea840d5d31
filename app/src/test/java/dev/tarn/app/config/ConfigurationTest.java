package dev.tarn.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tarn.app.config.Configuration.Flag;
import dev.tarn.app.form.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
    @TempDir private Path folder;

    private Configuration load(String file, Map<String, String> environment, Flag... flags)
            throws IOException {
        Path path = folder.resolve("tarn.conf");
        Files.writeString(path, file);
        return Configuration.load(path, environment, List.of(flags));
    }

    private List<String> problems(String file, Map<String, String> environment) throws IOException {
        ConfigException e =
                catchThrowableOfType(ConfigException.class, () -> load(file, environment));
        return e.problems().stream()
                .map(problem -> problem.replace(folder.toString(), "DIR"))
                .toList();
    }

    @Test
    void flagsBeatTheEnvironmentWhichBeatsTheFile() throws IOException {
        String file = "catalog.port = 1\nstorage.port = 2\nsql.port = 3";
        var environment =
                Map.of(
                        "TARN_STORAGE_PORT",
                        "20",
                        "TARN_SQL_PORT",
                        "30",
                        "TARN_HEAP",
                        "1g",
                        "PATH",
                        "/bin");
        Config config = load(file, environment, new Flag("--sql-port", "sql.port", "300")).config();

        assertThat(config.catalog().port()).isEqualTo(1);
        assertThat(config.storage().port()).isEqualTo(20);
        assertThat(config.sql().port()).isEqualTo(300);
    }

    @Test
    void everythingWrongIsToldAtOnceWithItsPlace() throws IOException {
        String file =
                """
                catalog { port = 99999 }
                storage { kind = s4, s3.regoin = eu }
                sql.heap = lots
                host = 0.0.0.0
                warehouse = "Not a name"
                """;

        assertThat(problems(file, Map.of("TARN_STORAGE_KNID", "s3")))
                .containsExactly(
                        "TARN_STORAGE_KNID: unknown variable, the nearest is TARN_STORAGE_KIND",
                        "storage.s3.regoin: unknown key, the nearest is storage.s3.region"
                                + " (DIR/tarn.conf: 2)",
                        "catalog.port: expected a port from 0 to 65535, found 99999 (DIR/tarn.conf:"
                                + " 1)",
                        "storage.kind: expected one of builtin, s3, local, found s4 (DIR/tarn.conf:"
                                + " 2)",
                        "sql.heap: expected a size such as 64MiB, found lots (DIR/tarn.conf: 3)",
                        "warehouse: expected 3 to 63 of a-z, 0-9 and -, found Not a name"
                                + " (DIR/tarn.conf: 5)",
                        "host: 0.0.0.0 can be reached by others, and there is no authentication to"
                                + " keep them out; expected 127.0.0.1 (DIR/tarn.conf: 4)");
    }

    @Test
    void anotherS3NeedsItsAddressBucketAndKeys() throws IOException {
        assertThat(problems("storage.kind = s3", Map.of()))
                .containsExactly(
                        "storage.s3.endpoint: missing, required when storage.kind is s3",
                        "storage.s3.bucket: missing, required when storage.kind is s3",
                        "storage.s3.access-key: missing, required when storage.kind is s3",
                        "storage.s3.secret-key: missing, required when storage.kind is s3");
    }

    @Test
    void aFileThatIsNoHoconIsToldWithItsLine() throws IOException {
        assertThat(problems("a = [", Map.of()))
                .singleElement()
                .asString()
                .startsWith("DIR/tarn.conf: 1: ");
    }

    @Test
    void storeIsShortForItsUrl() throws IOException {
        Config config =
                load(
                                "store ="
                                    + " \"postgresql://ice:s3cret@db.example:6432/tarn?sslmode=require\"",
                                Map.of())
                        .config();

        assertThat(config.store().postgresql())
                .isEqualTo(
                        new Config.Postgresql(
                                "jdbc:postgresql://db.example:6432/tarn?sslmode=require",
                                "ice",
                                new Secret("s3cret")));
    }

    @Test
    void aStoreThatIsNeitherIsRefusedWithoutItsPassword() throws IOException {
        assertThat(problems("store = \"mysql://me:hush@db/tarn\"", Map.of()))
                .singleElement()
                .asString()
                .contains("expected sqlite or postgresql://", "mysql://me:***@db/tarn")
                .doesNotContain("hush");
    }

    @Test
    void secretsAreNeverPrinted() throws IOException {
        Configuration configuration =
                load(
                        "store = \"postgresql://ice:s3cret@db/tarn\"\nstorage.s3.secret-key = hush",
                        Map.of());

        assertThat(configuration.toString()).doesNotContain("hush").doesNotContain("s3cret,");
        assertThat(configuration.settings())
                .extracting(Setting::value)
                .contains("***", "postgresql://ice:***@db/tarn");
    }

    @Test
    void variablesThatKubernetesMakesAreNotOurs() throws IOException {
        var environment =
                Map.of(
                        "TARN_PORT", "tcp://10.0.0.1:8181",
                        "TARN_PORT_8181_TCP_ADDR", "10.0.0.1",
                        "TARN_SERVICE_HOST", "10.0.0.1",
                        "TARN_SERVICE_PORT_HTTP", "8181");

        assertThat(load("", environment).config().catalog().port()).isEqualTo(8181);
    }

    @Test
    void aMissingFileIsAnError() {
        assertThatThrownBy(
                        () -> Configuration.load(folder.resolve("none.conf"), Map.of(), List.of()))
                .hasMessageContaining("none.conf: cannot be read");
    }

    @Test
    void theReferencePageIsTheRecords() throws IOException {
        Path page = Checkout.root().resolve("docs/reference/config.md");
        assertThat(Files.readString(page))
                .as(
                        "docs/reference/config.md; './tarn config --reference >"
                                + " docs/reference/config.md' writes it")
                .isEqualTo(Configuration.reference());
    }
}
