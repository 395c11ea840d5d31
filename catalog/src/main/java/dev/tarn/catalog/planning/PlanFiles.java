package dev.tarn.catalog.planning;

import dev.tarn.catalog.planning.Chunks.Chunk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.apache.iceberg.BaseFileScanTask;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.PartitionSpecParser;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.ResidualEvaluator;

/// Plans a part of a scan: the first chunk of its manifests becomes files, the other chunks become
/// plan tasks.
///
/// A manifest with more files than go into one answer is a chunk of its own. It is answered in
/// pages, each of which reads it from the start: its files come in the same order every time,
/// because one manifest is read by one thread.
final class PlanFiles {
    /// Manifests of one plan that are read at the same time.
    private static final int READERS = 8;

    private final ManifestIO io;
    private final PlanLimits limits;

    PlanFiles(ManifestIO io, PlanLimits limits) {
        this.io = io;
        this.limits = limits;
    }

    /// @param unwanted tells when nobody waits for the result any more, which may then be cut short
    ScanTasks plan(TableMetadata metadata, PlanTask task, BooleanSupplier unwanted) {
        Scan scan = task.scan();
        Map<Integer, PartitionSpec> specs = ScannedTable.specs(metadata, scan.schema(metadata));
        int filesMax = Math.max(1, limits.filesPerTask() / (1 + scan.statsFields().size()));
        ScanManifests manifests = ScanManifests.read(metadata, scan, io);
        List<Chunk> chunks =
                new Chunks(limits, filesMax, Chunks.matching(scan, specs))
                        .cut(manifests.data(), task.from(), task.to());
        if (chunks.isEmpty()) {
            return new ScanTasks(List.of(), List.of(), specs);
        }

        Chunk chunk = chunks.getFirst();
        var page = new Page(task, chunk.manifests().size() == 1 ? filesMax : Integer.MAX_VALUE);
        ScanManifests part = manifests.only(chunk.manifests());
        try (var readers = Executors.newFixedThreadPool(READERS, Thread.ofVirtual().factory());
                var files =
                        new ScannedTable(metadata, scan, part, io.ahead(part, readers))
                                .planFiles(readers)) {
            for (FileScanTask file : files) {
                if (unwanted.getAsBoolean() || !page.add(withResidual(scan, file))) {
                    // What was to be read ahead is of no use any more.
                    readers.shutdownNow();
                    break;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot close manifests in memory", e);
        }

        List<String> tokens = new ArrayList<>();
        if (!page.hasEnoughRows()) {
            if (page.isCut()) {
                int answered = task.skip() + page.files.size();
                tokens.add(task.part(chunk.from(), chunk.to(), answered).token(metadata.uuid()));
            }
            tokens.addAll(tokens(metadata.uuid(), task, chunks));
        }
        return new ScanTasks(page.files, tokens, specs);
    }

    /// Iceberg's evaluator stumbles over some filters on partitions that are null. The whole filter
    /// is a residual too: only the client has more to do.
    private static FileScanTask withResidual(Scan scan, FileScanTask file) {
        try {
            file.residual();
            return file;
        } catch (NullPointerException stumbled) {
            return new BaseFileScanTask(
                    file.file(),
                    file.deletes().toArray(DeleteFile[]::new),
                    SchemaParser.toJson(file.schema()),
                    PartitionSpecParser.toJson(file.spec()),
                    ResidualEvaluator.unpartitioned(scan.filter()));
        }
    }

    /// A token for each chunk but the first; the last token stands for all that would be too many.
    private List<String> tokens(String tableUuid, PlanTask task, List<Chunk> chunks) {
        List<String> tokens = new ArrayList<>();
        long room = limits.tokenBytes();
        for (int i = 1; i < chunks.size(); i++) {
            Chunk chunk = chunks.get(i);
            String token = task.part(chunk.from(), chunk.to(), 0).token(tableUuid);
            room -= token.length();
            // All have the same filter, and so about the same length.
            if (tokens.size() == limits.tasksPerAnswer() - 1 || room < token.length()) {
                Chunk end = chunks.getLast();
                tokens.add(task.part(chunk.from(), end.to(), 0).token(tableUuid));
                break;
            }
            tokens.add(token);
        }
        return tokens;
    }

    /// The files of one answer.
    private static final class Page {
        private final PlanTask task;
        private final int filesMax;
        private final List<FileScanTask> files = new ArrayList<>();
        private int seen;
        private long rows;
        private boolean cut;

        Page(PlanTask task, int filesMax) {
            this.task = task;
            this.filesMax = filesMax;
        }

        /// Tells whether to go on.
        boolean add(FileScanTask file) {
            if (seen++ < task.skip()) {
                return true;
            }
            if (files.size() == filesMax) {
                cut = true;
                return false;
            }
            files.add(file);
            if (task.rowsWanted() > 0) {
                rows += surelyMatching(file);
            }
            return !hasEnoughRows();
        }

        boolean isCut() {
            return cut;
        }

        boolean hasEnoughRows() {
            return task.rowsWanted() > 0 && rows >= task.rowsWanted();
        }

        /// Only rows that no delete and no filter can take away count towards those wanted.
        private static long surelyMatching(FileScanTask file) {
            return file.deletes().isEmpty() && file.residual().op() == Expression.Operation.TRUE
                    ? file.file().recordCount()
                    : 0;
        }
    }
}
