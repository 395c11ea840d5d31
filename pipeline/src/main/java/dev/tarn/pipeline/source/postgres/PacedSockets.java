package dev.tarn.pipeline.source.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.locks.LockSupport;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/// Sockets that wait a moment for more where little has come.
///
/// A server decodes its log slower than we read it, and sends row by row. A reader that is always
/// there wakes up for a dozen rows each time, which costs more than the rows: measured, a third of
/// what a row of the log cost.
public final class PacedSockets extends SocketFactory {
    /// The driver makes one by its name.
    public PacedSockets() {}

    private static final class Paced extends Socket {
        private @Nullable InputStream in;

        @Override
        public synchronized InputStream getInputStream() throws IOException {
            InputStream open = in;
            if (open == null) {
                open = new PacedStream(super.getInputStream());
                in = open;
            }
            return open;
        }
    }

    /// The bytes of another stream, which is asked again soonest a pause after it has given little.
    static final class PacedStream extends InputStream {
        private static final int BYTES = 64 << 10;
        private static final int LITTLE = BYTES / 2;
        private static final long PAUSE_NANOS = 2_000_000L;

        private final InputStream source;
        private final byte[] bytes = new byte[BYTES];
        private int at;
        private int end;
        private long filledNanos = System.nanoTime() - PAUSE_NANOS;

        PacedStream(InputStream source) {
            this.source = source;
        }

        @Override
        public int read() throws IOException {
            return at == end && !fill() ? -1 : bytes[at++] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (at == end && !fill()) {
                return -1;
            }
            int count = Math.min(length, end - at);
            System.arraycopy(bytes, at, into, offset, count);
            at += count;
            return count;
        }

        private boolean fill() throws IOException {
            if (end < LITTLE) {
                long rest = PAUSE_NANOS - (System.nanoTime() - filledNanos);
                if (rest > 0) {
                    LockSupport.parkNanos(rest);
                }
            }
            int count = source.read(bytes, 0, BYTES);
            filledNanos = System.nanoTime();
            at = 0;
            end = Math.max(0, count);
            return count > 0;
        }

        @Override
        public int available() throws IOException {
            return end - at + source.available();
        }

        @Override
        public void close() throws IOException {
            source.close();
        }
    }

    /// Not connected yet: the only one the driver asks for.
    @Override
    public Socket createSocket() {
        return new Paced();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return createSocket(InetAddress.getByName(host), port);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress from, int fromPort)
            throws IOException {
        return createSocket(InetAddress.getByName(host), port, from, fromPort);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        Socket socket = createSocket();
        socket.connect(new InetSocketAddress(host, port));
        return socket;
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort)
            throws IOException {
        Socket socket = createSocket();
        socket.bind(new InetSocketAddress(from, fromPort));
        socket.connect(new InetSocketAddress(host, port));
        return socket;
    }
}
