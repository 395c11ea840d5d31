package dev.tarn.bench;

import java.net.URI;
import java.nio.charset.StandardCharsets;

/// Bytes of requests.
final class Requests {
    private Requests() {}

    /// @param headers more lines, each ended by `\r\n`
    /// @param body JSON, null for none
    static byte[] of(
            String method, URI address, String token, String path, String headers, String body) {
        byte[] bytes = body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder(256);
        String base = address.getRawPath() == null ? "" : address.getRawPath();
        head.append(method).append(' ');
        head.append(base.endsWith("/") ? base.substring(0, base.length() - 1) : base);
        head.append(path).append(" HTTP/1.1\r\nHost: ").append(address.getAuthority());
        head.append("\r\nAccept: application/json\r\n").append(headers);
        if (token != null) {
            head.append("Authorization: Bearer ").append(token).append("\r\n");
        }
        if (body != null) {
            head.append("Content-Type: application/json\r\nContent-Length: ");
            head.append(bytes.length).append("\r\n");
        }
        head.append("\r\n");
        byte[] first = head.toString().getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = new byte[first.length + bytes.length];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(bytes, 0, all, first.length, bytes.length);
        return all;
    }
}
