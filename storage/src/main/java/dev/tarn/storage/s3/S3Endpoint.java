package dev.tarn.storage.s3;

import dev.tarn.storage.BucketNotFoundException;
import dev.tarn.storage.Condition;
import dev.tarn.storage.PreconditionFailedException;
import dev.tarn.storage.StorageException;
import dev.tarn.storage.local.FolderStore;
import dev.tarn.storage.local.InvalidKeyException;
import dev.tarn.storage.local.UploadRefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An S3 endpoint over a [FolderStore], for engines and tools. One pair of keys opens all of it;
/// keys that [dev.tarn.storage.vending.SealedKeys] made of it open some folders for a while.
public final class S3Endpoint implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(S3Endpoint.class);
    private static final String REGION = "us-east-1";
    private static final int THREADS_MAX = 32;
    private static final int HEAD_BYTES_MAX = 32 * 1024;
    private static final int OUTPUT_BYTES = 64 * 1024;
    private static final long IDLE_MILLIS = 60_000;
    private static final long SHUTDOWN_IDLE_MILLIS = 100;
    private static final long STOP_MILLIS = 2_000;
    private static final long DRAINED_BYTES_MAX = 16L << 20;

    private final Server server;
    private final ServerConnector connector;

    private S3Endpoint(Server server, ServerConnector connector) {
        this.server = server;
        this.connector = connector;
    }

    /// Serves the store until it is closed; the store stays open.
    ///
    /// @param port 0 for any that is free
    public static S3Endpoint start(String host, int port, FolderStore store, S3Keys keys) {
        return start(host, port, store, keys, InstantSource.system(), S3Observer.NONE);
    }

    public static S3Endpoint start(
            String host,
            int port,
            FolderStore store,
            S3Keys keys,
            InstantSource clock,
            S3Observer observer) {
        var threads = new QueuedThreadPool(THREADS_MAX, 2);
        threads.setName("s3");
        threads.setVirtualThreadsExecutor(
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("s3-request-", 0).factory()));
        var server = new Server(threads);
        var configuration = new HttpConfiguration();
        configuration.setUriCompliance(UriCompliance.UNSAFE); // keys are literal
        configuration.setHeaderCacheCaseSensitive(true); // signed values stay as they came
        configuration.setSendServerVersion(false);
        configuration.setRequestHeaderSize(HEAD_BYTES_MAX);
        configuration.setOutputBufferSize(OUTPUT_BYTES);
        var connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(configuration));
        connector.setHost(host);
        connector.setPort(port);
        connector.setIdleTimeout(IDLE_MILLIS);
        connector.setShutdownIdleTimeout(SHUTDOWN_IDLE_MILLIS);
        server.addConnector(connector);
        server.setStopTimeout(STOP_MILLIS);
        server.setHandler(new Exchange(new Calls(store), new Signatures(keys, clock), observer));
        try {
            server.start();
        } catch (Exception e) {
            stop(server);
            throw new StorageException(
                    "S3 endpoint cannot listen on %s:%s".formatted(host, port), e);
        }
        return new S3Endpoint(server, connector);
    }

    /// The port it listens on.
    public int port() {
        return connector.getLocalPort();
    }

    @Override
    public void close() {
        stop(server);
    }

    private static void stop(Server server) {
        try {
            server.stop();
        } catch (TimeoutException e) {
            // Requests that took longer were cut off; an upload that was cut off never was.
            LOG.info("s3 stopped, requests of more than {} ms were cut off", STOP_MILLIS);
        } catch (Exception e) {
            throw new StorageException("S3 endpoint cannot be stopped", e);
        }
    }

    /// Which method answers which call.
    private static final class Calls {
        private final BucketCalls buckets;
        private final ObjectCalls objects;
        private final UploadCalls uploads;
        private final FolderStore store;

        Calls(FolderStore store) {
            buckets = new BucketCalls(store);
            objects = new ObjectCalls(store);
            uploads = new UploadCalls(store, objects);
            this.store = store;
        }

        Answer answer(Operation operation, Call call) throws IOException {
            call.requireSupported();
            try {
                return decided(operation, call);
            } catch (PreconditionFailedException e) {
                if (call.condition() instanceof Condition.Matches
                        && store.stat(call.bucket(), call.key()).isEmpty()) {
                    throw Refusal.missing("NoSuchKey", "Object does not exist: " + call.key());
                }
                throw e;
            }
        }

        private Answer decided(Operation operation, Call call) throws IOException {
            return switch (operation) {
                case ListBuckets -> buckets.list();
                case CreateBucket -> buckets.create(call);
                case HeadBucket -> buckets.head(call, REGION);
                case DeleteBucket -> buckets.delete(call);
                case GetBucketLocation -> buckets.location(call);
                case GetBucketVersioning -> buckets.versioning(call);
                case ListObjects -> buckets.objects(call);
                case DeleteObjects -> buckets.deleteObjects(call);
                case ListMultipartUploads -> uploads.uploads(call);
                case PutObject -> objects.put(call);
                case GetObject -> objects.get(call, true);
                case HeadObject -> objects.get(call, false);
                case CopyObject -> objects.copy(call);
                case DeleteObject -> objects.delete(call);
                case GetObjectTagging -> objects.tagging(call);
                case PutObjectTagging -> objects.putTagging(call);
                case DeleteObjectTagging -> objects.deleteTagging(call);
                case CreateMultipartUpload -> uploads.begin(call);
                case UploadPart -> uploads.part(call);
                case UploadPartCopy -> uploads.copyPart(call);
                case CompleteMultipartUpload -> uploads.complete(call);
                case AbortMultipartUpload -> uploads.abort(call);
                case ListParts -> uploads.parts(call);
                case Unknown -> throw Call.notImplemented("This call");
            };
        }
    }

    /// One request from its head to the last byte of its answer.
    private static final class Exchange extends Handler.Abstract {
        private final Calls calls;
        private final Signatures signatures;
        private final S3Observer observer;

        Exchange(Calls calls, Signatures signatures, S3Observer observer) {
            this.calls = calls;
            this.signatures = signatures;
            this.observer = observer;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            long start = System.nanoTime();
            Operation operation = Operation.Unknown;
            InputStream raw = Request.asInputStream(request);
            Answer answer;
            try {
                S3Request head = head(request);
                Signatures.Signed signed = signatures.check(head);
                operation = Operation.of(head);
                signed.rights().require(operation, head);
                Body body = new Body(head, signed, raw);
                answer = calls.answer(operation, new Call(head, body, signed.rights()));
            } catch (Refusal e) {
                answer = refused(request, e);
            } catch (IOException | RuntimeException e) {
                answer = refused(request, refusal(operation, e));
            }
            long sent = 0;
            try {
                if (!drain(request, raw)) {
                    answer.with("Connection", "close");
                }
                sent = Reply.send(request, response, answer);
                callback.succeeded();
            } catch (IOException | RuntimeException e) {
                if (answer.content() instanceof Answer.Slice slice) {
                    slice.object().close();
                }
                callback.failed(e); // the client has gone, or must see that the answer is not whole
            }
            observer.answered(
                    operation.name(),
                    answer.status(),
                    System.nanoTime() - start,
                    Math.max(0, request.getLength()),
                    sent);
            return true;
        }

        private static S3Request head(Request request) {
            SequencedMap<String, List<String>> headers = new TreeMap<>();
            for (HttpField field : request.getHeaders()) {
                String value = field.getValue();
                headers.merge(
                        field.getLowerCaseName(),
                        List.of(value == null ? "" : value),
                        (one, two) -> Stream.concat(one.stream(), two.stream()).toList());
            }
            // Of an absolute request target only the path is signed.
            String path = request.getHttpURI().getPath();
            return S3Request.of(
                    request.getMethod(),
                    path == null || path.isEmpty() ? "/" : path,
                    request.getHttpURI().getQuery(),
                    headers);
        }

        /// Reads what is left of a refused body, so that the client, which is still sending, sees
        /// the answer and keeps its connection.
        private static boolean drain(Request request, InputStream raw) throws IOException {
            if (request.getHeaders().contains("Expect") || request.getLength() == 0) {
                return true; // the server asks for the body when it is read, and it was not
            }
            byte[] buffer = new byte[16 * 1024];
            long drained = 0;
            int read = raw.read(buffer);
            while (read >= 0 && drained <= DRAINED_BYTES_MAX) {
                drained += read;
                read = raw.read(buffer);
            }
            return read < 0;
        }

        private static Answer refused(Request request, Refusal refusal) {
            return Answer.xml(
                    refusal.status(),
                    Xml.error()
                            .leaf("Code", refusal.code())
                            .leaf("Message", refusal.text())
                            .leaf("Resource", String.valueOf(request.getHttpURI().getPath()))
                            .leaf("RequestId", request.getId()));
        }

        private static Refusal refusal(Operation operation, Exception e) {
            String message = String.valueOf(e.getMessage());
            return switch (e) {
                case BucketNotFoundException _ -> Refusal.missing("NoSuchBucket", message);
                case PreconditionFailedException _ ->
                        new Refusal(412, "PreconditionFailed", message);
                case InvalidKeyException _ ->
                        operation == Operation.CreateBucket
                                ? new Refusal(400, "InvalidBucketName", message)
                                : new Refusal(400, "KeyTooLongError", message);
                case UploadRefusedException refused ->
                        switch (refused.reason()) {
                            case NO_SUCH_UPLOAD -> Refusal.missing("NoSuchUpload", message);
                            case INVALID_PART -> new Refusal(400, "InvalidPart", message);
                            case INVALID_PART_ORDER ->
                                    new Refusal(400, "InvalidPartOrder", message);
                            case PART_TOO_SMALL -> new Refusal(400, "EntityTooSmall", message);
                        };
                case IOException _ -> new Refusal(400, "IncompleteBody", message);
                default -> {
                    LOG.error("s3 operation={} failed", operation, e);
                    yield new Refusal(500, "InternalError", message);
                }
            };
        }
    }
}
