package dev.tarn.pipeline;

/// A run of a pipeline, on a thread of its own.
public final class PipelineRun {
    private final Loading loading;
    private final Thread thread;

    PipelineRun(Loading loading, Runnable ended) {
        this.loading = loading;
        this.thread =
                Thread.ofVirtual()
                        .name("pipeline-" + loading.progress().pipeline())
                        .unstarted(() -> {
                            try {
                                loading.run();
                            } finally {
                                ended.run();
                            }
                        });
    }

    PipelineRun begin() {
        thread.start();
        return this;
    }

    public String pipeline() {
        return loading.progress().pipeline();
    }

    public Progress progress() {
        return loading.progress();
    }

    /// Waits for the end and tells how it was. A failure is a state and a message, not thrown.
    public Progress await() throws InterruptedException {
        thread.join();
        return loading.progress();
    }

    /// Asks the run to commit what it has read and to stop. The next run goes on from there.
    public void cancel() {
        loading.cancel();
    }
}
