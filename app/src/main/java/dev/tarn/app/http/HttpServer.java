package dev.tarn.app.http;

import dev.tarn.app.metrics.Metrics;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler.Abstract;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An HTTP/1.1 server that answers [Routes]: what is quick at once, each other request on a virtual
/// thread of its own.
///
/// The path is taken as it was sent and split before it is decoded, so that a name may have any
/// character: Jetty's own rules would refuse `%2F`, `%1F` and `%25`.
public final class HttpServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HttpServer.class);
    private static final java.util.logging.Logger REQUESTS =
            java.util.logging.Logger.getLogger(HttpServer.class.getName());

    /// Acceptor, selectors and a few more.
    private static final int PLATFORM_THREADS_MAX = 24;

    private static final int PLATFORM_THREADS_MIN = 4;

    private static final int DRAINED_BYTES_MAX = 64 << 10;

    /// Each is a thread that answers what is quick.
    private static final int SELECTORS =
            Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 8);

    /// Request line and headers; `referenced-by` names chains of views in the URL.
    private static final int HEADER_BYTES_MAX = 64 << 10;

    private final HttpSettings settings;
    private final Routes routes;
    private final Metrics metrics;
    private final Executor waiting = VirtualThreads.getNamedVirtualThreadsExecutor("http-");
    private final Server server;
    private final ServerConnector connector;

    public HttpServer(HttpSettings settings, Routes routes, Metrics metrics) {
        this.settings = settings;
        this.routes = routes;
        this.metrics = metrics;

        QueuedThreadPool threads = new QueuedThreadPool(PLATFORM_THREADS_MAX, PLATFORM_THREADS_MIN);
        threads.setName("http");
        server = new Server(threads);
        server.setStopTimeout(settings.stopDuration().toMillis());
        server.setErrorHandler(HttpServer::refuse);
        server.setHandler(new GracefulHandler(new Dispatch()));

        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(HEADER_BYTES_MAX);
        http.setUriCompliance(UriCompliance.UNSAFE);
        connector = new ServerConnector(server, 1, SELECTORS, new HttpConnectionFactory(http));
        connector.setHost(settings.host());
        connector.setPort(settings.port());
        connector.setIdleTimeout(settings.idleDuration().toMillis());
        server.addConnector(connector);
        server.addBean(new NetworkConnectionLimit(settings.connectionsMax(), connector));
    }

    /// Listens from now on.
    ///
    /// @throws UncheckedIOException if the address is taken or is not ours
    public void start() {
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot listen on %s:%s: %s"
                            .formatted(settings.host(), settings.port(), e.getMessage()),
                    e);
        } catch (Exception e) {
            throw new IllegalStateException("Cannot start the HTTP server", e);
        }
    }

    public String host() {
        return settings.host();
    }

    /// The port it listens on, also where any free one was asked for.
    public int port() {
        return connector.getLocalPort();
    }

    /// Accepts nothing more, lets requests under way end, and stops.
    @Override
    public void close() {
        try {
            server.stop();
        } catch (TimeoutException e) {
            log.info(
                    "http stopped, requests of more than {} were cut off", settings.stopDuration());
        } catch (Exception e) {
            throw new IllegalStateException("Cannot stop the HTTP server", e);
        }
    }

    /// What is quick is answered on the network's own thread: to hand a request to another one and
    /// back costs as much as all else that a small one needs. Whatever may wait goes to a virtual
    /// thread.
    private final class Dispatch extends Abstract.NonBlocking {

        @Override
        public boolean handle(
                org.eclipse.jetty.server.Request from,
                org.eclipse.jetty.server.Response to,
                Callback callback) {
            long begin = System.nanoTime();
            Call call = call(from);
            if (call.quick()) {
                try {
                    finish(from, to, callback, answer(from, call, true), begin);
                    return true;
                } catch (MustWaitException e) {
                    // Asked again below.
                }
            }
            waiting.execute(() -> {
                Answer answer = answer(from, call, false);
                drain(from);
                finish(from, to, callback, answer, begin);
            });
            return true;
        }
    }

    /// Takes what is left of a body that the route did not read: the connection would be closed
    /// over it, under the client's next request. A large one, or one that waits to be asked for, is
    /// not worth it.
    private static void drain(org.eclipse.jetty.server.Request from) {
        if (isReadOnly(from.getMethod())
                || from.getLength() > DRAINED_BYTES_MAX
                || from.getHeaders().contains("Expect")) {
            return;
        }
        try (InputStream rest = Content.Source.asInputStream(from)) {
            rest.readNBytes(DRAINED_BYTES_MAX);
        } catch (IOException e) {
            log.debug("body ended early", e);
        }
    }

    private void finish(
            org.eclipse.jetty.server.Request from,
            org.eclipse.jetty.server.Response to,
            Callback callback,
            Answer answer,
            long begin) {
        try {
            if (answer.response().stream() != null) {
                // How long a client listens is not how long it waited for an answer.
                record(from, answer, Duration.ofNanos(System.nanoTime() - begin));
                send(from, to, answer.response(), callback);
                return;
            }
            send(from, to, answer.response(), callback);
            record(from, answer, Duration.ofNanos(System.nanoTime() - begin));
        } catch (RuntimeException | Error e) {
            callback.failed(e);
            throw e;
        }
    }

    /// @param template of the route, or a word where there is none: metrics must not grow with
    ///   paths
    private record Answer(String template, Response response, @Nullable Throwable thrown) {}

    /// A request that found its route, or how it was refused.
    private record Call(
            String template,
            @Nullable Route route,
            @Nullable Request request,
            @Nullable RuntimeException refused) {

        boolean quick() {
            return route != null && route.quick();
        }
    }

    private Call call(org.eclipse.jetty.server.Request from) {
        String template = "unknown";
        try {
            LocalCallers.require(settings.host(), name -> from.getHeaders().get(name));
            String path = from.getHttpURI().getPath();
            if (path == null || !path.startsWith("/")) {
                throw HttpException.unknownPath(from.getMethod(), String.valueOf(path));
            }
            List<String> raw = Route.segments(path);
            if (raw.size() > 1 && raw.getLast().isEmpty()) {
                raw = raw.subList(0, raw.size() - 1);
            }
            switch (routes.match(from.getMethod(), decoded(raw))) {
                case Routes.Match.Nothing() ->
                        throw HttpException.unknownPath(from.getMethod(), path);
                case Routes.Match.WrongMethod(String known, String allow) -> {
                    template = known;
                    throw HttpException.wrongMethod(from.getMethod(), known, allow);
                }
                case Routes.Match.Found(Route route, List<String> names) -> {
                    template = route.template();
                    Request request =
                            new Request(
                                    from.getMethod(),
                                    path,
                                    template,
                                    variables(names, raw),
                                    from.getHttpURI().getQuery(),
                                    name -> from.getHeaders().get(name),
                                    () -> body(from));
                    return new Call(template, route, request, null);
                }
            }
        } catch (RuntimeException e) {
            return new Call(template, null, null, e);
        }
    }

    private static List<String> decoded(List<String> raw) {
        String[] segments = new String[raw.size()];
        for (int i = 0; i < segments.length; i++) {
            segments[i] = UrlDecoder.segment(raw.get(i));
        }
        return List.of(segments);
    }

    /// @param hurried whether this thread must not wait
    private static Answer answer(
            org.eclipse.jetty.server.Request from, Call call, boolean hurried) {
        Route route = call.route();
        Request request = call.request();
        if (route == null || request == null) {
            Throwable refused = Objects.requireNonNull(call.refused(), "no route and no reason");
            return new Answer(
                    call.template(), Errors.of(refused, isReadOnly(from.getMethod())), refused);
        }
        request.hurry(hurried);
        try {
            return new Answer(call.template(), route.handler().handle(request), null);
        } catch (MustWaitException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            return new Answer(call.template(), Errors.of(e, isReadOnly(from.getMethod())), e);
        }
    }

    private static Map<String, String> variables(List<String> names, List<String> raw) {
        Map<String, String> variables = HashMap.newHashMap(names.size());
        for (int i = 0; i < names.size(); i++) {
            if (Route.isVariable(names.get(i))) {
                variables.put(Route.variable(names.get(i)), raw.get(i));
            }
        }
        return variables;
    }

    private byte[] body(org.eclipse.jetty.server.Request from) {
        long max = settings.bodyBytesMax();
        if (from.getLength() > max) {
            throw HttpException.bodyTooLarge(max);
        }
        byte[] body;
        try (InputStream content = Content.Source.asInputStream(from)) {
            body = content.readNBytes(Math.toIntExact(max + 1));
        } catch (IOException e) {
            throw HttpException.badRequest("Body ended early: " + e.getMessage());
        }
        if (body.length > max) {
            throw HttpException.bodyTooLarge(max);
        }
        String encoding = from.getHeaders().get("Content-Encoding");
        if (encoding == null || encoding.equalsIgnoreCase("identity")) {
            return body;
        }
        if (encoding.equalsIgnoreCase("gzip")) {
            return Compression.gunzip(body, max);
        }
        throw HttpException.unknownEncoding(encoding);
    }

    private static void send(
            org.eclipse.jetty.server.Request from,
            org.eclipse.jetty.server.Response to,
            Response response,
            Callback callback) {
        to.setStatus(response.status());
        response.headers().forEach((name, value) -> to.getHeaders().put(name, value));
        byte[] body = response.body();
        if (Compression.pays(body) && !response.headers().containsKey("Content-Encoding")) {
            if (!response.headers().getOrDefault("Vary", "").contains("Accept-Encoding")) {
                to.getHeaders().add("Vary", "Accept-Encoding");
            }
            String accepted = String.join(",", values(from, "Accept-Encoding"));
            if (Compression.isAccepted(accepted)) {
                body = Compression.gzip(body);
                to.getHeaders().put("Content-Encoding", "gzip");
            }
        }
        String etag = response.headers().get("ETag");
        if (etag != null && "gzip".equals(to.getHeaders().get("Content-Encoding"))) {
            to.getHeaders().put("ETag", EntityTags.gzip(etag));
        }
        if (from.getMethod().equals("HEAD")
                || response.status() == 204
                || response.status() == 304) {
            to.write(true, ByteBuffer.allocate(0), callback);
            return;
        }
        if (response.stream() != null) {
            write(response.stream(), to, callback);
            return;
        }
        to.getHeaders().put("Content-Length", body.length);
        to.write(true, ByteBuffer.wrap(body), callback);
    }

    private static void write(
            Response.Stream stream, org.eclipse.jetty.server.Response to, Callback callback) {
        try (OutputStream out = Content.Sink.asOutputStream(to)) {
            stream.writeTo(out);
        } catch (IOException e) {
            log.debug("stream ended by the client", e);
            callback.failed(e);
            return;
        } catch (RuntimeException e) {
            log.error("stream broke", e);
            callback.failed(e);
            return;
        }
        callback.succeeded();
    }

    private static List<String> values(org.eclipse.jetty.server.Request from, String header) {
        return from.getHeaders().getFields(header).stream().map(HttpField::getValue).toList();
    }

    private void record(org.eclipse.jetty.server.Request from, Answer answer, Duration duration) {
        int status = answer.response().status();
        metrics.request(from.getMethod(), answer.template(), status, duration);
        Throwable thrown = answer.thrown();
        Level level = level(from.getMethod(), status, thrown);
        if (!REQUESTS.isLoggable(level)) {
            return;
        }
        StringBuilder line = new StringBuilder(160);
        line.append("method=").append(from.getMethod());
        line.append(" path=").append(from.getHttpURI().getPathQuery());
        line.append(" route=").append(answer.template());
        line.append(" status=").append(status);
        line.append(" bytes=").append(answer.response().body().length);
        line.append(" millis=").append(duration.toMillis());
        if (thrown != null && status < 500) {
            line.append(" reason=").append(thrown.getMessage());
        }
        // Not by the logger above: that looks at the stack for the line of code, each time.
        var event = new LogRecord(level, line.append(" http").toString());
        event.setLoggerName(REQUESTS.getName());
        event.setThrown(status < 500 ? null : thrown);
        REQUESTS.log(event);
    }

    /// Reads are told by metrics; changes and what went wrong are told here.
    private static Level level(String method, int status, @Nullable Throwable thrown) {
        if (status >= 500) {
            return thrown != null && !Errors.isKnown(thrown) ? Level.SEVERE : Level.WARNING;
        }
        return isReadOnly(method) ? Level.FINE : Level.INFO;
    }

    private static boolean isReadOnly(String method) {
        return method.equals("GET") || method.equals("HEAD") || method.equals("OPTIONS");
    }

    /// Answers what Jetty refuses itself: a request line that cannot be read, headers too large, a
    /// server that is stopping.
    private static boolean refuse(
            org.eclipse.jetty.server.Request from,
            org.eclipse.jetty.server.Response to,
            Callback callback) {
        Object status = from.getAttribute(ErrorHandler.ERROR_STATUS);
        Object reason = from.getAttribute(ErrorHandler.ERROR_MESSAGE);
        Response response =
                Errors.of(
                        status instanceof Integer code ? code : 500,
                        reason == null ? null : reason.toString());
        send(from, to, response, callback);
        return true;
    }
}
