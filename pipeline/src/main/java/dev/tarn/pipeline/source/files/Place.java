package dev.tarn.pipeline.source.files;

import dev.tarn.pipeline.source.Split;
import java.io.IOException;
import java.util.List;
import org.apache.iceberg.io.InputFile;
import org.jspecify.annotations.Nullable;

/// Where the files of a source lie.
sealed interface Place permits LocalPlace, S3Place {

    int FILES_MAX = 1_000_000;

    /// The files that are wanted, in the order of their names. That there are none, or that they
    /// cannot be listed, becomes a problem of the job.
    List<Split> list();

    /// A file as bytes that can be read from any place on. Its streams belong to who opens them.
    InputFile file(String name);

    /// Tells one content of a file from another: equal texts mean equal bytes.
    String fingerprint(Split split) throws IOException;

    /// How a file differs from what [#list] said of it, or null if it does not.
    @Nullable String changeOrNull(Split split) throws IOException;
}
