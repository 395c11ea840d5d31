package dev.tarn.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tarn.pipeline.sink.Branch;
import dev.tarn.pipeline.sink.Written;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.ContentFileParser;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.catalog.TableIdentifierParser;
import org.jspecify.annotations.Nullable;

/// What one table of another catalog is going to get, as the ledger keeps it until the table has
/// it.
///
/// @param catalog title of the table's catalog
/// @param id the snapshot's, so that it is made once
/// @param base the table's snapshot when this was decided, null if there was none
/// @param content the files as JSON
record Pending(
        long sequence,
        String catalog,
        TableIdentifier table,
        String id,
        String uuid,
        Branch branch,
        @Nullable Long base,
        String content) {

    /// The property of a snapshot that holds the id.
    static final String PROPERTY = "tarn.commit-id";

    private static final ObjectMapper JSON = new ObjectMapper();

    static String text(TableIdentifier table) {
        return TableIdentifierParser.toJson(table);
    }

    static TableIdentifier table(String text) {
        return TableIdentifierParser.fromJson(text);
    }

    /// @param shown what the commit shows, null if nothing
    static String content(
            Written written, Map<Integer, PartitionSpec> specs, @Nullable Hidden shown) {
        ObjectNode json = JSON.createObjectNode();
        if (shown != null) {
            json.put("shown-by", shown.home().name());
        }
        add(json.putArray("data"), written.data(), specs);
        add(json.putArray("deletes"), written.deletes(), specs);
        add(json.putArray("replaced"), written.replaced(), specs);
        ArrayNode touched = json.putArray("touched");
        written.touched().forEach(touched::add);
        return json.toString();
    }

    private static void add(
            ArrayNode array,
            List<? extends ContentFile<?>> files,
            Map<Integer, PartitionSpec> specs) {
        for (ContentFile<?> file : files) {
            PartitionSpec spec = specs.get(file.specId());
            if (spec == null) {
                throw new IllegalStateException("A file of no spec of its table");
            }
            array.addRawValue(
                    new com.fasterxml.jackson.databind.util.RawValue(
                            ContentFileParser.toJson(file, spec)));
        }
    }

    /// What the table shows with this commit, null if nothing that was hidden.
    @Nullable Hidden shown() {
        String home = json().path("shown-by").asText();
        return home.isEmpty() ? null : new Hidden(new Branch(home), branch);
    }

    /// The files.
    Written written(Table now) {
        JsonNode json = json();
        List<DataFile> data = new ArrayList<>();
        json.path("data")
                .forEach(f -> data.add((DataFile) ContentFileParser.fromJson(f, now.specs())));
        List<String> touched = new ArrayList<>();
        json.path("touched").forEach(path -> touched.add(path.asText()));
        return new Written(
                data,
                deletes(json.path("deletes"), now),
                deletes(json.path("replaced"), now),
                touched);
    }

    private JsonNode json() {
        try {
            return JSON.readTree(content);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The ledger holds what is no JSON: " + content, e);
        }
    }

    private static List<DeleteFile> deletes(JsonNode files, Table now) {
        List<DeleteFile> deletes = new ArrayList<>();
        files.forEach(f -> deletes.add((DeleteFile) ContentFileParser.fromJson(f, now.specs())));
        return deletes;
    }

    /// @throws PipelineException if a commit into another catalog than this one is not done
    static void requireNone(Ledger ledger, String title) {
        for (Pending pending : ledger.pending()) {
            if (!pending.catalog().equals(title)) {
                throw new PipelineException(
                        "A commit into table %s of the catalog %s is not done, and the job goes to %s: run it once with iceberg.catalog.config as it was, or with --again"
                                .formatted(pending.table(), pending.catalog(), title));
            }
        }
    }
}
