package dev.tarn.engine.trino;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;

/// A program that starts Trino, prints the child's pid and waits to be killed.
final class ShortLivedParent {
    private ShortLivedParent() {}

    public static void main(String[] arguments) throws Exception {
        Trino trino =
                Trino.start(SharedTrino.settings(Path.of(arguments[0]), 0), InstantSource.system());
        TrinoStatus started =
                trino.await(status -> status.pid() != null, SharedTrino.READY_DEADLINE);
        System.out.println(started.pid());
        new CountDownLatch(1).await();
    }
}
