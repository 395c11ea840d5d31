package dev.tarn.catalog.idempotency;

/// How a request ended, as far as its repetition must know.
public sealed interface Ending {

    /// It changed the catalog.
    ///
    /// @param said from what the answer can be made again, such as a metadata location; may be
    ///   empty
    record Change(String said) implements Ending {}

    /// It changed nothing; the whole answer.
    record Answer(int status, String body) implements Ending {}
}
