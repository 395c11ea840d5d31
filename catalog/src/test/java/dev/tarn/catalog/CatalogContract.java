package dev.tarn.catalog;

import static dev.tarn.catalog.World.ORDERS;
import static dev.tarn.catalog.World.SALES;
import static dev.tarn.catalog.World.SCHEMA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.fail;

import dev.tarn.catalog.Calls.Moment;
import dev.tarn.catalog.table.LoadedTable;
import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectInfo;
import dev.tarn.storage.StorageException;
import dev.tarn.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.MetadataUpdate.SetProperties;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.UpdateRequirement;
import org.apache.iceberg.UpdateRequirements;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.NamespaceNotEmptyException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.UnprocessableEntityException;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.rest.requests.ImmutableCreateViewRequest;
import org.apache.iceberg.rest.requests.ImmutableRegisterTableRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.view.ImmutableSQLViewRepresentation;
import org.apache.iceberg.view.ImmutableViewVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the catalog promises, on whichever database.
interface CatalogContract {
    int CALLS_MAX = 80;

    World world();

    private static UpdateTableRequest set(TableIdentifier name, String key, String value) {
        return UpdateTableRequest.create(
                name, List.of(), List.of(new SetProperties(Map.of(key, value))));
    }

    @Test
    default void namespacesNestAndKeepTheirProperties() {
        var world = world();
        var namespaces = world.catalog.namespaces();
        Namespace inner = Namespace.of("sales", "eu.west/1 ü");
        assertThatThrownBy(() -> namespaces.create(world.lake, inner, Map.of()))
                .isInstanceOf(NoSuchNamespaceException.class);
        namespaces.create(world.lake, SALES, Map.of("owner", "ann"));
        namespaces.create(world.lake, inner, Map.of());

        assertThat(namespaces.list(world.lake, Namespace.empty(), PageRequest.ALL).items())
                .containsExactly(SALES);
        assertThat(namespaces.list(world.lake, SALES, PageRequest.ALL).items())
                .containsExactly(inner);
        assertThat(namespaces.load(world.lake, SALES))
                .isEqualTo(Map.of("owner", "ann", "location", "s3://lake/root/sales"));
        assertThatThrownBy(() -> namespaces.create(world.lake, SALES, Map.of()))
                .isInstanceOf(AlreadyExistsException.class);
        assertThatThrownBy(() -> namespaces.drop(world.lake, SALES))
                .isInstanceOf(NamespaceNotEmptyException.class);
        namespaces.drop(world.lake, inner);
        namespaces.drop(world.lake, SALES);
        assertThat(namespaces.exists(world.lake, SALES)).isFalse();
        assertThat(world.eventKinds())
                .containsExactly(
                        "create-namespace", "create-namespace", "drop-namespace", "drop-namespace");
    }

    @Test
    default void propertiesOfANamespaceChangeTogether() {
        var world = world();
        var namespaces = world.catalog.namespaces();
        namespaces.create(world.lake, SALES, Map.of("a", "1", "b", "2"));
        var change = namespaces.update(world.lake, SALES, Set.of("a", "z"), Map.of("c", "3"));

        assertThat(change.removed()).containsExactly("a");
        assertThat(change.missing()).containsExactly("z");
        assertThat(change.updated()).containsExactly("c");
        assertThat(namespaces.load(world.lake, SALES))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("b", "2", "c", "3", "location", "s3://lake/root/sales"));
        assertThatThrownBy(
                        () -> namespaces.update(world.lake, SALES, Set.of("b"), Map.of("b", "3")))
                .isInstanceOf(UnprocessableEntityException.class);
    }

    @Test
    default void pagesNeitherRepeatNorOmit() {
        var world = world().withOrders();
        var tables = world.catalog.tables();
        tables.drop(world.lake, ORDERS, true);
        List<TableIdentifier> all = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            tables.create(world.lake, SALES, World.create("t" + i));
            all.add(TableIdentifier.of(SALES, "t" + i));
        }
        List<TableIdentifier> seen = new ArrayList<>();
        String token = "";
        while (token != null) {
            var page = tables.list(world.lake, SALES, new PageRequest(token, 3));
            assertThat(page.items()).hasSizeLessThanOrEqualTo(3);
            seen.addAll(page.items());
            token = page.nextToken();
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(all);
        assertThat(tables.list(world.lake, SALES, PageRequest.ALL).items()).isEqualTo(all);
        assertThatThrownBy(() -> tables.list(world.lake, SALES, new PageRequest("nonsense", 3)))
                .isInstanceOf(BadRequestException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "with.dot",
                "with/slash",
                "with space",
                "ünïcödé",
                "..",
                "%2F",
                "a+b",
                "\uD83D\uDE00",
                "'; DROP TABLE relation; --",
                "*?${x}",
                "UPPER"
            })
    default void anyNameCanBeATable(String name) {
        var world = world().withOrders();
        Namespace space = Namespace.of("sales", name);
        world.catalog.namespaces().create(world.lake, space, Map.of());
        var id = TableIdentifier.of(space, name);
        String location =
                world.catalog
                        .tables()
                        .create(world.lake, space, World.create(name))
                        .metadata()
                        .location();

        assertThat(location).matches("s3://lake/root/sales/[A-Za-z0-9._-]+/[A-Za-z0-9._-]+");
        world.append(id, "a");
        assertThat(world.restart().files(id)).containsExactly("a");
        assertThat(world.catalog.tables().list(world.lake, space, PageRequest.ALL).items())
                .containsExactly(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\u001Fb", "\uD83D", "line\nbreak"})
    default void aNameThatCannotBeIsABadRequest(String name) {
        var world = world().withOrders();
        assertThatThrownBy(
                        () -> world.catalog.tables().create(world.lake, SALES, World.create(name)))
                .isInstanceOf(BadRequestException.class);
        assertThatThrownBy(() ->
                        world.catalog.namespaces().create(world.lake, Namespace.of(name), Map.of()))
                .isInstanceOf(BadRequestException.class);
    }

    @Test
    default void aTableIsCreatedOnceAndLoaded() {
        var world = world().withOrders();
        LoadedTable loaded = world.restart().catalog.tables().load(world.lake, ORDERS);

        assertThat(loaded.metadata().schema().asStruct()).isEqualTo(SCHEMA.asStruct());
        assertThat(loaded.metadataLocation()).startsWith(loaded.metadata().location());
        assertThatThrownBy(() ->
                        world.catalog.tables().create(world.lake, SALES, World.create("orders")))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessage("Table already exists: sales.orders");
        assertThatThrownBy(() ->
                        world.catalog
                                .tables()
                                .create(world.lake, Namespace.of("no"), World.create("t")))
                .isInstanceOf(NoSuchNamespaceException.class);
    }

    @Test
    default void aStagedTableIsInvisibleUntilItsCommit() {
        var world = world().withOrders();
        var id = TableIdentifier.of(SALES, "staged");
        var request =
                CreateTableRequest.builder()
                        .withName("staged")
                        .withSchema(SCHEMA)
                        .stageCreate()
                        .build();
        LoadedTable staged = world.catalog.tables().create(world.lake, SALES, request);
        assertThat(staged.metadataLocation()).isNull();
        assertThat(world.catalog.tables().exists(world.lake, id)).isFalse();

        List<MetadataUpdate> updates = new ArrayList<>();
        updates.add(new MetadataUpdate.AssignUUID(staged.metadata().uuid()));
        updates.addAll(staged.metadata().changes());
        var commit = new UpdateTableRequest(UpdateRequirements.forCreateTable(updates), updates);
        TableMetadata created = world.catalog.tables().commit(world.lake, id, commit).metadata();
        assertThat(created.uuid()).isEqualTo(staged.metadata().uuid());
        assertThat(world.load(id).location()).isEqualTo(staged.metadata().location());
        assertThatThrownBy(() -> world.catalog.tables().commit(world.lake, id, commit))
                .isInstanceOf(CommitFailedException.class);
    }

    @Test
    default void tablesAndViewsShareOneSpaceOfNames() {
        var world = world().withOrders();
        assertThatThrownBy(() -> world.catalog.views().create(world.lake, SALES, view("orders")))
                .isInstanceOf(AlreadyExistsException.class);
        world.catalog.views().create(world.lake, SALES, view("big"));
        assertThatThrownBy(
                        () -> world.catalog.tables().create(world.lake, SALES, World.create("big")))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessage("View with same name already exists: sales.big");
        var big = TableIdentifier.of(SALES, "big");
        assertThatThrownBy(() -> world.catalog.tables().rename(world.lake, ORDERS, big))
                .isInstanceOf(AlreadyExistsException.class);
        assertThat(world.catalog.tables().exists(world.lake, big)).isFalse();
        assertThat(world.restart().catalog.views().load(world.lake, big).metadata().properties())
                .containsEntry("k", "v");
    }

    static ImmutableCreateViewRequest view(String name) {
        return ImmutableCreateViewRequest.builder()
                .name(name)
                .schema(SCHEMA)
                .viewVersion(
                        ImmutableViewVersion.builder()
                                .versionId(1)
                                .timestampMillis(1000)
                                .schemaId(0)
                                .defaultNamespace(SALES)
                                .addRepresentations(
                                        ImmutableSQLViewRepresentation.builder()
                                                .sql("select 1")
                                                .dialect("trino")
                                                .build())
                                .build())
                .putProperties("k", "v")
                .build();
    }

    @Test
    default void viewsAreReplacedRenamedAndDropped() {
        var world = world().withOrders();
        var views = world.catalog.views();
        var v = TableIdentifier.of(SALES, "v");
        var w = TableIdentifier.of(SALES, "w");
        views.create(world.lake, SALES, view("v"));
        var replaced = views.replace(world.lake, v, set(v, "k", "2"));
        assertThat(replaced.metadata().properties()).containsEntry("k", "2");
        views.rename(world.lake, v, w);
        assertThat(views.load(world.lake, w)).usingRecursiveComparison().isEqualTo(replaced);
        views.drop(world.lake, w);
        assertThat(views.list(world.lake, SALES, PageRequest.ALL).items()).isEmpty();
    }

    @Test
    default void aRequirementThatDoesNotHoldWritesNothing() {
        var world = world().withOrders();
        long before = count(world);
        var wrong =
                new UpdateTableRequest(
                        List.of(new UpdateRequirement.AssertRefSnapshotID("main", 7L)),
                        List.of(new SetProperties(Map.of("a", "b"))));
        assertThatThrownBy(() -> world.catalog.tables().commit(world.lake, ORDERS, wrong))
                .isInstanceOf(CommitFailedException.class);
        var nonsense =
                new UpdateTableRequest(List.of(), List.of(new MetadataUpdate.SetCurrentSchema(99)));
        assertThatThrownBy(() -> world.catalog.tables().commit(world.lake, ORDERS, nonsense))
                .isInstanceOf(BadRequestException.class);
        assertThat(count(world)).isEqualTo(before);
    }

    private static long count(World world) {
        return all(world).size();
    }

    private static List<String> all(World world) {
        try (Stream<ObjectInfo> objects = world.objects.list(Location.of("s3://lake/"))) {
            return objects.map(o -> o.location().toString()).toList();
        }
    }

    @Test
    default void aCommitThatChangesNothingWritesNothing() {
        var world = world().withOrders();
        world.catalog.tables().commit(world.lake, ORDERS, set(ORDERS, "a", "b"));
        long before = count(world);
        world.calls.clear();
        world.catalog
                .tables()
                .commit(world.lake, ORDERS, new UpdateTableRequest(List.of(), List.of()));
        assertThat(world.calls.ledger()).containsExactly("store select namespace");
        assertThat(count(world)).isEqualTo(before);
    }

    @Test
    default void anAppendIsReadBackAndKeepsTheLog() {
        var world = world().withOrders();
        String first = world.load(ORDERS).metadataFileLocation();
        world.append(ORDERS, "a");
        world.append(ORDERS, "b");

        TableMetadata now = world.restart().load(ORDERS);
        assertThat(now.previousFiles()).hasSize(2);
        assertThat(now.previousFiles().getFirst().file()).isEqualTo(first);
        assertThat(now.snapshots()).hasSize(2);
        assertThat(world.restart().files(ORDERS)).containsExactly("a", "b");
        assertThat(world.eventKinds())
                .containsExactly(
                        "create-namespace", "create-table", "commit-table", "commit-table");
    }

    @Test
    default void whatIsAnsweredIsWhatIsInTheFile() {
        var world = world().withOrders();
        world.append(ORDERS, "a");
        assertThat(TableMetadataParser.toJson(world.load(ORDERS)))
                .isEqualTo(TableMetadataParser.toJson(world.restart().load(ORDERS)));
    }

    @Test
    default void oldMetadataFilesGoIfTheTableAsksForIt() {
        var world = world().withOrders();
        var ask =
                Map.of(
                        "write.metadata.delete-after-commit.enabled", "true",
                        "write.metadata.previous-versions-max", "2",
                        "write.metadata.compression-codec", "gzip");
        world.catalog
                .tables()
                .commit(
                        world.lake,
                        ORDERS,
                        new UpdateTableRequest(List.of(), List.of(new SetProperties(ask))));
        for (int i = 0; i < 5; i++) {
            world.catalog.tables().commit(world.lake, ORDERS, set(ORDERS, "i", "" + i));
        }
        assertThat(count(world)).isEqualTo(3);
        assertThat(all(world)).allMatch(file -> file.endsWith(".gz.metadata.json"));
        assertThat(world.restart().load(ORDERS).properties()).containsEntry("i", "4");
    }

    @Test
    default void aCommitStandsWhateverItsMetadataLogNames() {
        var world = world().withOrders();
        world.catalog
                .tables()
                .commit(
                        world.lake,
                        ORDERS,
                        set(ORDERS, "write.metadata.delete-after-commit.enabled", "true"));
        world.catalog
                .tables()
                .commit(
                        world.lake,
                        ORDERS,
                        set(ORDERS, "write.metadata.previous-versions-max", "1"));
        // Somebody else's metadata comes by registration, and its log is what they wrote into it.
        var elsewhere = Location.of("s3://other/precious");
        world.objects.write(elsewhere, new byte[1], Condition.NONE);
        for (String strange : List.of("no location", elsewhere.toString())) {
            TableMetadata metadata = world.load(ORDERS);
            String crafted =
                    TableMetadataParser.toJson(metadata)
                            .replaceAll(
                                    "\"metadata-file\"\\s*:\\s*\"[^\"]*\"",
                                    "\"metadata-file\":\"" + strange + "\"");
            assertThat(crafted).contains(strange);
            var location = metadata.location() + "/metadata/crafted-" + strange.length() + ".json";
            world.objects.write(
                    Location.of(location),
                    crafted.getBytes(StandardCharsets.UTF_8),
                    Condition.NONE);
            world.catalog.tables().drop(world.lake, ORDERS, false);
            world.catalog
                    .tables()
                    .register(
                            world.lake,
                            SALES,
                            ImmutableRegisterTableRequest.builder()
                                    .name("orders")
                                    .metadataLocation(location)
                                    .build());
            world.catalog.tables().commit(world.lake, ORDERS, set(ORDERS, "after", strange));
            assertThat(world.restart().load(ORDERS).properties()).containsEntry("after", strange);
        }
        assertThat(world.objects.read(elsewhere)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3://other/x",
                "s3://lake/root2/x",
                "s3://lake/root/../x",
                "file:///etc",
                "nonsense"
            })
    default void aLocationOutsideTheWarehouseIsRefused(String location) {
        var world = world().withOrders();
        var request =
                CreateTableRequest.builder()
                        .withName("t")
                        .withSchema(SCHEMA)
                        .withLocation(location)
                        .build();
        assertThatThrownBy(() -> world.catalog.tables().create(world.lake, SALES, request))
                .isInstanceOf(BadRequestException.class);
        for (String key : List.of("write.data.path", "write.metadata.path")) {
            assertThatThrownBy(() ->
                            world.catalog
                                    .tables()
                                    .commit(world.lake, ORDERS, set(ORDERS, key, location)))
                    .isInstanceOf(BadRequestException.class);
        }
        assertThatThrownBy(() ->
                        world.catalog
                                .namespaces()
                                .create(
                                        world.lake,
                                        Namespace.of("n"),
                                        Map.of("location", location)))
                .isInstanceOf(BadRequestException.class);
    }

    @Test
    default void severalTablesChangeTogetherOrNotAtAll() {
        var world = world().withOrders();
        var other = TableIdentifier.of(SALES, "other");
        TableMetadata created =
                world.catalog.tables().create(world.lake, SALES, World.create("other")).metadata();
        world.catalog
                .tables()
                .commitAll(
                        world.lake,
                        List.of(
                                set(ORDERS, "a", "1"),
                                set(other, "a", "1"),
                                set(ORDERS, "b", "2")));
        assertThat(world.load(ORDERS).properties()).containsEntry("a", "1").containsEntry("b", "2");
        assertThat(world.load(ORDERS).previousFiles()).hasSize(1);

        var wrong =
                UpdateTableRequest.create(
                        other,
                        List.of(new UpdateRequirement.AssertTableUUID("not it")),
                        List.of(new SetProperties(Map.of("a", "2"))));
        assertThatThrownBy(() ->
                        world.catalog
                                .tables()
                                .commitAll(world.lake, List.of(set(ORDERS, "a", "2"), wrong)))
                .isInstanceOf(CommitFailedException.class);
        assertThat(world.load(ORDERS).properties()).containsEntry("a", "1");
        assertThat(world.load(other).uuid()).isEqualTo(created.uuid());
    }

    @Test
    default void aTransactionMayCreateTables() {
        var world = world().withOrders();
        var id = TableIdentifier.of(SALES, "staged");
        var request =
                CreateTableRequest.builder()
                        .withName("staged")
                        .withSchema(SCHEMA)
                        .stageCreate()
                        .build();
        TableMetadata staged = world.catalog.tables().create(world.lake, SALES, request).metadata();
        var create =
                UpdateTableRequest.create(
                        id, UpdateRequirements.forCreateTable(staged.changes()), staged.changes());
        world.catalog
                .tables()
                .commitAll(
                        world.lake,
                        List.of(create, set(id, "made", "here"), set(ORDERS, "a", "1")));
        assertThat(world.restart().load(id).properties()).containsEntry("made", "here");

        assertThatThrownBy(() ->
                        world.catalog
                                .tables()
                                .commitAll(world.lake, List.of(set(ORDERS, "a", "2"), create)))
                .isInstanceOf(CommitFailedException.class);
        assertThat(world.restart().load(ORDERS).properties()).containsEntry("a", "1");
    }

    @Test
    default void aReaderOfEventsMissesNone() throws Exception {
        var world = world().withOrders();
        List<Long> seen = new ArrayList<>();
        inParallel(
                9,
                i -> {
                    if (i == 8) {
                        for (int round = 0; round < 50; round++) {
                            long cursor = seen.isEmpty() ? 0 : seen.getLast();
                            world.catalog
                                    .events()
                                    .after(cursor, 3)
                                    .forEach(event -> seen.add(event.cursor()));
                        }
                    } else {
                        for (int k = 0; k < 5; k++) {
                            world.catalog
                                    .namespaces()
                                    .create(world.lake, Namespace.of("n" + i + k), Map.of());
                        }
                    }
                });
        long cursor = seen.isEmpty() ? 0 : seen.getLast();
        world.catalog.events().after(cursor, 100).forEach(event -> seen.add(event.cursor()));
        assertThat(seen).hasSize(42).isSorted().doesNotHaveDuplicates();
    }

    @Test
    default void aPendingCommitCarriesTheRowsOfItsCaller() {
        var world = world().withOrders();
        var stale = world.catalog.tables().begin(world.lake);
        stale.table(ORDERS).newFastAppend().appendFile(world.file("s")).commit();

        var commit = world.catalog.tables().begin(world.lake);
        commit.table(ORDERS).newFastAppend().appendFile(world.file("a")).commit();
        commit.table(ORDERS).newFastAppend().appendFile(world.file("b")).commit();
        commit.commit(tx -> tx.update("UPDATE namespace SET properties = '{\"p\":\"1\"}'"));
        assertThat(world.files(ORDERS)).containsExactly("a", "b");
        assertThat(world.catalog.namespaces().load(world.lake, SALES)).containsEntry("p", "1");

        assertThatThrownBy(() ->
                        stale.commit(tx -> tx.update("UPDATE namespace SET properties = '{}'")))
                .isInstanceOf(CommitFailedException.class);
        assertThat(world.catalog.namespaces().load(world.lake, SALES)).containsEntry("p", "1");

        var failing = world.catalog.tables().begin(world.lake);
        failing.table(ORDERS).newFastAppend().appendFile(world.file("c")).commit();
        assertThatThrownBy(() ->
                        failing.commit(tx -> {
                            throw new IllegalStateException("lease lost");
                        }))
                .hasMessage("lease lost");
        assertThat(world.restart().files(ORDERS)).containsExactly("a", "b");
    }

    @Test
    default void aRenamedTableKeepsItsIdentityAndItsFolder() {
        var world = world().withOrders();
        world.append(ORDERS, "a");
        TableMetadata before = world.load(ORDERS);
        var to = TableIdentifier.of(SALES, "bills");
        world.catalog.tables().rename(world.lake, ORDERS, to);

        assertThat(world.load(to).uuid()).isEqualTo(before.uuid());
        assertThat(world.load(to).metadataFileLocation()).isEqualTo(before.metadataFileLocation());
        assertThatThrownBy(() -> world.load(ORDERS)).isInstanceOf(NoSuchTableException.class);
        world.withOrders();
        assertThat(world.load(ORDERS).location()).isNotEqualTo(before.location());
        assertThatThrownBy(() -> world.catalog.tables().rename(world.lake, ORDERS, to))
                .isInstanceOf(AlreadyExistsException.class);
        var nowhere = TableIdentifier.of("nowhere", "t");
        assertThatThrownBy(() -> world.catalog.tables().rename(world.lake, ORDERS, nowhere))
                .isInstanceOf(NoSuchNamespaceException.class);
    }

    @Test
    default void aPurgedTableCannotBeRegistered() {
        var world = world().withOrders();
        String location = world.load(ORDERS).metadataFileLocation();
        world.catalog.tables().drop(world.lake, ORDERS, true);
        world.catalog.drops().purgeDue();
        var request =
                ImmutableRegisterTableRequest.builder()
                        .name("orders")
                        .metadataLocation(location)
                        .build();
        assertThatThrownBy(() -> world.catalog.tables().register(world.lake, SALES, request))
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    default void aDroppedTableCanBeRegisteredAgain() {
        var world = world().withOrders();
        world.append(ORDERS, "a");
        String location = world.load(ORDERS).metadataFileLocation();
        world.catalog.tables().drop(world.lake, ORDERS, false);
        var request =
                ImmutableRegisterTableRequest.builder()
                        .name("orders")
                        .metadataLocation(location)
                        .build();
        world.catalog.tables().register(world.lake, SALES, request);
        assertThat(world.restart().files(ORDERS)).containsExactly("a");
        assertThatThrownBy(() -> world.catalog.tables().register(world.lake, SALES, request))
                .isInstanceOf(AlreadyExistsException.class);
    }

    @Test
    default void aMissingMetadataFileIsNotFound() {
        var world = world().withOrders();
        world.objects.delete(Location.of(world.load(ORDERS).metadataFileLocation()));
        assertThatThrownBy(() -> world.restart().load(ORDERS))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("Failed to open input stream for file");
    }

    @Test
    default void loadingCostsOneQueryAndOneRead() {
        var world = world().withOrders().restart();
        world.calls.clear();
        world.load(ORDERS);
        assertThat(world.calls.ledger())
                .containsExactly("store select namespace", "storage get metadata.json");
        world.calls.clear();
        world.load(ORDERS);
        assertThat(world.calls.ledger()).containsExactly("store select namespace");
    }

    @Test
    default void locatingCostsOneQueryAndNoRead() {
        var world = world().withOrders().withoutCache();
        world.calls.clear();
        String location = world.catalog.tables().locate(world.lake, ORDERS);
        assertThat(world.calls.ledger()).containsExactly("store select namespace");
        assertThat(world.catalog.tables().version(location).metadataLocation()).isEqualTo(location);
        assertThat(world.calls.ledger())
                .containsExactly("store select namespace", "storage get metadata.json");
    }

    @Test
    default void withoutRoomInMemoryEveryLoadReads() {
        var world = world().withOrders().withoutCache();
        world.load(ORDERS);
        world.calls.clear();
        world.load(ORDERS);
        assertThat(world.calls.ledger())
                .containsExactly("store select namespace", "storage get metadata.json");
    }

    @Test
    default void committingCostsOneQueryOneFileAndOneTransaction() {
        var world = world().withOrders();
        world.calls.clear();
        world.catalog.tables().commit(world.lake, ORDERS, set(ORDERS, "a", "b"));
        assertThat(world.calls.ledger())
                .containsExactly(
                        "store select namespace",
                        "storage put metadata.json",
                        "store commit",
                        "store update relation",
                        "store insert event");
    }

    @ParameterizedTest
    @EnumSource
    default void aFaultAnywhereInACreateKeepsThePromise(Moment moment) {
        sweep(
                moment,
                (world, n) -> {
                    world.catalog.namespaces().create(world.lake, Namespace.of("s" + n), Map.of());
                    return TableIdentifier.of("s" + n, "t");
                },
                (world, table) ->
                        world.catalog
                                .tables()
                                .create(world.lake, table.namespace(), World.create("t")),
                (world, table) -> world.catalog.tables().exists(world.lake, table));
    }

    @ParameterizedTest
    @EnumSource
    default void aFaultAnywhereInAnAppendKeepsThePromise(Moment moment) {
        sweep(
                moment,
                CatalogContract::freshTable,
                (world, table) -> world.append(table, "a"),
                (world, table) -> !world.files(table).isEmpty());
    }

    @ParameterizedTest
    @EnumSource
    default void aFaultAnywhereInACommitOfTwoTablesKeepsThePromise(Moment moment) {
        sweep(
                moment,
                (world, n) -> {
                    var table = freshTable(world, n);
                    var other = TableIdentifier.of(SALES, table.name() + "x");
                    world.catalog.tables().create(world.lake, SALES, World.create(other.name()));
                    forgetful(world, table);
                    forgetful(world, other);
                    return table;
                },
                (world, table) -> {
                    var other = TableIdentifier.of(SALES, table.name() + "x");
                    world.catalog
                            .tables()
                            .commitAll(
                                    world.lake,
                                    List.of(set(table, "k", "v"), set(other, "k", "v")));
                },
                (world, table) -> {
                    var other = TableIdentifier.of(SALES, table.name() + "x");
                    boolean changed = world.load(table).properties().containsKey("k");
                    assertThat(world.load(other).properties().containsKey("k")).isEqualTo(changed);
                    assertThat(world.allFiles())
                            .containsAll(metadataFiles(world, table))
                            .containsAll(metadataFiles(world, other));
                    return changed;
                });
    }

    /// Polaris #4920: what the commit makes outdated went before the pointers moved.
    private static void forgetful(World world, TableIdentifier table) {
        var ask =
                Map.of(
                        "write.metadata.delete-after-commit.enabled", "true",
                        "write.metadata.previous-versions-max", "1");
        world.catalog
                .tables()
                .commit(
                        world.lake,
                        table,
                        new UpdateTableRequest(List.of(), List.of(new SetProperties(ask))));
    }

    /// The file of the table as it is now and those of its log.
    private static List<String> metadataFiles(World world, TableIdentifier table) {
        TableMetadata metadata = world.load(table);
        List<String> files = new ArrayList<>(List.of(metadata.metadataFileLocation()));
        metadata.previousFiles().forEach(entry -> files.add(entry.file()));
        return files;
    }

    @ParameterizedTest
    @EnumSource
    default void aFaultAnywhereInADropKeepsThePromise(Moment moment) {
        sweep(
                moment,
                (world, n) -> {
                    var table = freshTable(world, n);
                    world.append(table, "f" + n);
                    return table;
                },
                (world, table) -> world.catalog.tables().drop(world.lake, table, true),
                (world, table) -> {
                    boolean gone = !world.catalog.tables().exists(world.lake, table);
                    if (gone) {
                        world.pass(Duration.ofHours(2));
                        world.catalog.drops().purgeDue();
                        assertThat(all(world)).noneMatch(f -> f.contains("/" + table.name() + "-"));
                    } else {
                        assertThat(world.files(table)).hasSize(1);
                    }
                    return gone;
                });
    }

    @ParameterizedTest
    @EnumSource
    default void aFaultAnywhereInARenameKeepsThePromise(Moment moment) {
        sweep(
                moment,
                CatalogContract::freshTable,
                (world, table) ->
                        world.catalog
                                .tables()
                                .rename(
                                        world.lake,
                                        table,
                                        TableIdentifier.of(SALES, table.name() + "r")),
                (world, table) -> {
                    var to = TableIdentifier.of(SALES, table.name() + "r");
                    boolean moved = world.catalog.tables().exists(world.lake, to);
                    assertThat(world.catalog.tables().exists(world.lake, table)).isEqualTo(!moved);
                    world.load(moved ? to : table);
                    return moved;
                });
    }

    private static TableIdentifier freshTable(World world, int n) {
        if (!world.catalog.namespaces().exists(world.lake, SALES)) {
            world.catalog.namespaces().create(world.lake, SALES, Map.of());
        }
        world.catalog.tables().create(world.lake, SALES, World.create("t" + n));
        return TableIdentifier.of(SALES, "t" + n);
    }

    private void sweep(Moment moment, Setup setup, Act act, Check done) {
        var world = world();
        for (int n = 1; n <= CALLS_MAX; n++) {
            TableIdentifier table = setup.run(world, n);
            world.calls.breakCall(n, moment);
            Throwable seen = catchThrowable(() -> act.run(world, table));
            if (!world.calls.broke()) {
                assertThat(seen).isNull();
                return; // n lies beyond the last call: every fault has been tried
            }
            boolean took = done.test(world.restart(), table);
            switch (seen) {
                case null -> assertThat(took).as("answered success at call %s", n).isTrue();
                case CommitStateUnknownException e -> {}
                case StoreException e -> assertThat(took).as("call %s", n).isFalse();
                case StorageException e -> assertThat(took).as("call %s", n).isFalse();
                case CommitFailedException e -> assertThat(took).as("call %s", n).isFalse();
                default -> fail("call " + n, seen);
            }
        }
        fail("it makes more than %s calls", CALLS_MAX);
    }

    @FunctionalInterface
    interface Setup {
        TableIdentifier run(World world, int n);
    }

    @FunctionalInterface
    interface Act {
        void run(World world, TableIdentifier table);
    }

    @FunctionalInterface
    interface Check {
        boolean test(World world, TableIdentifier table);
    }

    @Test
    default void sixteenWritersLoseNoUpdate() throws Exception {
        var world = world().withOrders();
        inParallel(
                16,
                i -> world.catalog.tables().commit(world.lake, ORDERS, set(ORDERS, "k" + i, "v")));
        TableMetadata now = world.restart().load(ORDERS);
        for (int i = 0; i < 16; i++) {
            assertThat(now.properties()).containsKey("k" + i);
        }
        assertThat(now.previousFiles()).hasSize(16);
        assertThat(all(world)).hasSize(17);
    }

    @Test
    default void ofAppendsFromTheSameBaseOneWins() throws Exception {
        var world = world().withOrders();
        List<Throwable> lost =
                inParallel(
                        8,
                        i -> {
                            var commit = world.catalog.tables().begin(world.lake);
                            commit.table(ORDERS)
                                    .newFastAppend()
                                    .appendFile(world.file("f" + i))
                                    .commit();
                            commit.commit(tx -> {});
                        });
        assertThat(lost).allMatch(e -> e instanceof CommitFailedException);
        assertThat(world.restart().files(ORDERS)).hasSize(8 - lost.size());
    }

    /// Each of two transactions requires of one table what the other changes: one of them comes
    /// first.
    @Test
    default void aTableThatIsOnlyRequiredIsHeldToo() throws Exception {
        var world = world().withOrders();
        var other = TableIdentifier.of(SALES, "other");
        world.catalog.tables().create(world.lake, SALES, World.create("other"));
        for (int round = 0; round < 20; round++) {
            String before = Integer.toString(round);
            var orders = world.load(ORDERS);
            var others = world.load(other);
            List<Throwable> lost =
                    inParallel(
                            2,
                            i ->
                                    world.catalog
                                            .tables()
                                            .commitAll(
                                                    world.lake,
                                                    i == 0
                                                            ? List.of(
                                                                    unchanged(ORDERS, orders),
                                                                    widened(other, before))
                                                            : List.of(
                                                                    unchanged(other, others),
                                                                    widened(ORDERS, before))));
            assertThat(lost).hasSize(1).allMatch(e -> e instanceof CommitFailedException);
        }
    }

    private static UpdateTableRequest unchanged(TableIdentifier name, TableMetadata metadata) {
        return UpdateTableRequest.create(
                name,
                List.of(new UpdateRequirement.AssertCurrentSchemaID(metadata.currentSchemaId())),
                List.of());
    }

    private static UpdateTableRequest widened(TableIdentifier name, String column) {
        var schema =
                new Schema(
                        Types.NestedField.required(1, "id", Types.LongType.get()),
                        Types.NestedField.optional(2, "name" + column, Types.StringType.get()));
        return UpdateTableRequest.create(
                name,
                List.of(),
                List.of(
                        new MetadataUpdate.AddSchema(schema),
                        new MetadataUpdate.SetCurrentSchema(-1)));
    }

    @Test
    default void ofEightRenamesOneWins() throws Exception {
        var world = world().withOrders();
        List<Throwable> lost =
                inParallel(
                        8,
                        i ->
                                world.catalog
                                        .tables()
                                        .rename(
                                                world.lake,
                                                ORDERS,
                                                TableIdentifier.of(SALES, "r" + i)));
        assertThat(lost).hasSize(7).allMatch(e -> e instanceof NoSuchTableException);
        assertThat(world.catalog.tables().list(world.lake, SALES, PageRequest.ALL).items())
                .hasSize(1);
    }

    @Test
    default void ofEightCreatesOneWins() throws Exception {
        var world = world().withOrders();
        List<Throwable> lost =
                inParallel(
                        8,
                        i ->
                                world.catalog
                                        .tables()
                                        .create(world.lake, SALES, World.create("same")));
        assertThat(lost).hasSize(7).allMatch(e -> e instanceof AlreadyExistsException);
    }

    @Test
    default void aNamespaceIsNeverDroppedFromUnderATable() throws Exception {
        var world = world();
        for (int round = 0; round < 10; round++) {
            Namespace space = Namespace.of("race" + round);
            world.catalog.namespaces().create(world.lake, space, Map.of());
            List<Throwable> lost =
                    inParallel(
                            2,
                            i -> {
                                if (i == 0) {
                                    world.catalog.namespaces().drop(world.lake, space);
                                } else {
                                    world.catalog
                                            .tables()
                                            .create(world.lake, space, World.create("t"));
                                }
                            });
            assertThat(lost)
                    .hasSize(1)
                    .allMatch(e ->
                            e instanceof NoSuchNamespaceException
                                    || e instanceof NamespaceNotEmptyException);
        }
    }

    static List<Throwable> inParallel(int count, Consumer<Integer> action) throws Exception {
        List<Callable<Throwable>> calls =
                IntStream.range(0, count)
                        .<Callable<Throwable>>mapToObj(
                                i -> () -> catchThrowable(() -> action.accept(i)))
                        .toList();
        List<Throwable> failures = new ArrayList<>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Throwable> result : executor.invokeAll(calls)) {
                if (result.get() != null) {
                    failures.add(result.get());
                }
            }
        }
        return failures;
    }
}
