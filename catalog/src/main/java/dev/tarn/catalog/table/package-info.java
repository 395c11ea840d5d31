/// Tables: a name points to a metadata file; a commit writes the next file and swaps the pointer.
///
/// ```
/// file ──parse, once──▶ TableVersion ──Draft: apply changes──▶ next TableVersion ──▶ file
///                         recent      newest snapshots, as objects: what changes look at
///                         snapshots ┐
///                         logs      ┴ all of them, as text that versions share
///                         └──────── Document ──▶ answers, plain or compressed
/// ```
///
/// So a commit costs what it changes, and an answer or a file costs a copy, whatever the history.
@NullMarked
package dev.tarn.catalog.table;

import org.jspecify.annotations.NullMarked;
