package dev.tarn.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.storage.Location;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.StringLength;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.exceptions.BadRequestException;
import org.junit.jupiter.api.Test;

class LocationsTest {
    private static final Warehouse LAKE =
            new Warehouse("1", "lake", Location.of("file:///data/lake"));
    private final Locations locations = new Locations(List.of(Location.of("file:///tmp")));

    @Property(tries = 300)
    void anyNameBecomesASafeKeyWithinTheWarehouse(
            @ForAll @NotEmpty @StringLength(max = 200) String level,
            @ForAll @NotEmpty @StringLength(max = 200) String name) {
        Namespace namespace = level.contains("\u0000") ? Namespace.of("n") : Namespace.of(level);
        String chosen = locations.choose(LAKE, namespace, Map.of(), name, null);

        assertThat(chosen).matches("file:///data/lake/[A-Za-z0-9._-]{1,80}/[A-Za-z0-9._-]{1,93}");
        assertThat(locations.require(LAKE, "it", chosen)).isEqualTo(chosen);
        assertThat(locations.choose(LAKE, namespace, Map.of(), name, null)).isNotEqualTo(chosen);
    }

    @Property(tries = 300)
    void aNamespaceIsOneTextAndBack(@ForAll List<@StringLength(min = 1, max = 20) String> levels) {
        Namespace namespace;
        try {
            namespace = Namespace.of(levels.toArray(String[]::new));
            Names.check(namespace);
        } catch (BadRequestException | IllegalArgumentException e) {
            return; // not a name
        }
        assertThat(Names.namespace(Names.path(namespace))).isEqualTo(namespace);
    }

    @Property(tries = 300)
    void aPageTokenCarriesItsName(@ForAll @NotEmpty String name) {
        if (!name.codePoints().allMatch(c -> c < 0xD800 || c > 0xDFFF)) {
            return; // not a name
        }
        String token = new PageRequest("", 1).page(List.of(name, "x"), n -> n).nextToken();
        assertThat(new PageRequest(token, 1).after()).isEqualTo(name);
    }

    @Test
    void localAndFileAreTheSameFolder() {
        assertThat(locations.isAllowed(LAKE, "local:///data/lake/t")).isTrue();
        assertThat(locations.isAllowed(LAKE, "file:/data/lake/t")).isTrue();
        assertThat(locations.isAllowed(LAKE, "file:/tmp/t")).isTrue();
        assertThat(locations.isAllowed(LAKE, "file:/data/lake2/t")).isFalse();
        assertThat(locations.isAllowed(LAKE, "file:/data/lake")).isFalse();
    }
}
