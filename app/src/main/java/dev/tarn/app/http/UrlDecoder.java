package dev.tarn.app.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Decodes parts of a URL. Strict: what is not UTF-8 in whole `%XX` triples is refused, never
/// replaced, because a replaced character would name another table. So is the zero character, which
/// no name has and PostgreSQL cannot even compare.
public final class UrlDecoder {

    private UrlDecoder() {}

    /// Decodes one path segment. A plus is a plus.
    ///
    /// @throws HttpException 400
    public static String segment(String encoded) {
        return decode(encoded, false);
    }

    /// Decodes a name or value of a query or a form. A plus is a space.
    ///
    /// @throws HttpException 400
    public static String form(String encoded) {
        return decode(encoded, true);
    }

    private static String decode(String encoded, boolean plusIsSpace) {
        if (encoded.indexOf('%') < 0 && !(plusIsSpace && encoded.indexOf('+') >= 0)) {
            return encoded;
        }
        byte[] bytes = encoded.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            byte b = bytes[i];
            if (b == '%') {
                int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
                int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    throw HttpException.badRequest(
                            "Percent sign is not followed by two hexadecimal digits: " + encoded);
                }
                if ((high | low) == 0) {
                    throw HttpException.badRequest("URL must not contain %00: " + encoded);
                }
                decoded.write(high << 4 | low);
                i += 2;
            } else {
                decoded.write(b == '+' && plusIsSpace ? ' ' : b);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(decoded.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw HttpException.badRequest("URL is not encoded UTF-8: " + encoded);
        }
    }
}
