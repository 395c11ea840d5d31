/// `FakeSource`: rows that stand in the job ([dev.tarn.pipeline.source.fake.WrittenRows]) or are
/// made up from a schema ([dev.tarn.pipeline.source.fake.MadeRows]), the same rows in every run.
@NullMarked
package dev.tarn.pipeline.source.fake;

import org.jspecify.annotations.NullMarked;
