/// HTTP: bytes on a socket become a [dev.tarn.app.http.Request], a [dev.tarn.app.http.Route] answers
/// it with a [dev.tarn.app.http.Response], [dev.tarn.app.http.Errors] turns what was thrown into one.
///
///     Jetty → HttpServer → Routes.match → Handler.handle → Response → Jetty
///
/// Every request has a virtual thread; handlers block. Nothing here knows of tables.
@NullMarked
package dev.tarn.app.http;

import org.jspecify.annotations.NullMarked;
