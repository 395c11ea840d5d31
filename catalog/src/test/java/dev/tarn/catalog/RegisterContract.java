package dev.tarn.catalog;

import static dev.tarn.catalog.World.ORDERS;
import static dev.tarn.catalog.World.SALES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tarn.catalog.table.LoadedTable;
import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.apache.iceberg.MetadataUpdate.SetProperties;
import org.apache.iceberg.MetadataUpdate.UpgradeFormatVersion;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.rest.requests.ImmutableRegisterTableRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Tables that come by their metadata file, and go with it.
interface RegisterContract {
    World world();

    private static LoadedTable register(
            World world, String name, String location, boolean overwrite) {
        return world.catalog
                .tables()
                .register(
                        world.lake,
                        SALES,
                        ImmutableRegisterTableRequest.builder()
                                .name(name)
                                .metadataLocation(location)
                                .overwrite(overwrite)
                                .build());
    }

    /// The metadata of `orders`, changed by an untrusted hand, under a name of its own.
    private static String craft(World world, String file, UnaryOperator<String> hand) {
        String json = TableMetadataParser.toJson(world.load(ORDERS));
        String location = "s3://lake/root/crafted/" + file + ".metadata.json";
        world.objects.write(
                Location.of(location),
                hand.apply(json).getBytes(StandardCharsets.UTF_8),
                Condition.NONE);
        return location;
    }

    /// catalog-peers 17: a metadata file is read nowhere but in the warehouse, whatever it is
    /// named.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3://other/m.json",
                "s3://lake/root2/m.json",
                "s3://lake/root/../secret/m.json",
                "file:///etc/passwd",
                "http://169.254.169.254/latest/meta-data",
                "https://example.org/m.json",
                "gs://lake/root/m.json",
                "jar:file:///x!/m.json",
                "/etc/passwd",
                "",
            })
    default void aMetadataFileOutsideTheWarehouseIsNotEvenRead(String location) {
        var world = world().withOrders();
        world.calls.clear();
        assertThatThrownBy(() -> register(world, "t", location, false))
                .isInstanceOf(BadRequestException.class);
        assertThat(world.calls.ledger()).noneMatch(call -> call.startsWith("storage"));
    }

    /// catalog-peers 17 and 14: what the file says is not believed either.
    @Test
    default void aMetadataFileThatPointsOutsideTheWarehouseIsRefused() {
        var world = world().withOrders();
        String location = world.load(ORDERS).location();
        String elsewhere =
                craft(world, "elsewhere", json -> json.replace(location, "s3://other/t"));
        String dataElsewhere =
                craft(
                        world,
                        "data",
                        json ->
                                json.replace(
                                        "\"properties\":{",
                                        "\"properties\":{\"write.data.path\":\"s3://other/t\","));
        world.catalog.tables().drop(world.lake, ORDERS, false);
        for (String crafted : List.of(elsewhere, dataElsewhere)) {
            assertThatThrownBy(() -> register(world, "t", crafted, false))
                    .isInstanceOf(BadRequestException.class)
                    .hasMessageContaining("must lie within warehouse");
        }
    }

    /// catalog-peers 17 (Lakekeeper 1954): a version that cannot be created cannot be registered.
    @Test
    default void aFormatVersionThatIsNotSupportedIsRefusedEverywhere() {
        var world = world().withOrders();
        // So that but for its number the crafted file is one that Iceberg reads.
        var newest = new UpdateTableRequest(List.of(), List.of(new UpgradeFormatVersion(3)));
        world.catalog.tables().commit(world.lake, ORDERS, newest);
        for (int version : new int[] {4, 99}) {
            String crafted =
                    craft(
                            world,
                            "v" + version,
                            json ->
                                    json.replaceFirst(
                                            "\"format-version\":\\d",
                                            "\"format-version\":" + version));
            assertThatThrownBy(() -> register(world, "t", crafted, false))
                    .isInstanceOf(BadRequestException.class);
            var created =
                    CreateTableRequest.builder()
                            .withName("t")
                            .withSchema(World.SCHEMA)
                            .setProperty("format-version", "" + version)
                            .build();
            assertThatThrownBy(() -> world.catalog.tables().create(world.lake, SALES, created))
                    .isInstanceOf(BadRequestException.class);
            var upgrade =
                    new UpdateTableRequest(List.of(), List.of(new UpgradeFormatVersion(version)));
            assertThatThrownBy(() -> world.catalog.tables().commit(world.lake, ORDERS, upgrade))
                    .isInstanceOf(BadRequestException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "not json", "[]", "{}", "null", "{\"format-version\":2}"})
    default void aFileThatIsNoMetadataIsRefused(String content) {
        var world = world().withOrders();
        String crafted = craft(world, "none", json -> content);
        assertThatThrownBy(() -> register(world, "t", crafted, false))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("Not a metadata file of a table");
        assertThatThrownBy(() -> register(world, "t", crafted + ".gone", false))
                .isInstanceOf(NotFoundException.class);
    }

    /// catalog-peers 17: two names for one table would delete each other's files.
    @Test
    default void aTableIsRegisteredUnderOneName() throws Exception {
        var world = world().withOrders();
        String location = world.load(ORDERS).metadataFileLocation();
        assertThatThrownBy(() -> register(world, "again", location, false))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("another name stands for the same table");
        world.catalog.tables().drop(world.lake, ORDERS, false);

        List<World> servers = List.of(world, world.restart());
        List<Callable<Throwable>> registrations = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            World server = servers.get(i % 2);
            String name = "r" + i;
            registrations.add(() -> catchThrowable(() -> register(server, name, location, false)));
        }
        List<Throwable> lost = new ArrayList<>();
        for (Throwable failure : all(registrations)) {
            if (failure != null) {
                lost.add(failure);
            }
        }
        assertThat(lost).hasSize(7).allMatch(e -> e instanceof AlreadyExistsException);
        assertThat(world.catalog.tables().list(world.lake, SALES, PageRequest.ALL).items())
                .hasSize(1);
    }

    @Test
    default void anOverwriteKeepsTheNameAndTakesTheMetadata() {
        var world = world().withOrders();
        String first = world.load(ORDERS).metadataFileLocation();
        world.append(ORDERS, "a");
        assertThatThrownBy(() -> register(world, "orders", first, false))
                .isInstanceOf(AlreadyExistsException.class);
        register(world, "orders", first, true);
        assertThat(world.restart().files(ORDERS)).isEmpty();
        register(
                world,
                "fresh",
                craft(
                        world,
                        "f",
                        json ->
                                json.replace(
                                        world.load(ORDERS).uuid(),
                                        "11111111-2222-3333-4444-555555555555")),
                true);
        assertThat(world.catalog.tables().list(world.lake, SALES, PageRequest.ALL).items())
                .hasSize(2);
        world.catalog.views().create(world.lake, SALES, Mutation.view("v"));
        assertThatThrownBy(() -> register(world, "v", first, true))
                .isInstanceOf(AlreadyExistsException.class);
    }

    /// catalog-peers 17: of an overwrite and a commit at once, none is lost unseen.
    @Test
    default void anOverwriteAndACommitAtOnceAreOneAfterTheOther() throws Exception {
        var world = world().withOrders();
        String first = world.load(ORDERS).metadataFileLocation();
        for (int round = 0; round < 30; round++) {
            String key = "k" + round;
            String before = "before" + round;
            world.catalog.tables().commit(world.lake, ORDERS, set(before));
            List<Callable<Throwable>> both = new ArrayList<>();
            both.add(() -> catchThrowable(() -> register(world, "orders", first, true)));
            both.add(() ->
                    catchThrowable(
                            () -> world.catalog.tables().commit(world.lake, ORDERS, set(key))));
            List<Throwable> failures = all(both);
            assertThat(failures.get(1)).isNull();
            Map<String, String> after = world.restart().load(ORDERS).properties();
            if (failures.get(0) != null) {
                assertThat(failures.get(0)).isInstanceOf(CommitFailedException.class);
                assertThat(after).containsKeys(key, before);
            } else {
                // What was there before the overwrite does not come back with a commit behind it.
                assertThat(after).as("round %s", round).doesNotContainKey(before);
            }
        }
    }

    private static UpdateTableRequest set(String key) {
        return new UpdateTableRequest(List.of(), List.of(new SetProperties(Map.of(key, "v"))));
    }

    @Test
    default void anUnregisteredTableLeavesItsFilesAndCanComeBack() {
        var world = world().withOrders();
        world.append(ORDERS, "a");
        TableMetadata before = world.load(ORDERS);
        LoadedTable last = world.catalog.tables().unregister(world.lake, ORDERS);
        assertThat(last.metadataLocation()).isEqualTo(before.metadataFileLocation());
        assertThat(last.metadata().uuid()).isEqualTo(before.uuid());
        assertThatThrownBy(() -> world.load(ORDERS)).isInstanceOf(NoSuchTableException.class);
        assertThatThrownBy(() -> world.catalog.tables().commit(world.lake, ORDERS, set("k")))
                .isInstanceOf(NoSuchTableException.class);
        assertThatThrownBy(() -> world.catalog.tables().unregister(world.lake, ORDERS))
                .isInstanceOf(NoSuchTableException.class);
        register(world, "back", last.metadataLocation(), false);
        assertThat(world.restart().files(TableIdentifier.of(SALES, "back"))).containsExactly("a");
    }

    @Test
    default void anUnregisteredTableIsAnsweredWithEveryCommit() throws Exception {
        var world = world().withOrders();
        Set<String> committed = ConcurrentHashMap.newKeySet();
        List<LoadedTable> answers = new ArrayList<>();
        List<Callable<Throwable>> work = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int writer = i;
            work.add(() -> {
                for (int n = 0; n < 5; n++) {
                    String key = "k" + writer + "-" + n;
                    try {
                        world.catalog.tables().commit(world.lake, ORDERS, set(key));
                        committed.add(key);
                    } catch (NoSuchTableException | CommitFailedException e) {
                        return null;
                    }
                }
                return null;
            });
        }
        work.add(() ->
                catchThrowable(
                        () -> answers.add(world.catalog.tables().unregister(world.lake, ORDERS))));
        Throwable failure = all(work).getLast();
        if (failure == null) {
            assertThat(answers.getFirst().metadata().properties().keySet()).containsAll(committed);
            assertThat(world.catalog.tables().exists(world.lake, ORDERS)).isFalse();
        } else {
            assertThat(failure).isInstanceOf(CommitFailedException.class);
        }
    }

    /// catalog-peers 27: a staged table is nowhere until its commit.
    @Test
    default void aStagedTableTakesNoNameAndWritesNothing() {
        var world = world().withOrders();
        var request =
                CreateTableRequest.builder()
                        .withName("staged")
                        .withSchema(World.SCHEMA)
                        .stageCreate()
                        .build();
        world.calls.clear();
        var staged = world.catalog.tables().create(world.lake, SALES, request);
        assertThat(world.calls.ledger())
                .noneMatch(call -> call.startsWith("storage") || call.equals("store commit"));
        assertThat(staged.metadataLocation()).isNull();
        var name = TableIdentifier.of(SALES, "staged");
        assertThat(world.catalog.tables().exists(world.lake, name)).isFalse();
        assertThatThrownBy(() -> world.load(name)).isInstanceOf(NoSuchTableException.class);
        assertThat(world.catalog.tables().list(world.lake, SALES, PageRequest.ALL).items())
                .containsExactly(ORDERS);
        world.catalog.tables().create(world.lake, SALES, request);
        world.catalog.views().create(world.lake, SALES, Mutation.view("staged"));
        assertThatThrownBy(() -> world.catalog.tables().create(world.lake, SALES, request))
                .isInstanceOf(AlreadyExistsException.class);
    }

    private static List<Throwable> all(List<Callable<Throwable>> work) throws Exception {
        List<Throwable> failures = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Throwable> result : threads.invokeAll(work)) {
                failures.add(result.get());
            }
        }
        return failures;
    }
}
