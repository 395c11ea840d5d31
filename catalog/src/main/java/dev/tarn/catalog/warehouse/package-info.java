/// Warehouses: named roots of namespaces, each with the folder its tables lie in.
@NullMarked
package dev.tarn.catalog.warehouse;

import org.jspecify.annotations.NullMarked;
