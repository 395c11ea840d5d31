package dev.tarn.app.http.rest;

import dev.tarn.app.http.Compression;
import dev.tarn.app.http.Errors;
import dev.tarn.app.http.Handler;
import dev.tarn.app.http.Request;
import dev.tarn.app.http.Response;
import dev.tarn.catalog.idempotency.Ending;
import dev.tarn.catalog.idempotency.IdempotencyKey;
import dev.tarn.catalog.idempotency.IdempotencyKeys;
import dev.tarn.catalog.idempotency.Repeatable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Answers a request that comes again with the same `Idempotency-Key` as it was answered before.
public final class Idempotency {
    private static final String HEADER = "Idempotency-Key";

    /// What the same request would be answered for ever. Who may not, who is late and who is too
    /// fast may come again.
    private static final Set<Integer> FINAL_STATUSES = Set.of(200, 204, 400, 404, 406, 409, 422);

    /// Longer answers of requests that changed nothing, such as a staged table of thousands of
    /// columns, are made anew. So are those that may have keys to the storage: rows keep no keys.
    private static final int KEPT_BYTES_MAX = 64 << 10;

    private final IdempotencyKeys keys;

    public Idempotency(IdempotencyKeys keys) {
        this.keys = keys;
    }

    /// Answers again for a change that took effect.
    @FunctionalInterface
    public interface Replay {

        /// @param said what the change said of itself
        Response answer(Request request, String said);
    }

    /// A replay of changes that are answered with 204.
    static Response noContent(Request request, String said) {
        return Response.noContent();
    }

    /// `handler`, guarded; it costs nothing where there is no key.
    public Handler guard(Handler handler, Replay replay) {
        return request -> {
            Optional<String> header = request.header(HEADER);
            if (header.isEmpty()) {
                return handler.handle(request);
            }
            Outcome outcome =
                    keys.once(
                            IdempotencyKey.parse(header.get()),
                            new Repeated(request, handler, replay));
            if (outcome.thrown() != null) {
                throw outcome.thrown();
            }
            return outcome.response();
        };
    }

    /// @param thrown what the response tells of, for the log
    private record Outcome(Response response, @Nullable RuntimeException thrown) {}

    private record Repeated(Request request, Handler handler, Replay replay)
            implements Repeatable<Outcome> {

        @Override
        public String fingerprint() {
            MessageDigest digest = sha256();
            digest.update(
                    String.join("\n", request.method(), request.rawPath(), request.rawQuery(), "")
                            .getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(request.body()));
        }

        @Override
        public Outcome run() {
            try {
                return new Outcome(handler.handle(request), null);
            } catch (RuntimeException e) {
                Response refusal = Errors.of(e, false);
                if (!FINAL_STATUSES.contains(refusal.status())) {
                    throw e;
                }
                return new Outcome(refusal, e);
            }
        }

        @Override
        public Optional<Ending.Answer> keep(Outcome outcome) {
            Response response = outcome.response();
            boolean mayHaveKeys =
                    response.status() == 200 && request.header(Delegation.HEADER).isPresent();
            if (!FINAL_STATUSES.contains(response.status()) || mayHaveKeys) {
                return Optional.empty();
            }
            byte[] body =
                    response.headers().containsKey("Content-Encoding")
                            ? Compression.gunzip(response.body(), Integer.MAX_VALUE - 8)
                            : response.body();
            return body.length > KEPT_BYTES_MAX
                    ? Optional.empty()
                    : Optional.of(
                            new Ending.Answer(
                                    response.status(), new String(body, StandardCharsets.UTF_8)));
        }

        @Override
        public Outcome replay(Ending ending) {
            return switch (ending) {
                case Ending.Change(String said) -> new Outcome(replay.answer(request, said), null);
                case Ending.Answer(int status, String body) ->
                        new Outcome(
                                body.isEmpty()
                                        ? Response.empty(status)
                                        : Response.text(status, "application/json", body),
                                null);
            };
        }

        private static MessageDigest sha256() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("Every Java has SHA-256", e);
            }
        }
    }
}
