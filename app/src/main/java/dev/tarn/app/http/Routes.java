package dev.tarn.app.http;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Finds the route of a path. Where several templates fit, the one whose first difference is a
/// literal wins: `/v1/namespaces/{namespace}` before `/v1/{prefix}/namespaces`.
public final class Routes {

    /// All routes of one template.
    private record Resource(
            String template, List<String> segments, SequencedMap<String, Route> methods) {

        boolean fits(List<String> path) {
            for (int i = 0; i < segments.size(); i++) {
                String segment = segments.get(i);
                if (!Route.isVariable(segment) && !segment.equals(path.get(i))) {
                    return false;
                }
            }
            return true;
        }

        @Nullable Route route(String method) {
            Route route = methods.get(method);
            return route == null && method.equals("HEAD") ? methods.get("GET") : route;
        }
    }

    /// What a path leads to.
    sealed interface Match {
        record Found(Route route, List<String> segments) implements Match {}

        /// The path is known, the method is not.
        record WrongMethod(String template, String allow) implements Match {}

        record Nothing() implements Match {}
    }

    private final Map<Integer, List<Resource>> resourcesByLength = new HashMap<>();
    private final List<Route> routes;

    public Routes(Collection<Route> routes) {
        this.routes = List.copyOf(routes);
        SequencedMap<String, Resource> resources = new LinkedHashMap<>();
        for (Route route : this.routes) {
            Resource resource =
                    resources.computeIfAbsent(
                            route.template(),
                            template ->
                                    new Resource(
                                            template, route.segments(), new LinkedHashMap<>()));
            if (resource.methods().put(route.method(), route) != null) {
                throw new IllegalArgumentException(
                        "Route is there twice: %s %s".formatted(route.method(), route.template()));
            }
        }
        for (Resource resource : resources.values()) {
            resourcesByLength
                    .computeIfAbsent(resource.segments().size(), size -> new ArrayList<>())
                    .add(resource);
        }
        resourcesByLength.values().forEach(list -> list.sort(Routes::literalsFirst));
    }

    /// All routes, as they were given.
    public List<Route> all() {
        return routes;
    }

    /// @param segments the decoded segments of a path
    Match match(String method, List<String> segments) {
        Resource known = null;
        for (Resource resource : resourcesByLength.getOrDefault(segments.size(), List.of())) {
            if (!resource.fits(segments)) {
                continue;
            }
            Route route = resource.route(method);
            if (route != null) {
                return new Match.Found(route, resource.segments());
            }
            known = known == null ? resource : known;
        }
        if (known != null) {
            return new Match.WrongMethod(
                    known.template(), String.join(", ", new TreeSet<>(known.methods().keySet())));
        }
        return new Match.Nothing();
    }

    private static int literalsFirst(Resource one, Resource other) {
        for (int i = 0; i < one.segments().size(); i++) {
            boolean oneVaries = Route.isVariable(one.segments().get(i));
            boolean otherVaries = Route.isVariable(other.segments().get(i));
            if (oneVaries != otherVaries) {
                return oneVaries ? 1 : -1;
            }
        }
        return 0;
    }
}
