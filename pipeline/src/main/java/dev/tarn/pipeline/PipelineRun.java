package dev.tarn.pipeline;

import org.jspecify.annotations.Nullable;

/// A run of a pipeline, on a thread of its own. One that has ended keeps what it was, and nothing
/// of what it worked with: keys and open tables may be large, and whoever shows runs keeps many.
public final class PipelineRun {
    private final Thread thread;
    private final String pipeline;
    private volatile Progress last;
    private volatile @Nullable Loading loading;

    PipelineRun(Loading loading, Runnable ended) {
        this.loading = loading;
        this.last = loading.progress();
        this.pipeline = last.pipeline();
        this.thread = Thread.ofVirtual().name("pipeline-" + pipeline).unstarted(() -> run(ended));
    }

    private void run(Runnable ended) {
        Loading working = loading;
        if (working == null) {
            throw new IllegalStateException("A run begins once");
        }
        try {
            working.run();
        } finally {
            last = working.progress();
            loading = null;
            ended.run();
        }
    }

    PipelineRun begin() {
        thread.start();
        return this;
    }

    public String pipeline() {
        return pipeline;
    }

    public Progress progress() {
        Loading working = loading;
        return working == null ? last : working.progress();
    }

    /// Waits for the end and tells how it was. A failure is a state and a message, not thrown.
    public Progress await() throws InterruptedException {
        thread.join();
        return last;
    }

    /// Asks the run to commit what it has read and to stop. The next run goes on from there.
    public void cancel() {
        Loading working = loading;
        if (working != null) {
            working.cancel();
        }
    }
}
