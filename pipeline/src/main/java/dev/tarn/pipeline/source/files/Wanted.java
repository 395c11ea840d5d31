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
/// @param root a file, or the folder below which they are
/// @param glob for the whole path, null for all below the root
record Wanted(
        String root,
        @Nullable PathMatcher glob,
        @Nullable String extension,
        @Nullable Pattern pattern) {

    /// What is wrong becomes a problem of the block.
    ///
    /// @param root taken literally; ends with a slash if there is a glob
    /// @param glob what follows the root, empty for all below it
    static Wanted of(Block block, String root, String glob) {
        String text = block.textOrNull("file_filter_pattern");
        Pattern pattern = null;
        try {
            pattern = text == null ? null : Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            block.problem("file_filter_pattern", "not a regular expression, " + e.getDescription());
        }
        return new Wanted(
                root,
                glob.isEmpty()
                        ? null
                        : FileSystems.getDefault()
                                .getPathMatcher(
                                        "glob:" + root.replaceAll("[*?\\[{\\\\]", "\\\\$0") + glob),
                block.textOrNull("filename_extension"),
                pattern);
    }

    /// Where the part of a path ends that has no sign of a glob: behind a slash, or at its end.
    static int literalEnd(String path) {
        for (int i = 0; i < path.length(); i++) {
            if ("*?[{".indexOf(path.charAt(i)) >= 0) {
                return path.lastIndexOf('/', i) + 1;
            }
        }
        return path.length();
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
