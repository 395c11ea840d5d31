package dev.tarn.trino;

import static com.google.inject.Scopes.SINGLETON;
import static com.google.inject.multibindings.OptionalBinder.newOptionalBinder;

import com.google.inject.Inject;
import com.google.inject.Module;
import io.trino.plugin.iceberg.IcebergPlugin;
import io.trino.server.PluginInstaller;
import io.trino.server.PluginManager;
import io.trino.server.Server;
import io.trino.spi.Plugin;
import java.io.IOException;
import java.util.List;

/// Trino's server with the Iceberg connector on the class path, as a child of Tarn.
///
/// Standard input is a pipe that only the parent holds: its end means that the parent is gone, by whatever death,
/// and the child goes too. It is never read for anything else.
public final class TrinoMain {
    private static final int EXIT_ORPHANED = 3;

    private TrinoMain() {}

    public static void main(String[] arguments) {
        Thread.ofPlatform().daemon().name("parent-watch").start(TrinoMain::endWithParent);
        new WithIceberg().start(arguments[0]);
    }

    private static void endWithParent() {
        try {
            while (System.in.read() >= 0) {
                // Ends at the end of the stream.
            }
        } catch (IOException broken) {
            System.err.println("Pipe from the parent broke: " + broken.getMessage());
        }
        // No shutdown hooks: nobody is left who waits for an orderly end, and a query may be hanging in one.
        Runtime.getRuntime().halt(EXIT_ORPHANED);
    }

    private static final class WithIceberg extends Server {
        @Override
        protected Iterable<? extends Module> getAdditionalModules() {
            return List.of(
                    binder -> {
                        binder.bind(PluginManager.class).in(SINGLETON);
                        newOptionalBinder(binder, PluginInstaller.class)
                                .setBinding()
                                .to(ClassPathPlugins.class)
                                .in(SINGLETON);
                    });
        }
    }

    /// Plugins with a class loader of their own never enter the AOT cache; those of the class path do.
    static final class ClassPathPlugins implements PluginInstaller {
        private final PluginManager isolated;

        @Inject
        ClassPathPlugins(PluginManager isolated) {
            this.isolated = isolated;
        }

        @Override
        public void loadPlugins() {
            isolated.loadPlugins();
            isolated.installPlugin(new IcebergPlugin());
        }

        @Override
        public void installPlugin(Plugin plugin) {
            isolated.installPlugin(plugin);
        }
    }
}
