package dev.tarn.app.http.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.iceberg.rest.RESTCompatibilityKitCatalogTests;
import org.apache.iceberg.rest.RESTCompatibilityKitViewCatalogTests;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/// Apache Iceberg's REST Compatibility Kit, unchanged, against the real server over HTTP.
///
/// A case that does not run must stand in the list of its class with the reason; a case too many in
/// the list fails as well.
class CompatibilityKitTest {
    private static final String NESTED =
            "nested namespaces cannot be turned on in the kit; IcebergCatalogTest runs it";
    private static final String SLASHES =
            "names with slashes cannot be turned on in the kit; IcebergCatalogTest runs it";
    private static final String EMPTY =
            "the empty namespace: Iceberg's REST client refuses it before it sends anything";

    private static final String UNIQUE =
            "turned off by the kit itself: its own server cannot be configured for one test";

    private static final Map<String, String> TABLE_CASES_LEFT_OUT =
            Map.ofEntries(
                    Map.entry("createTableInUniqueLocation()", UNIQUE),
                    Map.entry("testDropNamespaceWithNestedNamespace()", NESTED),
                    Map.entry("testListNestedNamespaces()", NESTED),
                    Map.entry("testNamespaceWithSlash()", SLASHES),
                    Map.entry("testTableNameWithSlash()", SLASHES),
                    Map.entry("createAndDropEmptyNamespace()", EMPTY),
                    Map.entry("listNamespacesWithEmptyNamespace()", EMPTY),
                    Map.entry("listTablesInEmptyNamespace()", EMPTY),
                    Map.entry("namespacePropertiesOnEmptyNamespace()", EMPTY));

    private static final Map<String, String> VIEW_CASES_LEFT_OUT =
            Map.of("listViewsInEmptyNamespace()", EMPTY);

    @ParameterizedTest
    @EnumSource
    void theCasesOfTablesPass(TestStore store) {
        Outcome outcome = run(store, RESTCompatibilityKitCatalogTests.class);

        assertThat(outcome.failed).isEmpty();
        assertThat(outcome.leftOut.keySet())
                .containsExactlyInAnyOrderElementsOf(TABLE_CASES_LEFT_OUT.keySet());
        assertThat(outcome.passed).hasSizeGreaterThanOrEqualTo(90);
    }

    @ParameterizedTest
    @EnumSource
    void theCasesOfViewsPass(TestStore store) {
        Outcome outcome = run(store, RESTCompatibilityKitViewCatalogTests.class);

        assertThat(outcome.failed).isEmpty();
        assertThat(outcome.leftOut.keySet())
                .containsExactlyInAnyOrderElementsOf(VIEW_CASES_LEFT_OUT.keySet());
        assertThat(outcome.passed).hasSizeGreaterThanOrEqualTo(50);
    }

    private static Outcome run(TestStore store, Class<?> kit) {
        Outcome outcome = new Outcome();
        try (TestServer server = TestServer.withoutCache(store)) {
            // The kit takes its settings from system properties, for itself and for the client.
            Map<String, String> settings = new HashMap<>(server.clientProperties());
            settings.put("rck.requires-namespace-create", "true");
            settings.put("rck.supports-serverside-retry", "true");
            settings.put("rck.supports-names-with-dot", "true");
            settings.put("rck.overrides-requested-location", "false");
            settings.forEach(System::setProperty);
            try {
                LauncherDiscoveryRequest request =
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(kit))
                                .configurationParameter("rck.local", "false")
                                .build();
                LauncherFactory.create().execute(request, outcome);
            } finally {
                settings.keySet().forEach(System::clearProperty);
            }
        }
        System.out.printf(
                "Compatibility kit %s on %s: %s passed, %s left out, %s failed%n",
                kit.getSimpleName(),
                store,
                outcome.passed.size(),
                outcome.leftOut.size(),
                outcome.failed.size());
        return outcome;
    }

    /// What became of each case.
    private static final class Outcome implements TestExecutionListener {
        private final List<String> passed = new ArrayList<>();
        private final SortedMap<String, String> leftOut = new TreeMap<>();
        private final SortedMap<String, String> failed = new TreeMap<>();

        @Override
        public void executionSkipped(TestIdentifier test, String reason) {
            leftOut.put(test.getDisplayName(), reason);
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            switch (result.getStatus()) {
                case ABORTED ->
                        leftOut.put(test.getDisplayName(), result.getThrowable().toString());
                case FAILED ->
                        failed.put(
                                test.getDisplayName(),
                                result.getThrowable().map(Outcome::trace).orElse(""));
                case SUCCESSFUL -> {
                    if (test.isTest()) {
                        passed.add(test.getDisplayName());
                    }
                }
            }
        }

        private static String trace(Throwable thrown) {
            StringWriter text = new StringWriter();
            thrown.printStackTrace(new PrintWriter(text, true));
            return text.toString().lines().limit(25).reduce("", (a, b) -> a + "\n" + b);
        }
    }
}
