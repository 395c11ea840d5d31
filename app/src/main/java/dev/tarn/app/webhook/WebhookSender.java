package dev.tarn.app.webhook;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Makes one attempt. Redirects are not followed: the address is the one that somebody chose.
final class WebhookSender implements AutoCloseable {
    private static final String CONTENT_TYPE = "application/cloudevents+json; charset=utf-8";
    private static final long ANSWER_BYTES_MAX = 64 << 10;
    private static final int GONE = 410;

    private final HttpClient client;
    private final Duration answerMax;
    private final InstantSource clock;

    WebhookSender(Duration answerMax, InstantSource clock) {
        this.answerMax = answerMax;
        this.clock = clock;
        this.client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(answerMax)
                        .build();
    }

    sealed interface Outcome {
        record Delivered(int status) implements Outcome {}

        /// @param status null if there was no answer
        /// @param retryAfter how long the receiver asks to be left alone, null if it does not
        record Failed(@Nullable Integer status, String reason, @Nullable Duration retryAfter)
                implements Outcome {
            /// The receiver wants no more events.
            boolean isFinal() {
                return status != null && status == GONE;
            }
        }
    }

    Outcome send(Webhook hook, long cursor, byte[] body) throws InterruptedException {
        String id = hook.id() + "-" + cursor;
        long timestamp = clock.instant().getEpochSecond();
        HttpRequest request =
                HttpRequest.newBuilder(hook.url())
                        .header("Content-Type", CONTENT_TYPE)
                        .header("User-Agent", "Tarn")
                        .header("webhook-id", id)
                        .header("webhook-timestamp", Long.toString(timestamp))
                        .header(
                                "webhook-signature",
                                WebhookSecrets.sign(hook.secret(), id, timestamp, body))
                        .POST(BodyPublishers.ofByteArray(body))
                        .build();
        var exchange =
                client.sendAsync(
                        request,
                        BodyHandlers.limiting(BodyHandlers.discarding(), ANSWER_BYTES_MAX));
        return outcome(exchange);
    }

    /// The time is that of the whole exchange: an answer may begin and never end.
    private Outcome outcome(CompletableFuture<HttpResponse<Void>> exchange)
            throws InterruptedException {
        try {
            HttpResponse<Void> response = exchange.get(answerMax.toNanos(), TimeUnit.NANOSECONDS);
            int status = response.statusCode();
            return status / 100 == 2
                    ? new Outcome.Delivered(status)
                    : new Outcome.Failed(status, reason(response), retryAfter(response));
        } catch (TimeoutException e) {
            exchange.cancel(true);
            return new Outcome.Failed(
                    null, "No answer within %s ms".formatted(answerMax.toMillis()), null);
        } catch (ExecutionException e) {
            return new Outcome.Failed(null, reason(e.getCause()), null);
        }
    }

    private static String reason(HttpResponse<Void> response) {
        int status = response.statusCode();
        return status / 100 == 3
                ? "Answered %s to %s, and redirects are not followed"
                        .formatted(
                                status, response.headers().firstValue("Location").orElse("nowhere"))
                : "Answered " + status;
    }

    private static String reason(@Nullable Throwable cause) {
        return switch (cause) {
            case IOException e when e.getMessage() != null -> e.getMessage();
            case null -> "No reason";
            default -> cause.getClass().getSimpleName();
        };
    }

    private static @Nullable Duration retryAfter(HttpResponse<Void> response) {
        return response.headers()
                .firstValue("Retry-After")
                .filter(text -> text.matches("\\d{1,6}"))
                .map(text -> Duration.ofSeconds(Long.parseLong(text)))
                .orElse(null);
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
