package dev.tarn.app.clients;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/// Ports for programs that cannot be told to take any free one.
final class Ports {
    private Ports() {}

    static int free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
