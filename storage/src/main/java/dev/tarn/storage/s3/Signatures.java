package dev.tarn.storage.s3;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Checks who signed a request: AWS Signature Version 4, in the Authorization header or in the
/// query.
final class Signatures {
    static final String ALGORITHM = "AWS4-HMAC-SHA256";
    static final String UNSIGNED = "UNSIGNED-PAYLOAD";
    private static final Duration SKEW_MAX = Duration.ofMinutes(15);
    private static final int EXPIRY_SECONDS_MAX = 7 * 24 * 3600;
    static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final Signers signers;
    private final InstantSource clock;

    Signatures(S3Keys keys, InstantSource clock) {
        this.signers = new Signers(keys, clock);
        this.clock = clock;
    }

    /// What a checked head says of the body that follows.
    ///
    /// @param payload a SHA-256 in hex, or one of S3's words for a body signed otherwise
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Signed(
            String payload,
            String date,
            String scope,
            byte[] key,
            String signature,
            Rights rights) {}

    private record Claim(
            String credential,
            String signedHeaders,
            String signature,
            String date,
            String payload,
            boolean inQuery) {}

    /// @throws Refusal unless the holder of the secret signed this very request, recently
    Signed check(S3Request request) {
        Claim claim =
                request.has("X-Amz-Algorithm") || request.has("X-Amz-Signature")
                        ? inQuery(request)
                        : inHeader(request);
        String[] credential = claim.credential.split("/", -1);
        if (credential.length != 5
                || !credential[3].equals("s3")
                || !credential[4].equals("aws4_request")
                || !claim.date.startsWith(credential[1])
                || credential[1].length() != 8) {
            throw new Refusal(
                    400,
                    "AuthorizationHeaderMalformed",
                    "Credential must be KEY/DATE/REGION/s3/aws4_request, found: "
                            + claim.credential);
        }
        Signers.Signer signer = signers.require(credential[0], token(request));
        checkTime(request, claim);
        List<String> signedHeaders = List.of(claim.signedHeaders.split(";", -1));
        checkCoverage(request, signedHeaders);

        String scope = claim.credential.substring(claim.credential.indexOf('/') + 1);
        byte[] key = signer.signingKey(scope);
        String text =
                String.join(
                        "\n",
                        ALGORITHM,
                        claim.date,
                        scope,
                        Hashes.sha256Hex(
                                canonical(request, signedHeaders, claim.payload, claim.inQuery)));
        String expected = Hashes.hex(Hashes.hmac(key, text));
        if (!Hashes.equal(expected, claim.signature)) {
            throw new Refusal(
                    403,
                    "SignatureDoesNotMatch",
                    "The signature does not match: check the secret key and the signing method");
        }
        return new Signed(claim.payload, claim.date, scope, key, claim.signature, signer.rights());
    }

    /// Its header is covered by the signature as every one of S3's own, its parameter as every one.
    private static Optional<String> token(S3Request request) {
        Optional<String> inHeader = request.header("x-amz-security-token");
        Optional<String> inQuery = request.parameter("X-Amz-Security-Token");
        if (inHeader.isPresent() && inQuery.isPresent()) {
            throw Refusal.invalid("Session token is given twice, in a header and in the query");
        }
        return inHeader.or(() -> inQuery);
    }

    private static Claim inHeader(S3Request request) {
        String header =
                request.header("authorization")
                        .orElseThrow(() -> Refusal.denied("Request is not signed"));
        if (!header.startsWith(ALGORITHM + " ")) {
            throw new Refusal(400, "InvalidRequest", "Authorization must be by " + ALGORITHM);
        }
        String credential = "";
        String signedHeaders = "";
        String signature = "";
        for (String part : header.substring(ALGORITHM.length() + 1).split(",", -1)) {
            String item = part.strip();
            int equals = item.indexOf('=');
            String value = item.substring(equals + 1);
            switch (equals < 0 ? "" : item.substring(0, equals)) {
                case "Credential" -> credential = value;
                case "SignedHeaders" -> signedHeaders = value;
                case "Signature" -> signature = value;
                default ->
                        throw new Refusal(
                                400,
                                "AuthorizationHeaderMalformed",
                                "Authorization has an unknown part: " + item);
            }
        }
        String date =
                request.header("x-amz-date")
                        .orElseThrow(() -> Refusal.denied("Header is missing: x-amz-date"));
        String payload =
                request.header("x-amz-content-sha256")
                        .orElseThrow(() ->
                                new Refusal(
                                        400,
                                        "InvalidRequest",
                                        "Header is missing: x-amz-content-sha256"));
        return new Claim(credential, signedHeaders, signature, date, payload, false);
    }

    private static Claim inQuery(S3Request request) {
        if (request.header("authorization").isPresent()) {
            throw Refusal.invalid("Request is signed twice, in a header and in the query");
        }
        if (!request.requireParameter("X-Amz-Algorithm").equals(ALGORITHM)) {
            throw Refusal.invalid("X-Amz-Algorithm must be " + ALGORITHM);
        }
        return new Claim(
                request.requireParameter("X-Amz-Credential"),
                request.requireParameter("X-Amz-SignedHeaders"),
                request.requireParameter("X-Amz-Signature"),
                request.requireParameter("X-Amz-Date"),
                request.header("x-amz-content-sha256").orElse(UNSIGNED),
                true);
    }

    private void checkTime(S3Request request, Claim claim) {
        Instant signed;
        try {
            signed = DATE.parse(claim.date, Instant::from);
        } catch (DateTimeParseException e) {
            throw Refusal.denied("Date must be like 20260131T235959Z, found: " + claim.date);
        }
        Instant now = clock.instant();
        if (signed.isAfter(now.plus(SKEW_MAX))
                || (!claim.inQuery && signed.isBefore(now.minus(SKEW_MAX)))) {
            throw new Refusal(
                    403,
                    "RequestTimeTooSkewed",
                    "The clocks differ too much: %s here, %s there".formatted(now, signed));
        }
        if (claim.inQuery) {
            request.requireParameter("X-Amz-Expires");
            int seconds = request.number("X-Amz-Expires", 0, 1, EXPIRY_SECONDS_MAX);
            if (signed.plusSeconds(seconds).isBefore(now)) {
                throw Refusal.denied("Request has expired");
            }
        }
    }

    /// What the server acts upon must be signed: the host and every header of S3's own.
    private static void checkCoverage(S3Request request, List<String> signedHeaders) {
        if (!signedHeaders.contains("host")) {
            throw Refusal.denied("Header must be signed: host");
        }
        for (String name : request.headers().keySet()) {
            boolean covered =
                    !name.startsWith("x-amz-")
                            || signedHeaders.contains(name)
                            // is part of what is signed, whatever the list says
                            || name.equals("x-amz-content-sha256");
            if (!covered) {
                throw Refusal.denied("Header is present but not signed: " + name);
            }
        }
        for (String name : signedHeaders) {
            if (!request.headers().containsKey(name)) {
                throw new Refusal(
                        403, "SignatureDoesNotMatch", "Header is signed but not present: " + name);
            }
        }
    }

    /// The text whose hash is signed.
    static String canonical(
            S3Request request, List<String> signedHeaders, String payload, boolean inQuery) {
        var text = new StringBuilder(512);
        text.append(request.method()).append('\n');
        text.append(S3Request.encode(request.path(), true)).append('\n');
        text.append(
                        request.parameters().stream()
                                .filter(p -> !(inQuery && p.name().equals("X-Amz-Signature")))
                                .map(p ->
                                        new String[] {
                                            S3Request.encode(p.name(), false),
                                            S3Request.encode(p.value(), false)
                                        })
                                .sorted(
                                        Comparator.<String[], String>comparing(p -> p[0])
                                                .thenComparing(p -> p[1]))
                                .map(p -> p[0] + "=" + p[1])
                                .collect(Collectors.joining("&")))
                .append('\n');
        for (String name : signedHeaders) {
            List<String> values = request.headers().getOrDefault(name, List.of());
            text.append(name)
                    .append(':')
                    .append(
                            values.stream()
                                    .map(Signatures::oneSpace)
                                    .collect(Collectors.joining(",")))
                    .append('\n');
        }
        return text.append('\n')
                .append(String.join(";", signedHeaders))
                .append('\n')
                .append(payload)
                .toString();
    }

    private static String oneSpace(String value) {
        String stripped = value.strip();
        return stripped.contains("  ") ? stripped.replaceAll(" {2,}", " ") : stripped;
    }
}
