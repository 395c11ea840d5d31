package dev.tarn.app.clients;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/// Runs a script of `src/test/python` to its end and makes a test of each of its cases.
final class PythonCases {
    private static final String CASE = "case ";

    /// Above it a process's status is the signal that ended it.
    private static final int KILLED = 128;

    private static final Duration SCRIPT_DURATION_MAX = Duration.ofMinutes(8);

    private PythonCases() {}

    /// A client whose own code crashes (DuckDB does, rarely, on its way out of a refused statement)
    /// says nothing about the server: what it had not come to is run by a second process. Crashing
    /// twice is a failure.
    ///
    /// @param cases only these, or all where none is named
    static Stream<DynamicTest> run(
            String module, Map<String, String> environment, String... cases) {
        Child.Ended first = toItsEnd(module, environment, List.of(cases));
        List<String> ran = ran(first);
        if (first.status() <= KILLED) {
            return tests(module, first);
        }
        System.err.printf("%s crashed after %s: %s%n", module, ran, first.err());
        List<String> rest = new ArrayList<>();
        if (!ran.isEmpty()) {
            rest.addAll(List.of("--after", ran.getLast()));
        }
        rest.addAll(List.of(cases));
        Child.Ended second = toItsEnd(module, environment, rest);
        return tests(
                module,
                new Child.Ended(
                        second.status(), first.out() + second.out(), first.err() + second.err()));
    }

    private static Child.Ended toItsEnd(
            String module, Map<String, String> environment, List<String> cases) {
        try (Child child = start(module, environment, cases.toArray(String[]::new))) {
            return child.end(SCRIPT_DURATION_MAX);
        }
    }

    /// The names of the cases that have come to an end, in order.
    private static List<String> ran(Child.Ended ended) {
        return ended.out()
                .lines()
                .filter(line -> line.startsWith(CASE))
                .map(line -> line.split(" ", 3)[1])
                .toList();
    }

    /// Runs cases as part of a test.
    static void require(String module, Map<String, String> environment, String... cases) {
        run(module, environment, cases)
                .forEach(test -> {
                    try {
                        test.getExecutable().execute();
                    } catch (Throwable e) {
                        throw new AssertionError(e.getMessage(), e);
                    }
                });
    }

    static Child start(String module, Map<String, String> environment, String... cases) {
        List<String> command = new ArrayList<>();
        command.add(Tool.PYTHON.path().toString());
        // No bytecode beside the sources.
        command.add("-B");
        command.add(Checkout.file("app/src/test/python/cases.py").toString());
        command.add(module);
        command.addAll(List.of(cases));
        return Child.start(command, environment);
    }

    /// A test of each case that a script has run.
    static Stream<DynamicTest> tests(String module, Child.Ended ended) {
        List<DynamicTest> tests = new ArrayList<>();
        List<String> lines = ended.out().lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(CASE)) {
                int end = i + 1;
                while (end < lines.size() && !lines.get(end).startsWith(CASE)) {
                    end++;
                }
                tests.add(test(module, lines.subList(i, end)));
            }
        }
        if (tests.isEmpty() || ended.status() > 1) {
            return fail(
                    "%s ran %s cases and ended with %s:%n%s%n%s"
                            .formatted(
                                    module,
                                    tests.size(),
                                    ended.status(),
                                    ended.out(),
                                    ended.err()));
        }
        return tests.stream();
    }

    /// @param said the line of the case, then its traceback
    private static DynamicTest test(String module, List<String> said) {
        String[] words = said.getFirst().split(" ", 4);
        return DynamicTest.dynamicTest(
                module + ": " + words[1].replace('_', ' '),
                () -> {
                    if (!words[2].equals("passed")) {
                        fail(String.join("\n", said));
                    }
                });
    }
}
