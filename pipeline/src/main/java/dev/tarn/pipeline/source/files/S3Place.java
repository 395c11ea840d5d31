package dev.tarn.pipeline.source.files;

import dev.tarn.catalog.StoreFileIO;
import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.source.Split;
import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectInfo;
import dev.tarn.storage.StorageException;
import dev.tarn.storage.s3.S3Settings;
import dev.tarn.storage.s3.S3Store;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SeekableInputStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;

/// Objects of an S3. A client lives as long as a listing or the reading of one object: nobody tells
/// a source that its job is over.
final class S3Place implements Place {
    private static final String KEYS_IN_THE_JOB =
            "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider";
    private static final Set<String> PROPERTIES =
            Set.of(
                    "fs.s3a.path.style.access",
                    "fs.s3a.endpoint.region",
                    "fs.s3a.connection.ssl.enabled");
    private static final Pattern AMAZON =
            Pattern.compile("s3[.-]([a-z0-9-]+)\\.amazonaws\\.com(\\.cn)?");

    private final Block block;
    private final String bucket;
    private final @Nullable S3Settings settings;

    /// As they were listed, by name.
    private final Map<String, ObjectInfo> listed = new HashMap<>();

    S3Place(Block block) {
        this.block = block;
        this.bucket = block.text("bucket").replaceFirst("^s3[an]?://", "").replaceFirst("/+$", "");
        if (bucket.isEmpty() || bucket.contains("/")) {
            block.problem(
                    "bucket", "expected s3a://bucket, found '%s'".formatted(block.text("bucket")));
        }
        this.settings = settings(block);
    }

    private static @Nullable S3Settings settings(Block block) {
        String provider = block.textOrNull("fs.s3a.aws.credentials.provider");
        if (provider != null && !provider.equals(KEYS_IN_THE_JOB)) {
            block.problem(
                    "fs.s3a.aws.credentials.provider",
                    "expected %s, found '%s'".formatted(KEYS_IN_THE_JOB, provider));
        }
        Map<String, String> properties = block.texts("hadoop_s3_properties", Map.of());
        properties
                .keySet()
                .forEach(name -> {
                    if (!PROPERTIES.contains(name)) {
                        block.problem(
                                "hadoop_s3_properties." + name, "not supported by this runner");
                    }
                });
        boolean plain = "false".equals(properties.get("fs.s3a.connection.ssl.enabled"));
        String text = block.textOrNull("fs.s3a.endpoint");
        URI endpoint = null;
        if (text != null) {
            try {
                endpoint =
                        URI.create(
                                text.contains("://")
                                        ? text
                                        : (plain ? "http://" : "https://") + text);
            } catch (IllegalArgumentException e) {
                endpoint = URI.create("");
            }
            if (endpoint.getHost() == null) {
                block.problem(
                        "fs.s3a.endpoint", "expected http://host:port, found '%s'".formatted(text));
                return null;
            }
        }
        Matcher amazon = AMAZON.matcher(endpoint == null ? "" : endpoint.getHost());
        boolean amazons =
                endpoint == null
                        || amazon.matches()
                        || endpoint.getHost().equals("s3.amazonaws.com");
        String region = amazons && amazon.matches() ? amazon.group(1) : "us-east-1";
        return new S3Settings(
                endpoint,
                properties.getOrDefault("fs.s3a.endpoint.region", region),
                Boolean.parseBoolean(
                        properties.getOrDefault(
                                "fs.s3a.path.style.access", String.valueOf(!amazons))),
                block.text("access_key"),
                block.text("secret_key"),
                null);
    }

    private S3Store store() {
        if (settings == null) {
            throw new IllegalStateException("A job with problems is not run");
        }
        return new S3Store(settings);
    }

    @Override
    public List<Split> list() {
        if (settings == null || bucket.isEmpty() || bucket.contains("/")) {
            return List.of();
        }
        String path = "/" + block.text("path").replaceFirst("^/+", "");
        int literal = Wanted.literalEnd(path);
        Wanted wanted = Wanted.of(block, path.substring(0, literal), path.substring(literal));
        List<Split> found = new ArrayList<>();
        try (S3Store store = store()) {
            store.requireBucket(bucket);
            collect(store, wanted, found);
        } catch (StorageException | SdkException e) {
            block.problem("bucket", "cannot be listed, " + e.getMessage());
            return List.of();
        }
        if (found.isEmpty()) {
            block.problem(
                    "path",
                    "no object in s3://%s matches %s".formatted(bucket, block.text("path")));
        } else if (found.size() > FILES_MAX) {
            block.problem("path", "matches more than %s objects".formatted(FILES_MAX));
            return List.of();
        }
        found.sort((a, b) -> a.name().compareTo(b.name()));
        return List.copyOf(found);
    }

    private void collect(S3Store store, Wanted wanted, List<Split> found) {
        String root = wanted.root().substring(1);
        if (wanted.glob() == null && !root.isEmpty() && !root.endsWith("/")) {
            Optional<ObjectInfo> one = store.find(location(root));
            if (one.isPresent()) {
                add(one.get(), found);
                return;
            }
            root += "/";
        }
        try (Stream<ObjectInfo> objects = store.list(location(root))) {
            Iterator<ObjectInfo> all = objects.iterator();
            while (all.hasNext() && found.size() <= FILES_MAX) {
                ObjectInfo object = all.next();
                String key = object.location().key();
                if (!key.endsWith("/")
                        && !isHidden(key.substring(root.length()))
                        && wanted.matches(Path.of("/" + key))) {
                    add(object, found);
                }
            }
        }
    }

    private static boolean isHidden(String below) {
        for (String name : below.split("/", -1)) {
            if (name.startsWith(".") || name.startsWith("_")) {
                return true;
            }
        }
        return false;
    }

    private void add(ObjectInfo object, List<Split> found) {
        String name = object.location().toString();
        listed.put(name, object);
        // Its time is told in seconds by some, within which it may have changed: the tag tells.
        found.add(new Split(name, object.size(), 0));
    }

    private Location location(String key) {
        return new Location("s3", bucket, key);
    }

    private ObjectInfo listed(String name) {
        ObjectInfo object = listed.get(name);
        if (object == null) {
            throw new IllegalStateException("Not listed: " + name);
        }
        return object;
    }

    @Override
    public String fingerprint(Split split) {
        ObjectInfo object = listed(split.name());
        return "etag:%s:%s".formatted(object.etag(), object.size());
    }

    @Override
    public @Nullable String changeOrNull(Split split) throws IOException {
        ObjectInfo then = listed(split.name());
        try (S3Store store = store()) {
            Optional<ObjectInfo> now = store.find(then.location());
            if (now.isEmpty()) {
                return "it was deleted while it was read";
            }
            return now.get().etag().equals(then.etag())
                    ? null
                    : "it changed while it was read, %s bytes became %s"
                            .formatted(then.size(), now.get().size());
        } catch (StorageException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public InputFile file(String name) {
        return new S3Input(name, listed(name).size());
    }

    private final class S3Input implements InputFile {
        private final String name;
        private final long size;

        S3Input(String name, long size) {
            this.name = name;
            this.size = size;
        }

        @Override
        public long getLength() {
            return size;
        }

        @Override
        public SeekableInputStream newStream() {
            S3Store store = store();
            try {
                return new OwnStream(store, new StoreFileIO(store).newInputFile(name).newStream());
            } catch (RuntimeException e) {
                store.close();
                throw e;
            }
        }

        @Override
        public String location() {
            return name;
        }

        @Override
        public boolean exists() {
            return true;
        }
    }

    /// A stream with a client of its own.
    private static final class OwnStream extends SeekableInputStream {
        private final S3Store store;
        private final SeekableInputStream stream;

        OwnStream(S3Store store, SeekableInputStream stream) {
            this.store = store;
            this.stream = stream;
        }

        @Override
        public long getPos() throws IOException {
            return stream.getPos();
        }

        @Override
        public void seek(long position) throws IOException {
            stream.seek(position);
        }

        @Override
        public int read() throws IOException {
            try {
                return stream.read();
            } catch (StorageException | NotFoundException e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            try {
                return stream.read(into, offset, length);
            } catch (StorageException | NotFoundException e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        @Override
        public void close() throws IOException {
            try (store) {
                stream.close();
            }
        }
    }
}
