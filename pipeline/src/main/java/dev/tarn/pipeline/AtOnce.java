package dev.tarn.pipeline;

import dev.tarn.pipeline.lake.OwnCatalog;
import dev.tarn.pipeline.lake.TargetCatalog.Changes;
import dev.tarn.store.OutcomeUnknownException;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;

/// All tables and the ledger in one transaction of this process' catalog.
final class AtOnce implements Publisher {
    private static final int ATTEMPTS_MAX = 8;

    private final String pipeline;
    private final OwnCatalog catalog;
    private final Ledger ledger;

    AtOnce(String pipeline, OwnCatalog catalog, Ledger ledger) {
        this.pipeline = pipeline;
        this.catalog = catalog;
        this.ledger = ledger;
    }

    @Override
    public void publish(Commit commit) {
        try {
            send(commit);
        } catch (CommitFailedException | Ledger.Fenced | PipelineException e) {
            commit.discard();
            throw e;
        }
    }

    private void send(Commit commit) {
        for (int attempt = 1; ; attempt++) {
            Changes changes = catalog.begin();
            commit.files()
                    .forEach((target, written) -> {
                        Table table = changes.table(target.name());
                        target.add(written, table, pipeline, commit.sequence());
                    });
            try {
                changes.commit(commit.save());
            } catch (CommitFailedException e) {
                // Somebody else changed a table; these files go on top of that as well.
                if (attempt == ATTEMPTS_MAX) {
                    throw e;
                }
                continue;
            } catch (CommitStateUnknownException | OutcomeUnknownException e) {
                if (!ledger.committed(commit.epoch(), commit.sequence())) {
                    throw e;
                }
            }
            commit.files()
                    .keySet()
                    .forEach(target -> target.committed(changes.table(target.name())));
            return;
        }
    }

    /// Nothing is ever half done; but the job may have gone to another catalog before.
    @Override
    public void recover(long epoch) {
        Pending.requireNone(ledger, catalog.title());
    }
}
