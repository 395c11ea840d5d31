package dev.tarn.app.http.rest;

import dev.tarn.app.http.HttpException;
import dev.tarn.app.http.Request;
import dev.tarn.app.http.UrlDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

/// The views through which an engine came to a table or view, outermost first: the query parameter
/// `referenced-by`.
///
///     referenced-by=prod%1Fanalytics%1Fquarterly,prod%1Fanalytics%1Fmonthly
///
/// It is split at commas before it is decoded, so that `%2C` is a comma of a name. Nothing depends
/// on it until there are permissions; a chain that cannot be read is refused already.
final class ReferencedBy {
    private static final String PARAMETER = "referenced-by";
    private static final String SEPARATOR = "\u001F";
    private static final int VIEWS_MAX = 64;

    private ReferencedBy() {}

    /// @throws HttpException 400 if it is not a list of views
    static List<TableIdentifier> parse(Request request) {
        String raw = request.rawQueryValue(PARAMETER).orElse("");
        if (raw.isEmpty()) {
            return List.of();
        }
        List<TableIdentifier> views = new ArrayList<>();
        for (String view : List.of(raw.split(",", -1))) {
            if (views.size() == VIEWS_MAX) {
                throw HttpException.badRequest(
                        "Parameter %s names too many views, expected at most %s"
                                .formatted(PARAMETER, VIEWS_MAX));
            }
            views.add(view(UrlDecoder.form(view)));
        }
        return List.copyOf(views);
    }

    private static TableIdentifier view(String text) {
        String[] parts = text.split(SEPARATOR, -1);
        if (parts.length < 2 || Arrays.asList(parts).contains("")) {
            throw HttpException.badRequest(
                    "Parameter %s must name views as namespace%%1Fview, found: %s"
                            .formatted(PARAMETER, text.replace(SEPARATOR, "%1F")));
        }
        Namespace namespace = Namespace.of(Arrays.copyOf(parts, parts.length - 1));
        return TableIdentifier.of(namespace, parts[parts.length - 1]);
    }
}
