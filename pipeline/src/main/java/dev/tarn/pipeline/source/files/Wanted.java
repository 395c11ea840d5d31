package dev.tarn.pipeline.source.files;

import dev.tarn.pipeline.job.Block;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// Which files below a folder a job wants.
///
/// @param root the part of the path before its first glob, ends with a slash if it is a folder
/// @param glob for the whole path, null for all below the root
record Wanted(
        String root,
        @Nullable PathMatcher glob,
        @Nullable String extension,
        @Nullable Pattern pattern) {

    /// What is wrong becomes a problem of the block.
    ///
    /// @param path absolute, with or without a glob
    static Wanted of(Block block, String path) {
        int at = globAt(path);
        String root = at < 0 ? path : path.substring(0, path.lastIndexOf('/', at) + 1);
        String text = block.textOrNull("file_filter_pattern");
        Pattern pattern = null;
        try {
            pattern = text == null ? null : Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            block.problem("file_filter_pattern", "not a regular expression, " + e.getDescription());
        }
        return new Wanted(
                root,
                at < 0 ? null : FileSystems.getDefault().getPathMatcher("glob:" + path),
                block.textOrNull("filename_extension"),
                pattern);
    }

    /// Where the first sign of a glob stands, or -1.
    static int globAt(String text) {
        for (int i = 0; i < text.length(); i++) {
            if ("*?[{".indexOf(text.charAt(i)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    boolean matches(Path file) {
        String name = String.valueOf(file.getFileName());
        return (glob == null || glob.matches(file))
                && (extension == null || name.endsWith(extension))
                && (pattern == null
                        || pattern.matcher(name).matches()
                        || pattern.matcher(file.toString()).matches());
    }

    static boolean isHidden(Path path) {
        String name = String.valueOf(path.getFileName());
        return name.startsWith(".") || name.startsWith("_");
    }
}
