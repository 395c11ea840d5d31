package dev.tarn.pipeline;

import dev.tarn.pipeline.Plan.Flow;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.source.LogSource;
import dev.tarn.pipeline.source.Naming;
import dev.tarn.pipeline.source.Renames;
import dev.tarn.store.Transaction;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.iceberg.Schema;

/// Looks, before a run changes any table, which columns of its sources have other names than when
/// it looked before.
///
/// ```
/// columns have numbers      other name, same number: renamed; known at once
/// only the log tells        some are gone and some are new: perhaps; nothing is committed until the
///                           log was read to where it is now
/// ```
final class Names {
    private static final int TABLE = 0;

    private final Ledger ledger;
    private final long epoch;
    private final boolean again;
    private final Set<String> suspects = new HashSet<>();
    private final List<Consumer<Transaction>> unsaved = new ArrayList<>();

    /// @param again whether the run begins anew, whatever was before
    Names(Ledger ledger, long epoch, boolean again) {
        this.ledger = ledger;
        this.epoch = epoch;
        this.again = again;
    }

    /// All that is known of columns that were renamed.
    ///
    /// @throws PipelineException if names have changed places
    Renames look(List<Flow> flows) {
        each(flows, this::look);
        return ledger.renaming().all().suspecting(suspects);
    }

    /// What [#look] would find; nothing is stored.
    ///
    /// @throws PipelineException if names have changed places
    Renames foresee(List<Flow> flows) {
        List<Renames> all = new ArrayList<>(List.of(ledger.renaming().all()));
        each(
                flows,
                (naming, table, now) -> {
                    Map<Integer, String> before = ledger.renaming().columns(table);
                    if (naming == Naming.NUMBERED) {
                        all.add(renamed(table, before, now));
                    } else if (mayBeRenamed(table, before.values(), now.values())) {
                        suspects.add(table);
                    }
                });
        return all.stream().reduce(Renames.NONE, Renames::and).suspecting(suspects);
    }

    private interface Look {
        void at(Naming naming, String table, Map<Integer, String> now);
    }

    private static void each(List<Flow> flows, Look look) {
        for (Flow flow : flows) {
            if (flow.source() instanceof LogSource source && source.naming() != Naming.SILENT) {
                for (int i = 0; i < source.tables().size(); i++) {
                    Columns table = source.tables().get(i);
                    String path = table.path();
                    if (path != null) {
                        look.at(
                                source.naming(),
                                path,
                                numbered(table.schema(), source.identity(i)));
                    }
                }
            }
        }
    }

    /// To be stored with the first commit.
    List<Consumer<Transaction>> unsaved() {
        return unsaved;
    }

    /// Columns by their numbers; under [#TABLE] what tells the table from another of its name.
    private static Map<Integer, String> numbered(Schema columns, String table) {
        Map<Integer, String> numbered = new LinkedHashMap<>();
        numbered.put(TABLE, table);
        columns.columns().forEach(column -> numbered.put(column.fieldId(), column.name()));
        return numbered;
    }

    private void look(Naming naming, String table, Map<Integer, String> now) {
        Map<Integer, String> before = ledger.renaming().columns(table);
        if (before.equals(now)) {
            return;
        }
        Renames renamed = Renames.NONE;
        if (naming == Naming.NUMBERED) {
            renamed = renamed(table, before, now);
        } else if (mayBeRenamed(table, before.values(), now.values()) && !again) {
            suspects.add(table);
            unsaved.add(tx -> ledger.renaming().saveColumns(tx, table, now));
            return;
        }
        Renames found = renamed;
        ledger.write(
                epoch,
                tx -> {
                    ledger.renaming().save(tx, found);
                    ledger.renaming().saveColumns(tx, table, now);
                });
    }

    private Renames renamed(String table, Map<Integer, String> before, Map<Integer, String> now) {
        Map<String, String> renamed = new HashMap<>();
        boolean same = Objects.equals(before.get(TABLE), now.get(TABLE));
        before.forEach((number, old) -> {
            String later = now.get(number);
            if (!same || number == TABLE || later == null || later.equals(old)) {
                return;
            }
            if (!now.containsValue(old)) {
                renamed.put(old, later);
            } else if (!again) {
                throw new PipelineException(
                        "Table %s has a column %s that was called otherwise, and what was called so is called %s: names that change places are not followed, run the job with --again and schema_save_mode = RECREATE_SCHEMA"
                                .formatted(table, old, later));
            }
        });
        return Renames.of(table, renamed);
    }

    private boolean mayBeRenamed(String table, Collection<String> before, Collection<String> now) {
        Renames known = ledger.renaming().all();
        Set<String> named = new HashSet<>();
        for (String name : before) {
            String later = now.contains(name) ? null : known.nowOrNull(table, name, now);
            named.add(later == null ? name : later);
        }
        return !now.containsAll(named) && !named.containsAll(now);
    }
}
