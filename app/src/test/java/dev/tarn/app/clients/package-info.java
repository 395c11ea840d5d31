/// The programs people use, run as child processes against the real server.
///
/// ```
/// @Needs(PYTHON) ──▶ Tool finds it, or the test is skipped by name (in CI: fails)
/// Platform (server, storage, ephemeral ports) ◀── HTTP ── PythonCases ── src/test/python/*_cases.py
/// ```
@NullMarked
package dev.tarn.app.clients;

import org.jspecify.annotations.NullMarked;
