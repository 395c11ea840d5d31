package dev.tarn.app.clients;

import java.io.File;
import java.net.URI;
import org.apache.iceberg.Files;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;

/// Files of this machine, for Iceberg's own client: Hadoop's do not run on JDK 25.
public final class PlainFiles implements FileIO {
    @Override
    public InputFile newInputFile(String location) {
        return Files.localInput(file(location));
    }

    @Override
    public OutputFile newOutputFile(String location) {
        return Files.localOutput(file(location));
    }

    @Override
    public void deleteFile(String location) {
        file(location).delete();
    }

    private static File file(String location) {
        return new File(location.startsWith("file:") ? URI.create(location).getPath() : location);
    }
}
