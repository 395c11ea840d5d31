/// The changes of the catalog over HTTP, as [CloudEvents](https://cloudevents.io).
///
///     GET /api/events ─▶ [EventRoutes] ─┬▶ a page, after waiting for it if asked
///                                       └▶ [EventStream]  server-sent events, until the client goes
///
/// Both read by cursor; nothing is kept for a reader.
@NullMarked
package dev.tarn.app.event;

import org.jspecify.annotations.NullMarked;
