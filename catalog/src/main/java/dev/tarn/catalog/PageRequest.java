package dev.tarn.catalog;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.apache.iceberg.exceptions.BadRequestException;
import org.jspecify.annotations.Nullable;

/// Which part of a listing is wanted.
///
/// A token carries the key of the last item of the page before, so a listing neither repeats nor
/// omits what was there all along, whatever comes and goes meanwhile. A key never changes: that of
/// a namespace is its name, that of a table or view, which may be renamed, its id.
///
/// @param token null for everything at once, empty for the first page, else that of the page before
/// @param size items per page at most; null leaves it to the server
public record PageRequest(@Nullable String token, @Nullable Integer size) {
    public static final PageRequest ALL = new PageRequest(null, null);

    private static final int SIZE_MAX = 1000;
    private static final String MARK = "after:";

    public PageRequest {
        if (size != null && size < 1) {
            throw new BadRequestException("Page size must be at least 1, found %s", size);
        }
    }

    /// Whether this is the first page, or everything.
    public boolean isFirst() {
        return token == null || token.isEmpty();
    }

    /// The key after which the page starts; empty for the first one.
    public String after() {
        if (token == null || token.isEmpty()) {
            return "";
        }
        try {
            byte[] decoded = Base64.getUrlDecoder().decode(token);
            String text = new String(decoded, StandardCharsets.UTF_8);
            if (text.startsWith(MARK)
                    && text.length() > MARK.length()
                    && text.chars().noneMatch(Character::isISOControl)) {
                return text.substring(MARK.length());
            }
        } catch (IllegalArgumentException e) {
            throw new BadRequestException(e, "Unknown page token: %s", token);
        }
        throw new BadRequestException("Unknown page token: %s", token);
    }

    /// How many rows to ask for: one more than the page holds tells whether there is a next one.
    public int rows() {
        return token == null ? Integer.MAX_VALUE : pageSize() + 1;
    }

    private int pageSize() {
        return size == null ? SIZE_MAX : Math.min(size, SIZE_MAX);
    }

    /// The page of these names, which are as many as [#rows] asked for, or fewer.
    public <T> Page<T> page(List<String> names, Function<String, T> item) {
        return page(names, name -> name, item);
    }

    /// The page of these rows, which are as many as [#rows] asked for, or fewer, in the order of
    /// their keys.
    public <R, T> Page<T> page(List<R> rows, Function<R, String> key, Function<R, T> item) {
        boolean more = !isWhole(rows);
        List<R> shown = more ? rows.subList(0, pageSize()) : rows;
        String next = more ? token(key.apply(shown.getLast())) : null;
        return new Page<>(shown.stream().map(item).toList(), next);
    }

    /// Whether nothing follows these rows, of which [#rows] were asked for.
    public boolean isWhole(List<?> rows) {
        return token == null || rows.size() <= pageSize();
    }

    private static String token(String last) {
        byte[] text = (MARK + last).getBytes(StandardCharsets.UTF_8);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text);
    }
}
