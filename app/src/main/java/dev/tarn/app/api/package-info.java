/// What Iceberg's protocol does not have, as JSON under `/api`: status, connection, pipeline runs, what
/// was dropped, what is protected.
///
///     Request ─▶ [PlatformRoutes], [PipelineRoutes], [DropRoutes], [ProtectionRoutes]
///             ─▶ parts of the assembly ─▶ Response
@NullMarked
package dev.tarn.app.api;

import org.jspecify.annotations.NullMarked;
