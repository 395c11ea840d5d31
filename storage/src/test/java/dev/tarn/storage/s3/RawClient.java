package dev.tarn.storage.s3;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/// Speaks HTTP and signs by itself, byte for byte, so that a test can break any of it. One
/// connection.
final class RawClient implements AutoCloseable {
    static final String PAYLOAD = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final int port;
    private final S3Keys keys;
    private Socket socket;

    RawClient(int port, S3Keys keys) throws IOException {
        this.port = port;
        this.keys = keys;
        this.socket = connect();
    }

    private Socket connect() throws IOException {
        Socket connected = new Socket(InetAddress.getLoopbackAddress(), port);
        connected.setSoTimeout(10_000);
        return connected;
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Reply(int status, Map<String, String> headers, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /// A request that is signed, and can be changed before it is sent.
    final class Signed {
        String method;
        String target;
        final SequencedMap<String, String> headers = new LinkedHashMap<>();
        byte[] body = {};
        String date = "";
        String scope = "";
        byte[] key = {};
        String signature = "";

        Signed(String method, String target) {
            this.method = method;
            this.target = target;
        }

        Signed header(String name, String value) {
            headers.put(name, value);
            return this;
        }

        Reply send() throws IOException {
            return RawClient.this.send(this);
        }

        /// `aws-chunked`, with or without signatures and a trailer.
        Signed chunked(byte[] content, boolean signed, String trailerName, String trailer)
                throws IOException {
            var out = new ByteArrayOutputStream();
            String previous = signature;
            for (int from = 0; from <= content.length; from += 8192) {
                int length = Math.min(8192, content.length - from);
                if (length > 0) {
                    byte[] chunk = Arrays.copyOfRange(content, from, from + length);
                    previous = chunk(out, chunk, signed, previous);
                }
            }
            previous = chunk(out, new byte[0], signed, previous);
            if (!trailerName.isEmpty()) {
                String line = trailerName + ":" + trailer;
                out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
                if (signed) {
                    String text =
                            String.join(
                                    "\n",
                                    "AWS4-HMAC-SHA256-TRAILER",
                                    date,
                                    scope,
                                    previous,
                                    Hashes.sha256Hex(line + "\n"));
                    out.write(
                            ("x-amz-trailer-signature:"
                                            + Hashes.hex(Hashes.hmac(key, text))
                                            + "\r\n")
                                    .getBytes(StandardCharsets.UTF_8));
                }
            }
            out.write("\r\n".getBytes(StandardCharsets.UTF_8));
            body = out.toByteArray();
            return this;
        }

        private String chunk(
                ByteArrayOutputStream out, byte[] chunk, boolean signed, String previous)
                throws IOException {
            String head = Integer.toHexString(chunk.length);
            String next = previous;
            if (signed) {
                String text =
                        String.join(
                                "\n",
                                "AWS4-HMAC-SHA256-PAYLOAD",
                                date,
                                scope,
                                previous,
                                Hashes.EMPTY,
                                Hashes.hex(Hashes.sha256().digest(chunk)));
                next = Hashes.hex(Hashes.hmac(key, text));
                head += ";chunk-signature=" + next;
            }
            out.write((head + "\r\n").getBytes(StandardCharsets.UTF_8));
            if (chunk.length > 0) {
                out.write(chunk);
                out.write("\r\n".getBytes(StandardCharsets.UTF_8));
            }
            return next;
        }
    }

    /// Signs a request whose target is already encoded.
    Signed sign(String method, String target, String payload, Map<String, String> extra) {
        return sign(method, target, payload, extra, Instant.now());
    }

    Signed sign(
            String method, String target, String payload, Map<String, String> extra, Instant now) {
        var signed = new Signed(method, target);
        signed.date = DATE.format(now);
        String day = signed.date.substring(0, 8);
        signed.scope = day + "/us-east-1/s3/aws4_request";
        var all = new TreeMap<>(extra);
        all.put("host", "127.0.0.1:" + port);
        all.put("x-amz-date", signed.date);
        all.put("x-amz-content-sha256", payload);
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        var query = new ArrayList<String>();
        if (question >= 0) {
            for (String pair : target.substring(question + 1).split("&")) {
                query.add(pair.contains("=") ? pair : pair + "=");
            }
        }
        query.sort(null);
        var text = new StringBuilder(method + "\n" + path + "\n" + String.join("&", query) + "\n");
        all.forEach((name, value) -> text.append(name).append(':').append(value).append('\n'));
        String names = String.join(";", all.keySet());
        text.append('\n').append(names).append('\n').append(payload);
        byte[] key = ("AWS4" + keys.secretKey()).getBytes(StandardCharsets.UTF_8);
        for (String part : List.of(day, "us-east-1", "s3", "aws4_request")) {
            key = Hashes.hmac(key, part);
        }
        signed.key = key;
        signed.signature =
                Hashes.hex(
                        Hashes.hmac(
                                key,
                                String.join(
                                        "\n",
                                        "AWS4-HMAC-SHA256",
                                        signed.date,
                                        signed.scope,
                                        Hashes.sha256Hex(text.toString()))));
        signed.headers.putAll(all);
        signed.headers.put(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s"
                        .formatted(keys.accessKey(), signed.scope, names, signed.signature));
        return signed;
    }

    /// Writes head and body at once and reads one answer.
    Reply send(Signed request) throws IOException {
        var out = new ByteArrayOutputStream();
        var head = new StringBuilder(request.method + " " + request.target + " HTTP/1.1\r\n");
        request.headers.forEach((n, v) -> head.append(n).append(": ").append(v).append("\r\n"));
        boolean wire = request.headers.containsKey("transfer-encoding");
        if (!wire && !request.headers.containsKey("content-length")) {
            head.append("content-length: ").append(request.body.length).append("\r\n");
        }
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        if (wire) {
            out.write(
                    (Integer.toHexString(request.body.length) + "\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            out.write(request.body);
            out.write("\r\n0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
        } else {
            out.write(request.body);
        }
        socket.getOutputStream().write(out.toByteArray());
        socket.getOutputStream().flush();
        return reply(request.method);
    }

    Reply reply(String method) throws IOException {
        InputStream in = socket.getInputStream();
        int status = Integer.parseInt(line(in).split(" ")[1]);
        var headers = new TreeMap<String, String>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    S3Request.lower(line.substring(0, colon)), line.substring(colon + 1).strip());
        }
        if (status == 100) {
            return reply(method);
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        byte[] body = method.equals("HEAD") ? new byte[0] : in.readNBytes(length);
        return new Reply(status, headers, body);
    }

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("The server closed the connection");
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    void reconnect() throws IOException {
        socket.close();
        socket = connect();
    }

    Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
