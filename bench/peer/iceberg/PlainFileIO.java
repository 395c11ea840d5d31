package org.apache.iceberg.rest;

import java.io.File;
import java.util.Map;
import org.apache.iceberg.Files;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;

/// Files of this machine without Hadoop, whose own FileIO does not run on JDK 25. Nothing is
/// synced, as with Hadoop's.
public final class PlainFileIO implements FileIO {
    @Override
    public void initialize(Map<String, String> properties) {}

    @Override
    public InputFile newInputFile(String location) {
        return Files.localInput(new File(path(location)));
    }

    @Override
    public OutputFile newOutputFile(String location) {
        return Files.localOutput(new File(path(location)));
    }

    @Override
    public void deleteFile(String location) {
        new File(path(location)).delete();
    }

    private static String path(String location) {
        return location.startsWith("file:") ? location.substring(5).replaceFirst("^//", "") : location;
    }
}
