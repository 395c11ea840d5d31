package dev.tarn.app.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// A server of somebody else, who is told of events.
final class Receiver implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final long PATIENCE_SECONDS = 60;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /// What came in.
    record Delivery(String path, Map<String, List<String>> headers, byte[] body) {
        String header(String name) {
            return headers.get(name).getFirst();
        }

        JsonNode json() {
            try {
                return MAPPER.readTree(body);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        String id() {
            return json().path("id").asText();
        }
    }

    /// Answers with a status, however long it takes.
    @FunctionalInterface
    interface Manner {
        int answer(Delivery delivery) throws InterruptedException;
    }

    private final HttpServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition received = lock.newCondition();
    private final List<Delivery> accepted = new ArrayList<>();
    private final List<Delivery> refused = new ArrayList<>();
    private volatile Manner manner = delivery -> 204;

    Receiver() {
        this(0);
    }

    Receiver(int port) {
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        var delivery =
                new Delivery(
                        exchange.getRequestURI().getPath(),
                        Map.copyOf(exchange.getRequestHeaders()),
                        exchange.getRequestBody().readAllBytes());
        int status;
        try {
            status = manner.answer(delivery);
        } catch (InterruptedException e) {
            return;
        }
        lock.lock();
        try {
            (status / 100 == 2 ? accepted : refused).add(delivery);
            received.signalAll();
        } finally {
            lock.unlock();
        }
        if (status / 100 == 3) {
            exchange.getResponseHeaders().add("Location", "http://169.254.169.254/");
        }
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    void behave(Manner next) {
        manner = next;
    }

    int port() {
        return server.getAddress().getPort();
    }

    String url() {
        return "http://127.0.0.1:%s/hook".formatted(port());
    }

    List<Delivery> accepted() {
        lock.lock();
        try {
            return List.copyOf(accepted);
        } finally {
            lock.unlock();
        }
    }

    List<Delivery> refused() {
        lock.lock();
        try {
            return List.copyOf(refused);
        } finally {
            lock.unlock();
        }
    }

    List<String> ids() {
        return accepted().stream().map(Delivery::id).toList();
    }

    /// Waits for something that comes with deliveries, or soon after.
    void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("Accepted " + ids() + ", refused " + refused().size());
            }
            lock.lockInterruptibly();
            try {
                received.awaitNanos(LOOK_NANOS);
            } finally {
                lock.unlock();
            }
        }
    }

    void awaitAccepted(int count) throws InterruptedException {
        await(() -> accepted().size() >= count);
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
