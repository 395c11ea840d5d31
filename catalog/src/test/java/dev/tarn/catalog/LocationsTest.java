package dev.tarn.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.storage.Location;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.exceptions.BadRequestException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LocationsTest {
    private static final Warehouse LAKE =
            new Warehouse("1", "lake", Location.of("file:///data/lake"));
    private final Locations locations = new Locations(List.of(Location.of("file:///tmp")));

    @ParameterizedTest
    @MethodSource("texts")
    void anyNameBecomesASafeKeyWithinTheWarehouse(String level, String name) {
        Namespace namespace = level.contains("\u0000") ? Namespace.of("n") : Namespace.of(level);
        String chosen = locations.choose(LAKE, namespace, Map.of(), name, null);

        assertThat(chosen).matches("file:///data/lake/[A-Za-z0-9._-]{1,80}/[A-Za-z0-9._-]{1,93}");
        assertThat(locations.require(LAKE, "it", chosen)).isEqualTo(chosen);
        assertThat(locations.choose(LAKE, namespace, Map.of(), name, null)).isNotEqualTo(chosen);
    }

    @ParameterizedTest
    @MethodSource("texts")
    void aNamespaceIsOneTextAndBack(String first, String second) {
        Namespace namespace;
        try {
            namespace = Namespace.of(first, second);
            Names.check(namespace);
        } catch (BadRequestException | IllegalArgumentException e) {
            return; // not a name
        }
        assertThat(Names.namespace(Names.path(namespace))).isEqualTo(namespace);
    }

    @ParameterizedTest
    @MethodSource("texts")
    void aPageTokenCarriesItsName(String name, String next) {
        if (name.chars().anyMatch(Character::isISOControl)) {
            return; // not a name
        }
        String token = new PageRequest("", 1).page(List.of(name, next), n -> n).nextToken();
        assertThat(new PageRequest(token, 1).after()).isEqualTo(name);
    }

    /// Pairs of texts of every kind of character; a case that breaks names itself.
    static Stream<Arguments> texts() {
        var random = new Random(20261124);
        return Stream.generate(() -> Arguments.of(text(random), text(random))).limit(300);
    }

    private static String text(Random random) {
        int ceiling = random.nextBoolean() ? 0x80 : Character.MAX_CODE_POINT + 1;
        return random.ints(0, ceiling)
                .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
                .limit(random.nextInt(1, 200))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
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
