/// What Iceberg's protocol does not have, as JSON under `/api`: status, connection, pipeline runs.
///
///     Request ─▶ [StatusRoutes], [PipelineRoutes] ─▶ parts of the assembly ─▶ Response
@NullMarked
package dev.tarn.app.api;

import org.jspecify.annotations.NullMarked;
