/// Placeholder.
@NullMarked
package dev.tarn.app;

import org.jspecify.annotations.NullMarked;
