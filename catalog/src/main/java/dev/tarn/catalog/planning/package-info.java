/// Scan planning for clients that leave it to the server: which files a scan must read, with which
/// delete files and which filter left over.
///
///     request ─▶ Scan ─▶ PlanFiles: manifests that match, cut into chunks
///                            first chunk  ─▶ file scan tasks, in the answer
///                            other chunks ─▶ plan tasks: tokens, each planned when it is asked for
///
/// A plan task says by itself what it stands for, so nothing is kept between requests and every
/// replica can answer it. Only a plan that takes longer than a client should wait for an answer is
/// remembered, by a row.
@NullMarked
package dev.tarn.catalog.planning;

import org.jspecify.annotations.NullMarked;
