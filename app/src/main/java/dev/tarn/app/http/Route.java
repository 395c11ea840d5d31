package dev.tarn.app.http;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// A method and a path template such as `/v1/{prefix}/namespaces/{namespace}`, and who answers.
///
/// A `{name}` stands for exactly one segment, which may be empty; [Request#path] gives it decoded.
/// A GET route answers HEAD too, without the body, unless there is a HEAD route.
///
/// @param quick whether it is tried on the network's own thread first: it answers from memory and
///   from an embedded database, and says [Request#mayWait] before it does anything else
public record Route(String method, String template, Handler handler, boolean quick) {

    public Route {
        if (!method.equals(method.toUpperCase(Locale.ROOT))) {
            throw new IllegalArgumentException("Method is not in upper case: " + method);
        }
        if (!template.startsWith("/")) {
            throw new IllegalArgumentException("Template does not start with a slash: " + template);
        }
        Set<String> names = new HashSet<>();
        for (String segment : segments(template)) {
            if (isVariable(segment) && !names.add(segment)) {
                throw new IllegalArgumentException(
                        "Template names %s twice: %s".formatted(segment, template));
            }
        }
    }

    public Route(String method, String template, Handler handler) {
        this(method, template, handler, false);
    }

    public static Route get(String template, Handler handler) {
        return new Route("GET", template, handler);
    }

    public static Route head(String template, Handler handler) {
        return new Route("HEAD", template, handler);
    }

    public static Route post(String template, Handler handler) {
        return new Route("POST", template, handler);
    }

    public static Route put(String template, Handler handler) {
        return new Route("PUT", template, handler);
    }

    public static Route delete(String template, Handler handler) {
        return new Route("DELETE", template, handler);
    }

    List<String> segments() {
        return segments(template);
    }

    static List<String> segments(String path) {
        return List.of(path.substring(1).split("/", -1));
    }

    static boolean isVariable(String segment) {
        return segment.startsWith("{") && segment.endsWith("}");
    }

    static String variable(String segment) {
        return segment.substring(1, segment.length() - 1);
    }
}
