package dev.tarn.engine.trino;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;

/// Ports of 127.0.0.1.
final class Ports {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private Ports() {}

    /// A port that was free a moment ago.
    static int free() {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(LOOPBACK, 0));
            return socket.getLocalPort();
        } catch (IOException cause) {
            throw new UncheckedIOException("No free port on 127.0.0.1", cause);
        }
    }

    /// Trino would notice too, but only after ten seconds and in a page of stack traces.
    static void requireFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(LOOPBACK, port));
        } catch (BindException taken) {
            throw new PortTakenException(port, taken);
        } catch (IOException cause) {
            throw new UncheckedIOException(
                    "Port %s of 127.0.0.1 cannot be tried".formatted(port), cause);
        }
    }

    static URI uri(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }
}
