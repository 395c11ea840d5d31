package dev.tarn.app.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Everything that can be set, checked and with its defaults. `docs/reference/config.md` is printed
/// from this file.
///
/// @param data the folder everything lives in
/// @param host the address everything listens on
/// @param warehouse the name of the default warehouse, and of its bucket in the built-in storage
public record Config(
        Path data,
        String host,
        String warehouse,
        Catalog catalog,
        Store store,
        Storage storage,
        Sql sql,
        Events events,
        Log log) {

    /// @param dropRetention of warehouses that have none of their own
    public record Catalog(int port, Duration dropRetention) {
        static Catalog read(Section section) {
            return new Catalog(
                    section.port("port", 8181, "Port of the Iceberg REST catalog and of `/api`"),
                    section.duration(
                            "drop-retention",
                            "7d",
                            "How long a dropped table or view can be restored, in warehouses that"
                                    + " say nothing else; `0s` makes a drop final"));
        }
    }

    /// @param url `sqlite` for a file in the data folder, or
    ///   `postgresql://user:password@host/database`
    /// @param fsync of SQLite; false gives up that the last changes survive a power cut
    public record Store(String url, int connections, boolean fsync) {
        static Store read(Section section) {
            Store store =
                    new Store(
                            section.address(
                                    "url",
                                    "sqlite",
                                    "Where rows are kept: `sqlite` for a file in the data folder,"
                                            + " or `postgresql://user:password@host:5432/database`."
                                            + " `store = …` is short for it"),
                            section.count("connections", 8, "Connections to PostgreSQL at most"),
                            section.flag(
                                    "fsync",
                                    true,
                                    "Whether SQLite syncs each change. Without, what was answered"
                                        + " in the last moments may be gone after a power cut, and"
                                        + " nothing else: for tests and measurements"));
            if (!store.url.equals("sqlite") && store.postgresql() == null) {
                section.problem(
                        "url",
                        "expected sqlite or postgresql://user:password@host/database, found "
                                + Section.masked(store.url));
            }
            return store;
        }

        /// The address of PostgreSQL, null if rows are in SQLite.
        public @Nullable Postgresql postgresql() {
            return Postgresql.parse(url);
        }
    }

    /// An address of PostgreSQL, apart.
    public record Postgresql(String jdbcUrl, String user, Secret password) {
        static @Nullable Postgresql parse(String url) {
            if (!url.startsWith("postgresql://") && !url.startsWith("postgres://")) {
                return null;
            }
            URI uri;
            try {
                uri = URI.create(url);
            } catch (IllegalArgumentException e) {
                return null;
            }
            String path = uri.getPath();
            if (uri.getHost() == null || path == null || path.length() < 2) {
                return null;
            }
            String userInfo = uri.getUserInfo() == null ? "" : uri.getUserInfo();
            int colon = userInfo.indexOf(':');
            return new Postgresql(
                    "jdbc:postgresql://%s:%d%s%s"
                            .formatted(
                                    uri.getHost(),
                                    uri.getPort() < 0 ? 5432 : uri.getPort(),
                                    uri.getRawPath(),
                                    uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()),
                    colon < 0 ? userInfo : userInfo.substring(0, colon),
                    new Secret(colon < 0 ? "" : userInfo.substring(colon + 1)));
        }
    }

    public enum StorageKind {
        BUILTIN,
        S3,
        LOCAL
    }

    /// @param port of the built-in S3 endpoint
    /// @param folder of the built-in storage, or of plain files
    /// @param keyLifetime of keys that clients are given
    /// @param fsync of files; false gives up that the last ones survive a power cut
    public record Storage(
            StorageKind kind, int port, Path folder, Duration keyLifetime, boolean fsync, S3 s3) {
        private static final Duration KEY_LIFETIME_MIN = Duration.ofMinutes(15);
        private static final Duration KEY_LIFETIME_MAX = Duration.ofHours(12);

        static Storage read(Section section, Path data) {
            Storage storage =
                    new Storage(
                            section.choice(
                                    "kind",
                                    StorageKind.BUILTIN,
                                    StorageKind.values(),
                                    "Where bytes are kept: `builtin` is an S3 endpoint of Tarn's"
                                            + " own over a folder, `s3` any other S3, `local` plain"
                                            + " files"),
                            section.port("port", 9000, "Port of the built-in S3 endpoint"),
                            section.pathWithin(
                                    "folder",
                                    data,
                                    "objects",
                                    "Folder of `builtin` and of `local`"),
                            section.duration(
                                    "key-lifetime",
                                    "1h",
                                    "How long keys live that a client is given to one table, from"
                                            + " 15m to 12h"),
                            section.flag(
                                    "fsync",
                                    true,
                                    "Whether `builtin` and `local` sync each file. Without, files"
                                        + " written in the last moments may be gone or empty after"
                                        + " a power cut while tables name them: for tests and"
                                        + " measurements"),
                            S3.read(section.section("s3")));
            if (storage.keyLifetime.compareTo(KEY_LIFETIME_MIN) < 0
                    || storage.keyLifetime.compareTo(KEY_LIFETIME_MAX) > 0) {
                section.problem(
                        "key-lifetime", "expected 15m to 12h, found " + storage.keyLifetime);
            }
            if (storage.kind == StorageKind.S3) {
                storage.s3.check(section.section("s3"));
            }
            return storage;
        }
    }

    /// An S3 that others run.
    public record S3(
            @Nullable String endpoint,
            String region,
            boolean pathStyle,
            @Nullable String bucket,
            String prefix,
            @Nullable Secret accessKey,
            @Nullable Secret secretKey,
            Sts sts,
            boolean vendOwnKeys) {
        static S3 read(Section section) {
            return new S3(
                    section.optional("endpoint", "Address such as `https://s3.example.com`"),
                    section.text("region", "us-east-1", "Region that requests are signed for"),
                    section.flag(
                            "path-style",
                            true,
                            "Whether the bucket stands in the path, not in the host name"),
                    section.optional("bucket", "Bucket of the default warehouse; it must exist"),
                    section.text("prefix", "", "Where in the bucket the default warehouse begins"),
                    section.secret("access-key", "Key id"),
                    section.secret("secret-key", "Key"),
                    Sts.read(section.section("sts")),
                    section.flag(
                            "vend-own-keys",
                            false,
                            "Whether a client that asks for keys gets the ones above where there is"
                                    + " no STS: they open everything and do not expire"));
        }

        private void check(Section section) {
            String missing = "missing, required when storage.kind is s3";
            if (endpoint == null) {
                section.problem("endpoint", missing);
            } else if (!endpoint.matches("https?://[^/]+/?")) {
                section.problem("endpoint", "expected https://host:port, found " + endpoint);
            }
            if (bucket == null) {
                section.problem("bucket", missing);
            }
            if (accessKey == null) {
                section.problem("access-key", missing);
            }
            if (secretKey == null) {
                section.problem("secret-key", missing);
            }
            sts.check(section.section("sts"));
            if (sts.enabled() && vendOwnKeys) {
                section.problem("vend-own-keys", "expected false where there is an STS");
            }
        }
    }

    /// Where keys to one table come from.
    ///
    /// @param roleArn not looked at by stores such as MinIO
    public record Sts(boolean enabled, @Nullable String endpoint, String roleArn) {
        private static final String ANY_ROLE = "arn:aws:iam::000000000000:role/tarn";

        static Sts read(Section section) {
            return new Sts(
                    section.flag(
                            "enabled",
                            false,
                            "Whether clients that ask get keys to one table, by AssumeRole"),
                    section.optional(
                            "endpoint", "Address of the STS, AWS's own if there is none here"),
                    section.text(
                            "role-arn",
                            ANY_ROLE,
                            "Role that is assumed; stores such as MinIO do not look at it"));
        }

        private void check(Section section) {
            if (endpoint != null && !endpoint.matches("https?://[^/]+/?")) {
                section.problem("endpoint", "expected https://host:port, found " + endpoint);
            }
        }
    }

    /// @param heap of the Trino process, in bytes
    public record Sql(boolean enabled, int port, long heap) {
        static Sql read(Section section) {
            return new Sql(
                    section.flag("enabled", true, "Whether Trino is started"),
                    section.port("port", 8080, "Port of Trino"),
                    section.size("heap", "1GiB", "Heap of the Trino process"));
        }
    }

    /// @param retention how long an event can be read
    public record Events(Duration retention) {
        static Events read(Section section) {
            return new Events(
                    section.duration(
                            "retention",
                            "30d",
                            "How long the changes of the catalog can be read from `/api/events`"));
        }
    }

    public enum LogLevel {
        ERROR,
        WARN,
        INFO,
        DEBUG
    }

    public record Log(LogLevel level, long sizeMax, int files) {
        static Log read(Section section) {
            return new Log(
                    section.choice(
                            "level",
                            LogLevel.INFO,
                            LogLevel.values(),
                            "Least level that is written to `logs/tarn.log`"),
                    section.size("size-max", "16MiB", "Size at which the next log file begins"),
                    section.count("files", 5, "Log files kept"));
        }
    }

    static Config read(Section root) {
        Path data = root.path("data", "~/.tarn", "Folder everything lives in");
        Config config =
                new Config(
                        data,
                        root.text("host", "127.0.0.1", "Address that everything listens on"),
                        root.text(
                                "warehouse",
                                "lake",
                                "Name of the default warehouse, and of its bucket in the built-in"
                                        + " storage"),
                        Catalog.read(root.section("catalog")),
                        Store.read(root.section("store")),
                        Storage.read(root.section("storage"), data),
                        Sql.read(root.section("sql")),
                        Events.read(root.section("events")),
                        Log.read(root.section("log")));
        if (!config.warehouse.matches("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")) {
            root.problem(
                    "warehouse", "expected 3 to 63 of a-z, 0-9 and -, found " + config.warehouse);
        }
        if (!isLoopback(config.host)) {
            root.problem(
                    "host",
                    "%s can be reached by others, and there is no authentication to keep them out; expected 127.0.0.1"
                            .formatted(config.host));
        }
        config.checkPorts(root);
        return config;
    }

    private void checkPorts(Section root) {
        if (storage.kind == StorageKind.BUILTIN
                && storage.port != 0
                && storage.port == catalog.port) {
            root.problem(
                    "storage.port", "%d is the port of the catalog, too".formatted(storage.port));
        }
        if (sql.enabled
                && sql.port != 0
                && (sql.port == catalog.port || sql.port == storage.port)) {
            root.problem("sql.port", "%d is the port of another part, too".formatted(sql.port));
        }
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost")
                || host.equals("::1")
                || host.matches("127(\\.\\d{1,3}){3}");
    }
}
