/// Namespaces: nested folders of names, with properties.
@NullMarked
package dev.tarn.catalog.namespace;

import org.jspecify.annotations.NullMarked;
