/// What Prometheus reads at `/metrics`: how long requests take by route template, how commits end,
/// and the state of the JVM. Labels have few values: never a name of a table, never a path.
@NullMarked
package dev.tarn.app.metrics;

import org.jspecify.annotations.NullMarked;
