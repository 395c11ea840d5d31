package dev.tarn.app.http.rest;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.tarn.app.http.Response;
import dev.tarn.catalog.Page;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

/// The names of tables or views as JSON, written straight to bytes: for a namespace of thousands
/// the serializer of identifiers costs more than reading their rows.
final class IdentifierList {
    private static final JsonStringEncoder ENCODER = JsonStringEncoder.getInstance();
    private static final int ITEM_BYTES = 64;

    private IdentifierList() {}

    static Response response(Page<TableIdentifier> page) {
        return Response.of(200, "application/json", json(page));
    }

    static byte[] json(Page<TableIdentifier> page) {
        var json = new ByteArrayOutputStream(ITEM_BYTES * (page.items().size() + 1));
        json.writeBytes(ascii("{\"identifiers\":["));
        Namespace namespace = Namespace.empty();
        byte[] start = start(namespace);
        byte[] end = ascii("\"}");
        boolean first = true;
        for (TableIdentifier item : page.items()) {
            if (!item.namespace().equals(namespace)) {
                namespace = item.namespace();
                start = start(namespace);
            }
            if (!first) {
                json.write(',');
            }
            first = false;
            json.writeBytes(start);
            json.writeBytes(ENCODER.quoteAsUTF8(item.name()));
            json.writeBytes(end);
        }
        json.writeBytes(ascii("],\"next-page-token\":"));
        writeText(json, page.nextToken());
        json.write('}');
        return json.toByteArray();
    }

    /// All of an item up to its name.
    private static byte[] start(Namespace namespace) {
        var start = new ByteArrayOutputStream();
        start.writeBytes(ascii("{\"namespace\":["));
        String between = "";
        for (String level : List.of(namespace.levels())) {
            start.writeBytes(ascii(between));
            writeText(start, level);
            between = ",";
        }
        start.writeBytes(ascii("],\"name\":\""));
        return start.toByteArray();
    }

    private static void writeText(ByteArrayOutputStream json, @Nullable String text) {
        if (text == null) {
            json.writeBytes(ascii("null"));
            return;
        }
        json.write('"');
        json.writeBytes(ENCODER.quoteAsUTF8(text));
        json.write('"');
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
