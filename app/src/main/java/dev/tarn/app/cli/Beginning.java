package dev.tarn.app.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/// Where a job begins, other than where it was.
final class Beginning {
    @ArgGroup private @Nullable Choice choice;

    /// One of them.
    private static final class Choice {
        @Option(
                names = "--again",
                description = "Load anew what is loaded already; one that runs begins anew.")
        private boolean again;

        @Option(
                names = "--from",
                paramLabel = "COMMIT",
                description =
                        "Go on in its logs behind this commit, which 'tarn pipeline positions'"
                                + " tells; later rows stay and come again.")
        private @Nullable Long from;
    }

    boolean again() {
        return choice != null && choice.again;
    }

    @Nullable Long from() {
        return choice == null ? null : choice.from;
    }
}
