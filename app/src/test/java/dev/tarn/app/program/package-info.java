/// The program as people start it: `./tarn` as a process, on free ports and a folder of its own.
@org.jspecify.annotations.NullMarked
package dev.tarn.app.program;
