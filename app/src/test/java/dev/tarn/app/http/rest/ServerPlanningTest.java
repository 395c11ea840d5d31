package dev.tarn.app.http.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.catalog.planning.PlanLimits;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetadataTableType;
import org.apache.iceberg.MetadataTableUtils;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.ScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.exceptions.RESTException;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.rest.RESTCatalogProperties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Iceberg's Java client leaves planning to the server and reads the same rows, whichever way the
/// plan comes to it.
@ParameterizedClass
@EnumSource(ServerPlanningTest.Way.class)
@SuppressWarnings("NullAway.Init") // before the invocation
class ServerPlanningTest {
    enum Way {
        AT_ONCE(PlanLimits.STANDARD),
        BY_PLAN_TASKS(PlanLimits.STANDARD.withFilesPerTask(1)),
        LATER(PlanLimits.STANDARD.withWaitDuration(Duration.ZERO));

        private final PlanLimits limits;

        Way(PlanLimits limits) {
            this.limits = limits;
        }
    }

    private static final Namespace NS = Namespace.of("planned");

    private static TestServer server;
    private static RESTCatalog byServer;
    private static RESTCatalog byClient;
    private static int tables;

    @Parameter Way way;

    @BeforeParameterizedClassInvocation
    static void start(Way way) {
        server = TestServer.withPlanLimits(TestStore.SQLITE, way.limits);
        byServer =
                server.client("server", Map.of(RESTCatalogProperties.SCAN_PLANNING_MODE, "server"));
        byClient =
                server.client("client", Map.of(RESTCatalogProperties.SCAN_PLANNING_MODE, "client"));
        byServer.createNamespace(NS);
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        byServer.close();
        byClient.close();
        server.close();
    }

    private static TableIdentifier create(PartitionSpec spec, String formatVersion) {
        TableIdentifier name = TableIdentifier.of(NS, "t" + tables++);
        byServer.createTable(
                name,
                WrittenRows.SCHEMA,
                spec,
                new HashMap<>(Map.of(TableProperties.FORMAT_VERSION, formatVersion)));
        return name;
    }

    private static PartitionSpec byGroup() {
        return PartitionSpec.builderFor(WrittenRows.SCHEMA).identity("grp").build();
    }

    private static Table planned(TableIdentifier name) {
        Table table = byServer.loadTable(name);
        assertThat(table.getClass().getSimpleName()).isEqualTo("RESTTable");
        return table;
    }

    private static List<FileScanTask> files(CloseableIterable<FileScanTask> planned) {
        try (planned) {
            List<FileScanTask> files = new ArrayList<>();
            planned.forEach(files::add);
            return files;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2", "3"})
    void theSameRowsAreRead(String formatVersion) {
        TableIdentifier name = create(byGroup(), formatVersion);
        Table table = byClient.loadTable(name);
        WrittenRows rows = new WrittenRows(table);
        DataFile one = rows.write(0, 100, "a");
        DataFile two = rows.write(100, 200, "a");
        DataFile three = rows.write(200, 300, "b");
        table.newFastAppend().appendFile(one).appendFile(two).commit();
        long before = table.currentSnapshot().snapshotId();
        table.newFastAppend().appendFile(three).commit();
        if (formatVersion.equals("2")) {
            table.newRowDelta()
                    .addDeletes(rows.deletePositions(one, 0, 7))
                    .addDeletes(rows.deletePositions(three, 5))
                    .commit();
        } else {
            var delta = table.newRowDelta();
            rows.deleteByVectors(7, one, two, three).forEach(delta::addDeletes);
            delta.commit();
        }
        table.newRowDelta().addDeletes(rows.deleteIds(two, 11, 150, 151)).commit();
        table.manageSnapshots().createTag("early", before).createBranch("side", before).commit();
        table.updateSpec().removeField("grp").addField(Expressions.bucket("id", 4)).commit();
        table.newFastAppend().appendFile(rows.write(300, 400, "c")).commit();
        table.newFastAppend().toBranch("side").appendFile(rows.write(500, 510, "s")).commit();
        table.updateSchema().renameColumn("grp", "team").commit();

        Table mine = byClient.loadTable(name);
        Table theirs = planned(name);
        for (Expression filter :
                List.of(
                        Expressions.alwaysTrue(),
                        Expressions.equal("team", "a"),
                        Expressions.in("id", 7L, 107L, 207L, 307L, 150L, 155L),
                        Expressions.and(
                                Expressions.not(Expressions.equal("team", "b")),
                                Expressions.greaterThan("id", 50L)),
                        Expressions.equal("at.city", "city1"),
                        Expressions.isNull("team"),
                        Expressions.startsWith("team", "c"))) {
            assertThat(WrittenRows.read(IcebergGenerics.read(theirs).where(filter)))
                    .as(filter.toString())
                    .isEqualTo(WrittenRows.read(IcebergGenerics.read(mine).where(filter)));
        }
        assertThat(WrittenRows.read(IcebergGenerics.read(theirs))).hasSize(400 - 6);
        assertThat(WrittenRows.read(IcebergGenerics.read(theirs).useSnapshot(before)))
                .hasSize(200)
                .isEqualTo(WrittenRows.read(IcebergGenerics.read(mine).useSnapshot(before)));
        assertThat(
                        files(
                                theirs.newScan()
                                        .useRef("side")
                                        .filter(Expressions.equal("team", "s"))
                                        .planFiles()))
                .hasSize(1);
        assertThat(
                        files(
                                theirs.newScan()
                                        .useRef("early")
                                        .filter(Expressions.equal("grp", "a"))
                                        .planFiles()))
                .hasSize(2);
    }

    @Test
    void anEmptyTableHasNoFiles() {
        Table table = planned(create(byGroup(), "2"));

        assertThat(files(table.newScan().planFiles())).isEmpty();
    }

    @Test
    void manyFilesAllCome() {
        TableIdentifier name = create(PartitionSpec.unpartitioned(), "2");
        Table table = byClient.loadTable(name);
        WrittenRows rows = new WrittenRows(table);
        for (int i = 0; i < 12; i++) {
            table.newFastAppend()
                    .appendFile(rows.write(i * 2, i * 2 + 1, "g"))
                    .appendFile(rows.write(i * 2 + 1, i * 2 + 2, "g"))
                    .commit();
        }

        Table theirs = planned(name);
        assertThat(files(theirs.newScan().planFiles())).hasSize(24);
        assertThat(WrittenRows.read(IcebergGenerics.read(theirs))).hasSize(24);
    }

    @Test
    void severalDeletesOfOneFileAllCome() {
        TableIdentifier name = create(PartitionSpec.unpartitioned(), "2");
        Table table = byClient.loadTable(name);
        WrittenRows rows = new WrittenRows(table);
        DataFile one = rows.write(0, 10, "a");
        DataFile two = rows.write(10, 20, "a");
        table.newFastAppend().appendFile(one).appendFile(two).commit();
        table.newRowDelta()
                .addDeletes(rows.deletePositions(one, 0))
                .addDeletes(rows.deletePositions(one, 1))
                .addDeletes(rows.deleteIds(one, 2, 12))
                .addDeletes(rows.deleteIds(one, 3))
                .commit();

        Table theirs = planned(name);
        assertThat(files(theirs.newScan().planFiles()))
                .filteredOn(task -> task.file().location().equals(one.location()))
                .singleElement()
                .satisfies(task -> assertThat(task.deletes()).hasSize(4));
        assertThat(WrittenRows.read(IcebergGenerics.read(theirs))).hasSize(15);
    }

    @Test
    void aScanOfFewRowsIsCutShort() {
        TableIdentifier name = create(PartitionSpec.unpartitioned(), "2");
        Table table = byClient.loadTable(name);
        WrittenRows rows = new WrittenRows(table);
        var append = table.newFastAppend();
        for (int i = 0; i < 8; i++) {
            append.appendFile(rows.write(i * 10, i * 10 + 10, "g"));
        }
        append.commit();
        var files = files(planned(name).newScan().minRowsRequested(15).planFiles());

        // The first page is cut; what comes by plan tasks is not.
        assertThat(files.size()).isBetween(2, way == Way.BY_PLAN_TASKS ? 8 : 2);
    }

    @Test
    void batchScansArePlannedToo() throws IOException {
        TableIdentifier name = create(PartitionSpec.unpartitioned(), "2");
        Table table = byClient.loadTable(name);
        table.newFastAppend().appendFile(new WrittenRows(table).write(0, 5, "g")).commit();

        try (CloseableIterable<ScanTask> tasks = planned(name).newBatchScan().planFiles()) {
            assertThat(tasks).hasSize(1);
        }
    }

    @Test
    void aFilterOnAColumnThatIsNotThereIsRefused() {
        Table table = planned(create(byGroup(), "2"));

        assertThatThrownBy(
                        () -> table.newScan().filter(Expressions.equal("nothing", 1)).planFiles())
                .isInstanceOf(RESTException.class)
                .hasMessageContaining("nothing");
    }

    @Test
    void columnsOfOldNamesMayBeSelectedInOldSnapshots() {
        TableIdentifier name = create(PartitionSpec.unpartitioned(), "2");
        Table table = byClient.loadTable(name);
        table.newFastAppend().appendFile(new WrittenRows(table).write(0, 5, "g")).commit();
        long old = table.currentSnapshot().snapshotId();
        table.updateSchema().renameColumn("at.city", "town").deleteColumn("grp").commit();

        Table theirs = planned(name);
        assertThat(
                        files(
                                theirs.newScan()
                                        .useSnapshot(old)
                                        .select("id", "at.city")
                                        .filter(Expressions.equal("at.city", "city0"))
                                        .planFiles()))
                .hasSize(1);
        assertThat(files(theirs.newScan().select("at.town").planFiles())).hasSize(1);
    }

    @Test
    void metadataTablesAreReadByTheClient() {
        TableIdentifier name = create(byGroup(), "2");
        Table table = byClient.loadTable(name);
        table.newFastAppend().appendFile(new WrittenRows(table).write(0, 5, "g")).commit();

        Table files =
                MetadataTableUtils.createMetadataTableInstance(
                        planned(name), MetadataTableType.FILES);
        assertThat(files(files.newScan().planFiles())).isNotEmpty();
    }

    @Test
    void aManifestThatIsGoneIsToldOf() throws IOException {
        TableIdentifier name = create(PartitionSpec.unpartitioned(), "2");
        Table table = byClient.loadTable(name);
        table.newFastAppend().appendFile(new WrittenRows(table).write(0, 5, "g")).commit();
        String list = table.currentSnapshot().manifestListLocation();
        table.io().deleteFile(list);

        assertThatThrownBy(() -> files(planned(name).newScan().planFiles()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Remote scan planning failed")
                .hasMessageContaining("NotFoundException")
                .hasMessageContaining(list);
    }
}
