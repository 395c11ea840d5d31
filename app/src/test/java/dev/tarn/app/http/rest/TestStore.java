package dev.tarn.app.http.rest;

import dev.tarn.store.Database;
import dev.tarn.store.Databases;
import dev.tarn.store.PostgresSettings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/// The two kinds of rows, each opened empty.
public enum TestStore {
    SQLITE {
        @Override
        public Database open(Path folder) {
            return Databases.sqlite(folder.resolve("catalog.db"));
        }
    },
    POSTGRES {
        @Override
        public Database open(Path folder) {
            return Databases.postgres(Postgres.freshDatabase());
        }
    };

    public abstract Database open(Path folder);

    /// One server for all tests of this JVM, started by the first that needs it.
    private static final class Postgres {
        private static final EmbeddedPostgres SERVER = start();
        private static final AtomicInteger COUNT = new AtomicInteger();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder()
                        .setServerConfig("fsync", "off")
                        .setServerConfig("max_connections", "100")
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot start PostgreSQL", e);
            }
        }

        static PostgresSettings freshDatabase() {
            String name = "tarn" + COUNT.incrementAndGet();
            try (Connection connection = SERVER.getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE DATABASE " + name);
            } catch (SQLException e) {
                throw new IllegalStateException("Cannot create database " + name, e);
            }
            return new PostgresSettings(
                    SERVER.getJdbcUrl("postgres", name), "postgres", "postgres", 8);
        }
    }
}
