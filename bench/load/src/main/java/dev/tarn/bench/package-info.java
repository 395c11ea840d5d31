/// Loads REST catalogs and measures what a request costs them.
///
/// [Bench] starts the [Target]s; for each [Workload] every target is prepared through its own REST
/// API, warmed up, then loaded in turns by [Load] over [Connection]s; [Processes] reads the CPU
/// time of the servers; [Report] prints.
package dev.tarn.bench;
