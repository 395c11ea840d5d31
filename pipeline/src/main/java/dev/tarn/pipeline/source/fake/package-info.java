/// `FakeSource`: rows made up from a schema, the same rows in every run.
@NullMarked
package dev.tarn.pipeline.source.fake;

import org.jspecify.annotations.NullMarked;
