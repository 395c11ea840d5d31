package dev.tarn.bench;

import java.net.URI;
import java.util.List;

/// A REST catalog under test.
///
/// @param name how the report calls it
/// @param address where it listens, with the path that `/v1` follows
/// @param warehouse to ask for, null for the catalog's default
/// @param token sent as bearer token, null for none
/// @param processes whose CPU time is its cost, its own first; none if another machine runs it
record Target(String name, URI address, String warehouse, String token, List<Long> processes) {}
