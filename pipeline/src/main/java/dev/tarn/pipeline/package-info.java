/// Placeholder.
@NullMarked
package dev.tarn.pipeline;

import org.jspecify.annotations.NullMarked;
