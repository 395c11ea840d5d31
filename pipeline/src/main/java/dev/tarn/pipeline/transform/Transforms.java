package dev.tarn.pipeline.transform;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.row.Columns;
import java.util.List;

/// Makes the transforms of a job from their blocks.
public final class Transforms {

    /// All there are. The reference page is printed from them.
    public static final List<OptionTable> OPTIONS =
            List.of(
                    Projections.FIELD_MAPPER,
                    Projections.FILTER,
                    Kinds.FILTER_ROW_KIND,
                    Projections.COPY,
                    Replacing.REPLACE,
                    Splitting.SPLIT,
                    Projections.FIELD_RENAME,
                    Renaming.TABLE_RENAME,
                    Telling.METADATA,
                    Telling.ROW_KIND_EXTRACTOR,
                    Extracting.JSON_PATH,
                    Selecting.SQL);

    private Transforms() {}

    /// The transform of a block, applied to these columns. What is wrong becomes a problem of the
    /// block.
    public static Transform of(Block block, Columns from) {
        String tables = block.textOrNull("table_match_regex");
        if (tables != null
                && !Fields.pattern(block, "table_match_regex", tables)
                        .matcher(from.path() == null ? "" : from.path())
                        .matches()) {
            return new Same(from);
        }
        return switch (block.plugin()) {
            case "FieldMapper" -> Projections.fieldMapper(block, from);
            case "Filter" -> Projections.filter(block, from);
            case "FilterRowKind" -> Kinds.of(block, from);
            case "Copy" -> Projections.copy(block, from);
            case "Replace" -> Replacing.of(block, from);
            case "Split" -> Splitting.of(block, from);
            case "TableRename" -> Renaming.ofTable(block, from);
            case "Metadata" -> Telling.places(block, from);
            case "RowKindExtractor" -> Telling.kinds(block, from);
            case "JsonPath" -> Extracting.of(block, from);
            case "Sql" -> Selecting.of(block, from);
            default -> Projections.fieldRename(block, from);
        };
    }
}
