package dev.tarn.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// One connection of HTTP/1.1, kept alive, one request at a time. It does as little as can be, so
/// that the load takes little of the machine from the server: a request is bytes made before, an
/// answer is bytes in a buffer that is used again.
final class Connection implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 60_000;

    private final URI address;
    private Socket socket;
    private InputStream in;
    private OutputStream out;
    private final byte[] buffer = new byte[64 * 1024];
    private int position;
    private int limit;
    private byte[] body = new byte[64 * 1024];
    private int length;
    private int status;
    private String etag;

    Connection(URI address) {
        this.address = address;
    }

    /// Sends a request and reads its answer whole; the status.
    int send(byte[] request) throws IOException {
        if (socket == null) {
            open();
        }
        out.write(request);
        out.flush();
        boolean head = request[0] == 'H';
        boolean done = false;
        try {
            read(head);
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
        return status;
    }

    /// The answer's body, as it came: compressed if that was asked for.
    String text() {
        return new String(body, 0, length, StandardCharsets.UTF_8);
    }

    /// The answer's `ETag`, null if it has none.
    String etag() {
        return etag;
    }

    /// Whether the answer's body has the member with this string value, however it is spaced.
    boolean shows(byte[] name, byte[] value) {
        for (int i = 0; i + name.length + value.length < length; i++) {
            if (matches(name, i)) {
                int at = i + name.length;
                while (at < length && (body[at] == ' ' || body[at] == ':')) {
                    at++;
                }
                if (matches(value, at)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean matches(byte[] text, int at) {
        return at + text.length <= length
                && body[at] == text[0]
                && Arrays.equals(body, at, at + text.length, text, 0, text.length);
    }

    private void open() throws IOException {
        socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        int port = address.getPort() < 0 ? 80 : address.getPort();
        socket.connect(new InetSocketAddress(address.getHost(), port), TIMEOUT_MILLIS);
        in = socket.getInputStream();
        out = socket.getOutputStream();
        position = 0;
        limit = 0;
    }

    private void read(boolean head) throws IOException {
        String first = line();
        status = Integer.parseInt(first, 9, 12, 10);
        etag = null;
        long declared = -1;
        boolean chunked = false;
        boolean last = false;
        for (String header = line(); !header.isEmpty(); header = line()) {
            int colon = header.indexOf(':');
            String name = header.substring(0, colon);
            if (name.equalsIgnoreCase("content-length")) {
                declared = Long.parseLong(header.substring(colon + 1).trim());
            } else if (name.equalsIgnoreCase("transfer-encoding")) {
                chunked = header.endsWith("chunked");
            } else if (name.equalsIgnoreCase("etag")) {
                etag = header.substring(colon + 1).trim();
            } else if (name.equalsIgnoreCase("connection")) {
                last = header.regionMatches(true, colon + 2, "close", 0, 5);
            }
        }
        length = 0;
        if (!head && status != 204 && status != 304) {
            if (chunked) {
                for (int size = chunk(); size > 0; size = chunk()) {
                    take(size);
                    line();
                }
                line();
            } else if (declared >= 0) {
                take(Math.toIntExact(declared));
            } else {
                throw new IOException("An answer of unknown length: " + first);
            }
        }
        if (last) {
            close();
        }
    }

    private int chunk() throws IOException {
        String line = line();
        int semicolon = line.indexOf(';');
        return Integer.parseInt(semicolon < 0 ? line : line.substring(0, semicolon), 16);
    }

    private void take(int count) throws IOException {
        if (body.length < length + count) {
            body = Arrays.copyOf(body, Math.max(body.length * 2, length + count));
        }
        int buffered = Math.min(count, limit - position);
        System.arraycopy(buffer, position, body, length, buffered);
        position += buffered;
        length += buffered;
        int missing = count - buffered;
        while (missing > 0) {
            int read = in.read(body, length, missing);
            if (read < 0) {
                throw new EOFException("Connection closed within an answer");
            }
            length += read;
            missing -= read;
        }
    }

    private String line() throws IOException {
        StringBuilder line = null;
        while (true) {
            int begin = position;
            while (position < limit && buffer[position] != '\n') {
                position++;
            }
            String part = new String(buffer, begin, position - begin, StandardCharsets.ISO_8859_1);
            if (position < limit) {
                position++;
                String whole = line == null ? part : line.append(part).toString();
                return whole.endsWith("\r") ? whole.substring(0, whole.length() - 1) : whole;
            }
            line = (line == null ? new StringBuilder() : line).append(part);
            position = 0;
            limit = in.read(buffer);
            if (limit < 0) {
                limit = 0;
                throw new EOFException("Connection closed");
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}
