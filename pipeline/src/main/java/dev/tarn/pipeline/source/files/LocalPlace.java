package dev.tarn.pipeline.source.files;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.source.Split;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SeekableInputStream;
import org.jspecify.annotations.Nullable;

/// Files of this machine.
///
/// @param baseDirectory where relative paths begin
record LocalPlace(Block block, Path baseDirectory) implements Place {
    private static final int DEPTH_MAX = 64;

    @Override
    public List<Split> list() {
        String text = block.text("path");
        if (text.startsWith("file:")) {
            text = text.replaceFirst("^file:(//)?", "");
        }
        int literal = Wanted.literalEnd(text);
        String glob = text.substring(literal);
        Path root = baseDirectory.resolve(text.substring(0, literal)).toAbsolutePath().normalize();
        String folder = root.toString().endsWith("/") ? root.toString() : root + "/";
        Wanted wanted = Wanted.of(block, glob.isEmpty() ? root.toString() : folder, glob);
        List<Split> found = new ArrayList<>();
        try {
            walk(root, wanted, found);
        } catch (NoSuchFileException e) {
            block.problem("path", "there is no file or folder " + e.getFile());
            return List.of();
        } catch (AccessDeniedException e) {
            block.problem("path", "no permission to read " + e.getFile());
            return List.of();
        } catch (IOException e) {
            block.problem("path", "cannot list %s, %s".formatted(root, e.getMessage()));
            return List.of();
        }
        if (found.isEmpty()) {
            block.problem("path", "no file matches " + block.text("path"));
        }
        found.sort((a, b) -> a.name().compareTo(b.name()));
        return List.copyOf(found);
    }

    private static void walk(Path root, Wanted wanted, List<Split> into) throws IOException {
        if (Files.isRegularFile(root)) {
            into.add(split(root, Files.readAttributes(root, BasicFileAttributes.class)));
            return;
        }
        Files.walkFileTree(
                root,
                EnumSet.of(FileVisitOption.FOLLOW_LINKS),
                DEPTH_MAX,
                new SimpleFileVisitor<Path>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path folder, BasicFileAttributes attributes) {
                        return !folder.equals(root) && Wanted.isHidden(folder)
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        if (!attributes.isRegularFile()
                                || Wanted.isHidden(file)
                                || !wanted.matches(file)) {
                            return FileVisitResult.CONTINUE;
                        }
                        if (into.size() == FILES_MAX) {
                            throw new IOException("more than " + FILES_MAX + " files");
                        }
                        into.add(split(file, attributes));
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    private static Split split(Path file, BasicFileAttributes attributes) {
        return new Split(
                file.toString(), attributes.size(), attributes.lastModifiedTime().toMillis());
    }

    @Override
    public InputFile file(String name) {
        return new LocalInput(Path.of(name));
    }

    /// The SHA-256 of the content: a copy with a new time is the same file, an edit that kept the
    /// size is not.
    @Override
    public String fingerprint(Split split) throws IOException {
        try (InputStream in = Files.newInputStream(Path.of(split.name()))) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 17];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    @Override
    public @Nullable String changeOrNull(Split split) throws IOException {
        BasicFileAttributes now =
                Files.readAttributes(Path.of(split.name()), BasicFileAttributes.class);
        return now.size() == split.bytes() && now.lastModifiedTime().toMillis() == split.modified()
                ? null
                : "it changed while it was read, %s bytes became %s"
                        .formatted(split.bytes(), now.size());
    }

    private record LocalInput(Path path) implements InputFile {
        @Override
        public long getLength() {
            try {
                return Files.size(path);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public SeekableInputStream newStream() {
            try {
                return new ChannelStream(FileChannel.open(path, StandardOpenOption.READ));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public String location() {
            return path.toString();
        }

        @Override
        public boolean exists() {
            return Files.exists(path);
        }
    }

    private static final class ChannelStream extends SeekableInputStream {
        private final FileChannel channel;

        ChannelStream(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public long getPos() throws IOException {
            return channel.position();
        }

        @Override
        public void seek(long position) throws IOException {
            channel.position(position);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return channel.read(ByteBuffer.wrap(into, offset, length));
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
