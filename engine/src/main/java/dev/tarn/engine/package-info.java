/// SQL: a managed Trino in a child process and a client for its statement protocol.
@NullMarked
package dev.tarn.engine;

import org.jspecify.annotations.NullMarked;
