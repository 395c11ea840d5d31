package dev.tarn.app.http;

/// Answers requests of one [Route], on a virtual thread. What it throws, [Errors] answers.
@FunctionalInterface
public interface Handler {
    Response handle(Request request);
}
