/// The face of the program: HTTP, command line, configuration, and the one place that wires it.
@NullMarked
package dev.tarn.app;

import org.jspecify.annotations.NullMarked;
