package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.pipeline.source.Mark;
import dev.tarn.store.Database;
import dev.tarn.store.Databases;
import dev.tarn.store.PostgresSettings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarksTest {
    @TempDir Path folder;

    private static Database made(Database database) {
        database.migrate(Ledger.COMPONENT, Ledger.MIGRATIONS);
        return database;
    }

    private static void save(Database database, Marks marks, long number, String partition) {
        database.write(tx -> {
            marks.save(
                    tx,
                    number,
                    "source",
                    partition,
                    new Mark(number, "server\n" + number + "\ncolumns"),
                    "at " + number,
                    number);
            return number;
        });
    }

    private static void goBack(Database database, Marks marks, long to, long number) {
        database.write(tx -> {
            marks.goBack(tx, to, number, number);
            return number;
        });
    }

    @Test
    void onSqlite() {
        try (Database database = made(Databases.sqlite(folder.resolve("store.db")))) {
            anOldMarkCountsUntilThereIsANewerOneAndOldCommitsAreForgotten(database);
        }
    }

    @Test
    void onPostgres() throws IOException {
        try (EmbeddedPostgres server = EmbeddedPostgres.start();
                Database database =
                        made(
                                Databases.postgres(
                                        new PostgresSettings(
                                                server.getJdbcUrl("postgres", "postgres"),
                                                "postgres",
                                                "postgres",
                                                4)))) {
            anOldMarkCountsUntilThereIsANewerOneAndOldCommitsAreForgotten(database);
        }
    }

    private static void anOldMarkCountsUntilThereIsANewerOneAndOldCommitsAreForgotten(
            Database database) {
        var marks = new Marks(database, "p", 20);
        new Marks(database, "other", 20);
        save(database, marks, 1, "b");
        save(database, marks, 3, "b");
        for (long number = 4; number <= 300; number++) {
            save(database, marks, number, "a");
        }
        goBack(database, marks, 290, 301);
        assertThat(marks.of("source"))
                .isEqualTo(
                        Map.of(
                                "a", new Mark(290, "server\n290\ncolumns"),
                                "b", new Mark(3, "server\n3\ncolumns")));
        for (long gone : new long[] {1, 3, 200, 281}) {
            assertThatThrownBy(() -> goBack(database, marks, gone, 302))
                    .hasMessageContaining("it knows that of commits between 282 and 301");
        }
        assertThat(database.<Integer>read(tx -> marks.past(tx, 1_000).size())).isEqualTo(20);
        goBack(database, marks, 300, 302);
        assertThat(marks.of("source").get("a").next()).isEqualTo(300);
        assertThatThrownBy(() -> goBack(database, new Marks(database, "other"), 1, 1))
                .hasMessageContaining("it has read no log yet");
    }
}
