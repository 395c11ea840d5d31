package dev.tarn.catalog;

import static dev.tarn.catalog.World.SALES;

import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.MetadataUpdate.SetProperties;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.requests.CreateViewRequest;
import org.apache.iceberg.rest.requests.ImmutableCreateViewRequest;
import org.apache.iceberg.rest.requests.ImmutableRegisterTableRequest;
import org.apache.iceberg.rest.requests.ImmutableRegisterViewRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.view.ImmutableSQLViewRepresentation;
import org.apache.iceberg.view.ImmutableViewVersion;

/// Every way to change the catalog, each on a name of its own. `make` changes it in one event.
enum Mutation {
    CREATE_NAMESPACE {
        @Override
        void make(World world, String name) {
            world.catalog.namespaces().create(world.lake, Namespace.of(name), Map.of("a", "1"));
        }
    },
    UPDATE_NAMESPACE {
        @Override
        void prepare(World world, String name) {
            CREATE_NAMESPACE.make(world, name);
        }

        @Override
        void make(World world, String name) {
            world.catalog
                    .namespaces()
                    .update(
                            world.lake,
                            Namespace.of(name),
                            Set.of("a", "missing"),
                            Map.of("b", "2"));
        }
    },
    DROP_NAMESPACE {
        @Override
        void prepare(World world, String name) {
            CREATE_NAMESPACE.make(world, name);
        }

        @Override
        void make(World world, String name) {
            world.catalog.namespaces().drop(world.lake, Namespace.of(name));
        }
    },
    CREATE_TABLE {
        @Override
        void make(World world, String name) {
            world.catalog.tables().create(world.lake, SALES, World.create(name));
        }
    },
    COMMIT {
        @Override
        void prepare(World world, String name) {
            CREATE_TABLE.make(world, name);
        }

        @Override
        void make(World world, String name) {
            world.catalog.tables().commit(world.lake, in(name), set(name));
        }
    },
    TRANSACTION {
        @Override
        void prepare(World world, String name) {
            CREATE_TABLE.make(world, name);
        }

        @Override
        void make(World world, String name) {
            world.catalog.tables().commitAll(world.lake, List.of(set(name), set(name)));
        }
    },
    RENAME {
        @Override
        void prepare(World world, String name) {
            CREATE_TABLE.make(world, name);
        }

        @Override
        void make(World world, String name) {
            world.catalog.tables().rename(world.lake, in(name), in(name + "-renamed"));
        }
    },
    DROP {
        @Override
        void prepare(World world, String name) {
            CREATE_TABLE.make(world, name);
        }

        @Override
        void make(World world, String name) {
            world.catalog.tables().drop(world.lake, in(name), true);
        }
    },
    REGISTER {
        @Override
        void prepare(World world, String name) {
            CREATE_TABLE.make(world, name);
            copy(world, world.load(in(name)).metadataFileLocation(), name);
            world.catalog.tables().drop(world.lake, in(name), false);
        }

        @Override
        void make(World world, String name) {
            world.catalog
                    .tables()
                    .register(
                            world.lake,
                            SALES,
                            ImmutableRegisterTableRequest.builder()
                                    .name(name)
                                    .metadataLocation(copyOf(name))
                                    .build());
        }
    },
    UNREGISTER {
        @Override
        void prepare(World world, String name) {
            CREATE_TABLE.make(world, name);
        }

        @Override
        void make(World world, String name) {
            world.catalog.tables().unregister(world.lake, in(name));
        }
    },
    CREATE_VIEW {
        @Override
        void make(World world, String name) {
            world.catalog.views().create(world.lake, SALES, view(name));
        }
    },
    REPLACE_VIEW {
        @Override
        void prepare(World world, String name) {
            CREATE_VIEW.make(world, name);
        }

        @Override
        void make(World world, String name) {
            world.catalog.views().replace(world.lake, in(name), set(name));
        }
    },
    RENAME_VIEW {
        @Override
        void prepare(World world, String name) {
            CREATE_VIEW.make(world, name);
        }

        @Override
        void make(World world, String name) {
            world.catalog.views().rename(world.lake, in(name), in(name + "-renamed"));
        }
    },
    DROP_VIEW {
        @Override
        void prepare(World world, String name) {
            CREATE_VIEW.make(world, name);
        }

        @Override
        void make(World world, String name) {
            world.catalog.views().drop(world.lake, in(name));
        }
    },
    REGISTER_VIEW {
        @Override
        void prepare(World world, String name) {
            CREATE_VIEW.make(world, name);
            copy(world, world.catalog.views().load(world.lake, in(name)).metadataLocation(), name);
            world.catalog.views().drop(world.lake, in(name));
        }

        @Override
        void make(World world, String name) {
            world.catalog
                    .views()
                    .register(
                            world.lake,
                            SALES,
                            ImmutableRegisterViewRequest.builder()
                                    .name(name)
                                    .metadataLocation(copyOf(name))
                                    .build());
        }
    };

    /// What must be there before.
    void prepare(World world, String name) {}

    abstract void make(World world, String name);

    static TableIdentifier in(String name) {
        return TableIdentifier.of(SALES, name);
    }

    static UpdateTableRequest set(String name) {
        return UpdateTableRequest.create(
                in(name), List.of(), List.of(new SetProperties(Map.of("k", "v"))));
    }

    private static String copyOf(String name) {
        return "s3://lake/root/copies/" + name + ".metadata.json";
    }

    private static void copy(World world, String from, String name) {
        world.objects.write(
                Location.of(copyOf(name)), world.objects.read(Location.of(from)), Condition.NONE);
    }

    static CreateViewRequest view(String name) {
        return ImmutableCreateViewRequest.builder()
                .name(name)
                .schema(World.SCHEMA)
                .viewVersion(
                        ImmutableViewVersion.builder()
                                .versionId(1)
                                .timestampMillis(1000)
                                .schemaId(0)
                                .defaultNamespace(SALES)
                                .addRepresentations(
                                        ImmutableSQLViewRepresentation.builder()
                                                .sql("select 1")
                                                .dialect("trino")
                                                .build())
                                .build())
                .putProperties("j", "w")
                .build();
    }
}
