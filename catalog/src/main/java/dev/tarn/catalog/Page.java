package dev.tarn.catalog;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Some of the items of a listing, in the order of their names.
///
/// @param nextToken asks for what follows; null if nothing does
public record Page<T>(List<T> items, @Nullable String nextToken) {
    public Page {
        // Not List.copyOf: Iceberg's responses ask their lists whether they contain null.
        items = Collections.unmodifiableList(new ArrayList<>(items));
    }
}
