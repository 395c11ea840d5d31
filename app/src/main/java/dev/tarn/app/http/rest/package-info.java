/// The Iceberg REST protocol over the catalog: a route reads names and body, calls the catalog once,
/// writes the answer. What the catalog throws, `Errors` answers.
///
///     IcebergRest ─ ConfigRoutes, NamespaceRoutes, TableRoutes, PlanningRoutes, ViewRoutes ─▶ catalog
///
/// Names come out of paths through [dev.tarn.app.http.rest.Names], which knows how clients differ.
@NullMarked
package dev.tarn.app.http.rest;

import org.jspecify.annotations.NullMarked;
