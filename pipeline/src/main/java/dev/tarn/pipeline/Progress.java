package dev.tarn.pipeline;

import dev.tarn.pipeline.source.Lag;
import java.util.List;

/// How far a run is, at one moment.
///
/// @param rows read by this run and fit, those not yet committed included
/// @param rowsCommitted those that are in the tables
/// @param rejected rows that did not fit, in this run and the stopped one it goes on from
/// @param bytesTotal of the files to load, 0 if unknown; those left out are not counted
/// @param lag how far the sources that grow are behind
/// @param spent what its time goes into
/// @param snapshots commits that changed a table
/// @param filesMerged small files that became part of larger ones
/// @param notes what the reader of a summary should know, such as a file that was loaded anew
/// @param message what goes on; after a failure its one sentence
public record Progress(
        String pipeline,
        State state,
        long rows,
        long rowsCommitted,
        long rejected,
        long bytesRead,
        long bytesTotal,
        int filesDone,
        int filesSkipped,
        int filesTotal,
        long rowsPerSecond,
        Lag lag,
        Spent spent,
        int snapshots,
        long filesMerged,
        List<String> tables,
        List<String> notes,
        String message) {

    /// Where a run is in its life.
    public enum State {
        RUNNING,
        FINISHED,
        FAILED,
        CANCELLED
    }

    public Progress {
        tables = List.copyOf(tables);
        notes = List.copyOf(notes);
    }

    public boolean ended() {
        return state != State.RUNNING;
    }
}
