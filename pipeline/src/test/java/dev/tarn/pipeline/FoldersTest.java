package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files in folders named `column=value`.
class FoldersTest {
    @TempDir Path folder;

    private static String ofFolders(String options) {
        return """
        env { job.name = folders }
        source { LocalFile { path = in, file_format_type = json, schema { fields { id = bigint } } %s } }
        sink { Iceberg { namespace = t, table = folders } }
        """
                .formatted(options);
    }

    @Test
    void foldersAreColumns() throws Exception {
        try (var world = new World(folder)) {
            world.file("in/day=2024-02-01/place=a%20b/1.json", "{\"id\":1}\n{\"id\":2}\n");
            world.file("in/day=2024-02-02/place=x=y/a=b.json", "{\"id\":3}\n");
            world.file("in/day=__HIVE_DEFAULT_PARTITION__/place=100%/1.json", "{\"id\":4}\n");
            assertThat(world.run(ofFolders("")).message()).isEqualTo("finished");
            assertThat(world.byFirst("t.folders").values())
                    .containsExactly(
                            "1|2024-02-01|a b",
                            "2|2024-02-01|a b",
                            "3|2024-02-02|x=y",
                            "4|null|100%");
            assertThat(world.table("t.folders").schema().findField("day").type())
                    .isEqualTo(Types.StringType.get());
        }
    }

    @Test
    void foldersThatCannotBeColumnsAreTold() throws Exception {
        try (var world = new World(folder)) {
            world.file("in/id=7/1.json", "{\"id\":1}\n");
            assertThatThrownBy(() -> world.run(ofFolders("")))
                    .hasMessageContaining("column id is in the files and in the name of a folder");
            assertThat(world.run(ofFolders(", parse_partition_from_path = false")).message())
                    .isEqualTo("finished");
            assertThat(world.column("t.folders", "id")).containsExactly(1L);
            world.file("in/other=7/1.json", "{\"id\":1}\n");
            assertThatThrownBy(() -> world.run(ofFolders("")))
                    .hasMessageContaining("expected all files in folders of the same columns")
                    .hasMessageContaining("in/other=7/1.json");
        }
    }
}
