package dev.tarn.storage.s3;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The head of a request. The path and the query are taken apart here and nowhere else, so that
/// what was signed is what is done.
///
/// @param bucket empty for the service itself
/// @param headers names in lower case, several values of one name in their order
record S3Request(
        String method,
        String path,
        String bucket,
        String key,
        List<Parameter> parameters,
        SequencedMap<String, List<String>> headers) {

    record Parameter(String name, String value) {}

    static S3Request of(
            String method,
            String rawPath,
            @Nullable String rawQuery,
            SequencedMap<String, List<String>> headers) {
        String path = decode(rawPath);
        if (!path.startsWith("/")) {
            throw Refusal.invalid("Path must begin with a slash");
        }
        int slash = path.indexOf('/', 1);
        String bucket = slash < 0 ? path.substring(1) : path.substring(1, slash);
        String key = slash < 0 ? "" : path.substring(slash + 1);
        var parameters = new ArrayList<Parameter>();
        if (rawQuery != null && !rawQuery.isEmpty()) {
            for (String pair : rawQuery.split("&", -1)) {
                if (!pair.isEmpty()) {
                    int equals = pair.indexOf('=');
                    parameters.add(
                            equals < 0
                                    ? new Parameter(decode(pair), "")
                                    : new Parameter(
                                            decode(pair.substring(0, equals)),
                                            decode(pair.substring(equals + 1))));
                }
            }
        }
        return new S3Request(
                method, path, bucket, key, List.copyOf(parameters), new TreeMap<>(headers));
    }

    boolean has(String parameter) {
        return parameters.stream().anyMatch(p -> p.name.equals(parameter));
    }

    /// The value of the parameter; naming it twice is refused.
    Optional<String> parameter(String name) {
        List<String> values =
                parameters.stream().filter(p -> p.name.equals(name)).map(Parameter::value).toList();
        if (values.size() > 1) {
            throw Refusal.invalid("Parameter is given twice: " + name);
        }
        return values.stream().findFirst();
    }

    String requireParameter(String name) {
        return parameter(name).orElseThrow(() -> Refusal.invalid("Parameter is missing: " + name));
    }

    int number(String name, int fallback, int min, int max) {
        Optional<String> text = parameter(name).filter(t -> !t.isEmpty());
        if (text.isEmpty()) {
            return fallback;
        }
        try {
            int number = Integer.parseInt(text.get());
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw Refusal.invalid("%s must be a number, found: %s".formatted(name, text.get()));
        }
        throw Refusal.invalid(
                "%s must be from %s to %s, found: %s".formatted(name, min, max, text.get()));
    }

    Optional<String> header(String name) {
        List<String> values = headers.get(name);
        return values == null || values.isEmpty()
                ? Optional.empty()
                : Optional.of(String.join(",", values));
    }

    /// Headers whose name begins so.
    SequencedMap<String, String> headersWith(String prefix) {
        var found = new TreeMap<String, String>();
        for (Map.Entry<String, List<String>> header : headers.entrySet()) {
            if (header.getKey().startsWith(prefix)) {
                found.put(header.getKey(), String.join(",", header.getValue()));
            }
        }
        return found;
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /// Percent-decodes UTF-8; a plus is a plus.
    static String decode(String text) {
        if (text.indexOf('%') < 0 && isAscii(text)) {
            return text;
        }
        byte[] in = text.getBytes(StandardCharsets.UTF_8);
        var out = new ByteArrayOutputStream(in.length);
        for (int i = 0; i < in.length; i++) {
            if (in[i] == '%') {
                int high = i + 2 < in.length ? Character.digit(in[i + 1], 16) : -1;
                int low = i + 2 < in.length ? Character.digit(in[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    throw new Refusal(400, "InvalidURI", "URI has a broken escape: " + text);
                }
                out.write(high << 4 | low);
                i += 2;
            } else {
                out.write(in[i]);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(out.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new Refusal(400, "InvalidURI", "URI is not UTF-8: " + text);
        }
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 127) {
                return false;
            }
        }
        return true;
    }

    /// Percent-encodes all but RFC 3986's unreserved characters.
    static String encode(String text, boolean keepSlash) {
        var out = new StringBuilder(text.length() + 16);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            boolean plain =
                    (b >= 'a' && b <= 'z')
                            || (b >= 'A' && b <= 'Z')
                            || (b >= '0' && b <= '9')
                            || b == '-'
                            || b == '_'
                            || b == '.'
                            || b == '~'
                            || (b == '/' && keepSlash);
            if (plain) {
                out.append((char) b);
            } else {
                out.append('%')
                        .append(Character.toUpperCase(Character.forDigit(b >> 4 & 15, 16)))
                        .append(Character.toUpperCase(Character.forDigit(b & 15, 16)));
            }
        }
        return out.toString();
    }
}
