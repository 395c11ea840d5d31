package dev.tarn.catalog;

import org.jspecify.annotations.Nullable;

/// Which part of a listing is wanted.
///
/// @param token null for everything at once, empty for the first page, else that of the page before
/// @param size items per page at most; null leaves it to the server
public record PageRequest(@Nullable String token, @Nullable Integer size) {
    public static final PageRequest ALL = new PageRequest(null, null);
}
