package dev.tarn.catalog.planning;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.exceptions.NoSuchPlanTaskException;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.ExpressionParser;

/// A part of a scan: some of its data manifests, which are numbered in the order of the manifest
/// list. Clients carry it about as a token, which holds all of it.
///
/// The token is checked against accidents, not against forgery: it can ask for nothing that a
/// request for a plan could not ask for as well, and both are subject to the same permission.
///
/// @param from the first manifest
/// @param to the manifest after the last one
/// @param skip files of the first manifest that were answered already
/// @param rowsWanted rows after which nobody needs more; 0 for all
record PlanTask(Scan scan, int from, int to, int skip, long rowsWanted) {
    private static final byte FORMAT = 1;
    private static final int DIGEST_BYTES = 12;

    /// Filters come in request bodies, which have a limit too.
    private static final int CONTENT_BYTES_MAX = 32 << 20;

    static PlanTask whole(Scan scan, long rowsWanted) {
        return new PlanTask(scan, 0, Integer.MAX_VALUE, 0, rowsWanted);
    }

    PlanTask part(int first, int end, int answered) {
        return new PlanTask(scan, first, end, answered, 0);
    }

    String token(String tableUuid) {
        byte[] content = deflate(content());
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(digest(tableUuid, content));
        bytes.writeBytes(content);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
    }

    /// Reads a token.
    ///
    /// @throws NoSuchPlanTaskException if it is broken, of another table, or its schema is gone
    static PlanTask of(String token, TableMetadata metadata) {
        PlanTask task;
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(token);
            byte[] content = Arrays.copyOfRange(bytes, DIGEST_BYTES, bytes.length);
            byte[] digest = digest(metadata.uuid(), content);
            if (!Arrays.equals(digest, 0, DIGEST_BYTES, bytes, 0, DIGEST_BYTES)) {
                throw new NoSuchPlanTaskException("Plan task does not exist in this table");
            }
            task = read(content, metadata);
        } catch (RuntimeException e) {
            // Whatever a decoder stumbles over, no token of ours had it.
            throw new NoSuchPlanTaskException(e, "Plan task does not exist: %s", e.getMessage());
        } catch (IOException e) {
            throw new NoSuchPlanTaskException(e, "Plan task does not exist: it is cut off");
        }
        return task;
    }

    /// @throws NoSuchPlanTaskException if the snapshot has expired
    void requireSnapshot(TableMetadata metadata) {
        if (metadata.snapshot(scan.snapshotId()) == null) {
            throw new NoSuchPlanTaskException(
                    "Plan task does not exist any more: snapshot %s is gone", scan.snapshotId());
        }
    }

    private byte[] content() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(FORMAT);
            out.writeInt(from);
            out.writeInt(to);
            out.writeInt(skip);
            out.writeLong(rowsWanted);
            out.writeLong(scan.snapshotId());
            out.writeBoolean(scan.startSnapshotId() != null);
            out.writeLong(scan.startSnapshotId() == null ? 0 : scan.startSnapshotId());
            out.writeInt(scan.schemaId());
            out.writeBoolean(scan.caseSensitive());
            out.writeInt(scan.statsFields().size());
            for (String field : scan.statsFields()) {
                out.writeUTF(field);
            }
            out.write(ExpressionParser.toJson(scan.filter()).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write to memory", e);
        }
        return bytes.toByteArray();
    }

    private static PlanTask read(byte[] content, TableMetadata metadata) throws IOException {
        try (var in =
                new DataInputStream(new InflaterInputStream(new ByteArrayInputStream(content)))) {
            if (in.readByte() != FORMAT) {
                throw new IllegalArgumentException("its format is unknown");
            }
            int from = in.readInt();
            int to = in.readInt();
            int skip = in.readInt();
            long rowsWanted = in.readLong();
            long snapshotId = in.readLong();
            boolean incremental = in.readBoolean();
            long startSnapshotId = in.readLong();
            int schemaId = in.readInt();
            Schema schema = metadata.schemasById().get(schemaId);
            if (schema == null || from < 0 || to < from || skip < 0) {
                throw new IllegalArgumentException("schema %s is gone".formatted(schemaId));
            }
            var columns = new Columns(schema, in.readBoolean());
            List<String> statsFields = new ArrayList<>();
            for (int i = in.readInt(); i > 0; i--) {
                statsFields.add(in.readUTF());
            }
            byte[] filter = in.readNBytes(CONTENT_BYTES_MAX);
            Expression read = ExpressionParser.fromJson(new String(filter, StandardCharsets.UTF_8));
            var scan =
                    new Scan(
                            snapshotId,
                            incremental ? startSnapshotId : null,
                            schemaId,
                            columns.filter(read),
                            columns.caseSensitive(),
                            columns.names(statsFields));
            return new PlanTask(scan, from, to, skip, rowsWanted);
        }
    }

    private static byte[] deflate(byte[] content) {
        var bytes = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        try (var out = new DeflaterOutputStream(bytes, deflater)) {
            out.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write to memory", e);
        } finally {
            deflater.end();
        }
        return bytes.toByteArray();
    }

    private static byte[] digest(String tableUuid, byte[] content) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(tableUuid.getBytes(StandardCharsets.UTF_8));
            return Arrays.copyOf(sha256.digest(content), DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
