package dev.tarn.app.http.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.app.http.Json;
import dev.tarn.catalog.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.responses.ListTablesResponse;
import org.junit.jupiter.api.Test;

class IdentifierListTest {
    private static List<TableIdentifier> named(Namespace namespace, String... names) {
        return Stream.of(names).map(name -> TableIdentifier.of(namespace, name)).toList();
    }

    private static ListTablesResponse read(List<TableIdentifier> items, String token) {
        return Json.read(IdentifierList.json(new Page<>(items, token)), ListTablesResponse.class);
    }

    @Test
    void clientsReadWhatIsWritten() {
        var odd = Namespace.of("a \"quoted\" level", "b\\c", "ü\u2028\uD83D\uDE00");
        List<TableIdentifier> items = new ArrayList<>();
        items.addAll(named(Namespace.of("n"), "one", "two", "three"));
        items.addAll(named(odd, "with \"quotes\"", "back\\slash", "ünïcödé", "\uD83D\uDE00", "/"));

        assertThat(read(items, "next \"token\"").identifiers()).isEqualTo(items);
        assertThat(read(items, "next \"token\"").nextPageToken()).isEqualTo("next \"token\"");
    }

    @Test
    void theLastPageSaysThatThereIsNoOther() {
        assertThat(IdentifierList.json(new Page<>(List.of(), null)))
                .asString()
                .isEqualTo("{\"identifiers\":[],\"next-page-token\":null}");
        assertThat(read(named(Namespace.of("n"), "t"), null).nextPageToken()).isNull();
    }
}
