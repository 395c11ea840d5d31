package dev.tarn.catalog.idempotency;

import java.util.Optional;

/// A request that may come again.
///
/// @param <R> its result
public interface Repeatable<R> {

    /// Equal for equal requests, different for any two others.
    String fingerprint();

    /// Carries it out. Every change it makes is made on this thread's behalf through [Claim#write]
    /// or [Claim#alongside].
    R run();

    /// What to keep of a result that changed nothing; empty if a repetition is to be carried out
    /// anew.
    Optional<Ending.Answer> keep(R result);

    /// The result, made again from how the first request ended.
    R replay(Ending ending);
}
