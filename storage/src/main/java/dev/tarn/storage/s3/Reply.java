package dev.tarn.storage.s3;

import dev.tarn.storage.local.OpenObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;

/// Sends an [Answer].
final class Reply {
    private static final int BUFFER_BYTES = 128 * 1024;

    private Reply() {}

    /// @return bytes of content sent
    static long send(Request request, Response response, Answer answer) throws IOException {
        response.setStatus(answer.status());
        answer.headers()
                .forEach((name, value) -> response.getHeaders().put(new HttpField(name, value)));
        response.getHeaders().put("x-amz-request-id", request.getId());
        boolean head = request.getMethod().equals("HEAD");
        switch (answer.content()) {
            case Answer.Nothing() -> {
                if (!head && answer.status() != 304 && answer.status() != 204) {
                    response.getHeaders().put("Content-Length", 0);
                }
                return 0;
            }
            case Answer.Bytes(byte[] bytes) -> {
                response.getHeaders().put("Content-Length", bytes.length);
                if (head) {
                    return 0;
                }
                Content.Sink.write(response, true, ByteBuffer.wrap(bytes));
                return bytes.length;
            }
            case Answer.Slice(OpenObject object, long from, long length) -> {
                try (object) {
                    return slice(response, object, from, length);
                }
            }
        }
    }

    private static long slice(Response response, OpenObject object, long from, long length)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(Math.clamp(length, 0, BUFFER_BYTES));
        long sent = 0;
        do {
            buffer.clear().limit((int) Math.min(buffer.capacity(), length - sent));
            object.read(from + sent, buffer);
            sent += buffer.position();
            Content.Sink.write(response, sent == length, buffer.flip());
        } while (sent < length);
        return sent;
    }
}
