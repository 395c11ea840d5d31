package dev.tarn.app.http.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tarn.catalog.planning.ScanTasks;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.rest.PlanStatus;
import org.apache.iceberg.rest.TableScanResponseParser;
import org.apache.iceberg.rest.credentials.Credential;
import org.apache.iceberg.rest.credentials.CredentialParser;
import org.apache.iceberg.rest.responses.ErrorResponse;
import org.apache.iceberg.util.DeleteFileSet;
import org.apache.iceberg.util.JsonUtil;
import org.jspecify.annotations.Nullable;

/// The answers of scan planning, field by field: Iceberg's own classes of them can be read by
/// clients, but only its tests can make one.
final class PlanJson {
    private PlanJson() {}

    /// @param planId null where the client knows it
    static byte[] completed(
            @Nullable String planId, ScanTasks tasks, List<Credential> credentials) {
        return object(out -> {
            status(PlanStatus.COMPLETED, planId, out);
            if (!credentials.isEmpty()) {
                out.writeArrayFieldStart("storage-credentials");
                for (Credential credential : credentials) {
                    CredentialParser.toJson(credential, out);
                }
                out.writeEndArray();
            }
            tasks(tasks, out);
        });
    }

    /// A plan that has not come to its end, or was stopped before.
    static byte[] unfinished(PlanStatus status, @Nullable String planId) {
        return object(out -> status(status, planId, out));
    }

    static byte[] failed(ErrorResponse error) {
        return object(out -> {
            status(PlanStatus.FAILED, null, out);
            out.writeObjectFieldStart("error");
            out.writeStringField("message", error.message());
            out.writeStringField("type", error.type());
            out.writeNumberField("code", error.code());
            out.writeEndObject();
        });
    }

    static byte[] tasks(ScanTasks tasks) {
        return object(out -> tasks(tasks, out));
    }

    private static void status(PlanStatus status, @Nullable String planId, JsonGenerator out)
            throws IOException {
        out.writeStringField("status", status.status());
        if (planId != null) {
            out.writeStringField("plan-id", planId);
        }
    }

    /// A delete file is told once, however many files it belongs to; they point to it by index.
    private static void tasks(ScanTasks tasks, JsonGenerator out) throws IOException {
        if (!tasks.planTasks().isEmpty()) {
            JsonUtil.writeStringArray("plan-tasks", tasks.planTasks(), out);
        }
        DeleteFileSet deletes = DeleteFileSet.create();
        tasks.files().forEach(file -> deletes.addAll(file.deletes()));
        List<DeleteFile> ordered = new ArrayList<>(deletes);
        TableScanResponseParser.serializeScanTasks(tasks.files(), ordered, tasks.specs(), out);
    }

    @FunctionalInterface
    private interface Fields {
        void write(JsonGenerator out) throws IOException;
    }

    private static byte[] object(Fields fields) {
        var bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = JsonUtil.factory().createGenerator(bytes)) {
            out.writeStartObject();
            fields.write(out);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write to memory", e);
        }
        return bytes.toByteArray();
    }
}
