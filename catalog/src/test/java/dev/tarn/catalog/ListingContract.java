package dev.tarn.catalog;

import static dev.tarn.catalog.World.SALES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.BadRequestException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Listings, page by page, while others change what is listed (catalog-peers 21: Lakekeeper 1684,
/// Polaris 5179 and 5255).
interface ListingContract {
    int TABLES = 20;

    World world();

    /// Walks a listing and lets `between` change things after each page.
    private static <T> List<T> walk(
            Function<PageRequest, Page<T>> list, int size, Consumer<List<T>> between) {
        List<T> seen = new ArrayList<>();
        String token = "";
        while (token != null) { // ends: what is made meanwhile is less than a page
            Page<T> page = list.apply(new PageRequest(token, size));
            assertThat(page.items()).hasSizeLessThanOrEqualTo(size);
            seen.addAll(page.items());
            token = page.nextToken();
            between.accept(seen);
        }
        return seen;
    }

    /// A table that is renamed from behind the page to before it, or the other way, is there once.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    default void aTableThatIsRenamedMeanwhileIsListedOnce(long seed) {
        var world = world().withOrders();
        var tables = world.catalog.tables();
        tables.drop(world.lake, World.ORDERS, false);
        for (int i = 0; i < TABLES; i++) {
            tables.create(world.lake, SALES, World.create("m%02d".formatted(i)));
        }
        var random = new Random(seed);
        int[] renames = {0};
        List<TableIdentifier> seen =
                walk(
                        page -> tables.list(world.lake, SALES, page),
                        4,
                        sofar -> {
                            for (int i = 0; i < TABLES; i++) {
                                var from = TableIdentifier.of(SALES, "m%02d".formatted(i));
                                if (random.nextInt(4) == 0 && tables.exists(world.lake, from)) {
                                    // To the far end of the order of names, one or the other.
                                    String end = random.nextBoolean() ? "a" : "z";
                                    tables.rename(
                                            world.lake,
                                            from,
                                            TableIdentifier.of(SALES, end + "%02d".formatted(i)));
                                    renames[0]++;
                                }
                            }
                        });
        assertThat(renames[0]).as("seed %s", seed).isPositive();
        // The two digits stay with the table.
        assertThat(seen)
                .extracting(id -> id.name().substring(1))
                .as("seed %s", seed)
                .doesNotHaveDuplicates()
                .hasSize(TABLES);
    }

    @Test
    default void whatComesAndGoesMeanwhileDisturbsNothingElse() {
        var world = world().withOrders();
        var views = world.catalog.views();
        for (int i = 0; i < 12; i++) {
            views.create(world.lake, SALES, Mutation.view("stays" + i));
            views.create(world.lake, SALES, Mutation.view("goes" + i));
        }
        int[] made = {0};
        List<TableIdentifier> seen =
                walk(
                        page -> views.list(world.lake, SALES, page),
                        5,
                        sofar -> {
                            int n = made[0]++;
                            if (n < 12) {
                                views.drop(world.lake, TableIdentifier.of(SALES, "goes" + n));
                                views.create(world.lake, SALES, Mutation.view("comes" + n));
                            }
                        });
        assertThat(seen).doesNotHaveDuplicates();
        assertThat(seen)
                .extracting(TableIdentifier::name)
                .filteredOn(name -> name.startsWith("stays"))
                .hasSize(12);
    }

    @Test
    default void namespacesComeOnceWhileOthersComeAndGo() {
        var world = world();
        var namespaces = world.catalog.namespaces();
        for (int i = 0; i < 12; i++) {
            namespaces.create(world.lake, Namespace.of("stays" + i), Map.of());
            namespaces.create(world.lake, Namespace.of("goes" + i), Map.of());
        }
        int[] made = {0};
        List<Namespace> seen =
                walk(
                        page -> namespaces.list(world.lake, Namespace.empty(), page),
                        5,
                        sofar -> {
                            int n = made[0]++;
                            if (n < 12) {
                                namespaces.drop(world.lake, Namespace.of("goes" + n));
                                namespaces.create(world.lake, Namespace.of("comes" + n), Map.of());
                            }
                        });
        assertThat(seen).doesNotHaveDuplicates();
        assertThat(seen)
                .extracting(Namespace::toString)
                .filteredOn(name -> name.startsWith("stays"))
                .hasSize(12);
    }

    @Test
    default void withoutATokenEverythingComesAndWithOneAThousandAtMost() {
        var world = world();
        var namespaces = world.catalog.namespaces();
        world.rows()
                .<Boolean>write(tx -> {
                    for (int i = 0; i < 1_100; i++) {
                        tx.update(
                                "INSERT INTO namespace (id, warehouse_id, path, parent_path, name,"
                                        + " properties) VALUES (?, ?, ?, '', ?, '{}')",
                                "id" + i,
                                world.lake.id(),
                                "n" + i,
                                "n" + i);
                    }
                    return true;
                });
        Function<PageRequest, Page<Namespace>> list =
                page -> namespaces.list(world.lake, Namespace.empty(), page);
        Page<Namespace> all = list.apply(PageRequest.ALL);
        assertThat(all.items()).hasSize(1_100);
        assertThat(all.nextToken()).isNull();
        for (Integer size : new Integer[] {null, 1_000, 5_000, Integer.MAX_VALUE}) {
            Page<Namespace> first = list.apply(new PageRequest("", size));
            assertThat(first.items()).hasSize(1_000);
            Page<Namespace> second = list.apply(new PageRequest(first.nextToken(), size));
            assertThat(second.items()).hasSize(100);
            assertThat(second.nextToken()).isNull();
        }
        assertThatThrownBy(() -> new PageRequest("", 0)).isInstanceOf(BadRequestException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "%%%", "YWZ0ZXI6", "YmVmb3JlOmE", "\u00FC"})
    default void aTokenThatIsNoneIsRefused(String token) {
        var world = world().withOrders();
        assertThatThrownBy(() ->
                        world.catalog.tables().list(world.lake, SALES, new PageRequest(token, 3)))
                .isInstanceOf(BadRequestException.class);
    }

    /// A forged token is a place to go on from, in the listing it is sent with, and nothing more.
    @Test
    default void aForgedTokenShowsNothingElse() {
        var world = world().withOrders();
        world.catalog.namespaces().create(world.lake, Namespace.of("secret"), Map.of());
        world.catalog.tables().create(world.lake, Namespace.of("secret"), World.create("s"));
        for (String place : List.of("' OR 1=1 --", "0", "\u0000", "zzz")) {
            String token =
                    Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(("after:" + place).getBytes(StandardCharsets.UTF_8));
            try {
                assertThat(
                                world.catalog
                                        .tables()
                                        .list(world.lake, SALES, new PageRequest(token, 3))
                                        .items())
                        .isSubsetOf(World.ORDERS);
            } catch (BadRequestException e) {
                assertThat(place).isEqualTo("\u0000");
            }
        }
    }
}
