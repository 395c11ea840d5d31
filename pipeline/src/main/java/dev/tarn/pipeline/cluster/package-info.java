/// Jobs on a SeaTunnel cluster: `job file -> ClusterJob (variables in place, JSON) -> Cluster`.
///
/// [dev.tarn.pipeline.cluster.Cluster] speaks SeaTunnel's REST API, V2 or V1, whichever answers.
/// The cluster runs the job with its own connectors and keeps its own positions; nothing of it is
/// kept here.
@NullMarked
package dev.tarn.pipeline.cluster;

import org.jspecify.annotations.NullMarked;
