/// Placeholder.
@NullMarked
package dev.tarn.discovery;

import org.jspecify.annotations.NullMarked;
