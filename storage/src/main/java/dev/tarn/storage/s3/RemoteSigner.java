package dev.tarn.storage.s3;

import dev.tarn.storage.vending.Access;
import dev.tarn.storage.vending.Scope;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Signs requests of clients that have no keys, with the store's own: whatever is signed here, the
/// store does. So the request is read as the store will read it, and only what is known and lies
/// within the scope is signed: this endpoint, these calls, these parameters, these headers. A name
/// that some proxy on the way could read otherwise (`..`, `%2F`, `//`) is refused.
///
/// The body of a request to delete many names objects, so its hash is signed; other bodies are the
/// content of an object in the scope, and the client need not send them here.
public final class RemoteSigner {
    private static final Duration DATE_DRIFT_MAX = Duration.ofMinutes(5);
    private static final int DOCUMENT_CHARACTERS_MAX = 4 << 20;

    private static final Set<String> OBJECT_PARAMETERS =
            Set.of("uploads", "uploadId", "partNumber", "max-parts", "part-number-marker", "x-id");
    private static final Set<String> LIST_PARAMETERS =
            Set.of(
                    "list-type",
                    "prefix",
                    "delimiter",
                    "max-keys",
                    "continuation-token",
                    "start-after",
                    "encoding-type",
                    "fetch-owner",
                    "x-id");
    private static final Set<String> DELETE_PARAMETERS = Set.of("delete", "x-id");

    /// Headers of S3's own that change nothing beyond the object itself.
    private static final Set<String> HEADERS =
            Set.of(
                    "x-amz-content-sha256",
                    "x-amz-date",
                    "x-amz-decoded-content-length",
                    "x-amz-expected-bucket-owner",
                    "x-amz-mp-object-size",
                    "x-amz-sdk-checksum-algorithm",
                    "x-amz-server-side-encryption",
                    "x-amz-server-side-encryption-aws-kms-key-id",
                    "x-amz-storage-class",
                    "x-amz-te",
                    "x-amz-trailer",
                    "x-amz-user-agent");

    private static final List<String> HEADER_PREFIXES = List.of("x-amz-checksum-", "x-amz-meta-");

    /// The only elements of a request to delete many.
    private static final Set<String> DELETE_LEAVES =
            Set.of("Key", "VersionId", "ETag", "Size", "LastModifiedTime", "Quiet");

    private final URI endpoint;
    private final String region;
    private final boolean pathStyle;
    private final Signers.Signer signer;
    private final InstantSource clock;

    /// @param endpoint as clients know it; the only one that requests are signed for
    public RemoteSigner(
            URI endpoint, String region, boolean pathStyle, S3Keys keys, InstantSource clock) {
        this.endpoint = endpoint;
        this.region = region;
        this.pathStyle = pathStyle;
        this.signer = new Signers.Signer(keys.accessKey(), keys.secretKey(), Rights.ALL);
        this.clock = clock;
    }

    /// A request as its client is going to send it.
    ///
    /// @param body where it names objects
    public record Unsigned(
            String method,
            String region,
            URI uri,
            Map<String, List<String>> headers,
            @Nullable String body) {}

    /// @param headers to be added
    /// @param reusable whether the same headers serve another request for the same object
    public record Signed(URI uri, SequencedMap<String, List<String>> headers, boolean reusable) {}

    /// What a request is about to do, which its signer must be allowed to.
    public static Access access(Unsigned request) {
        return switch (request.method.toUpperCase(Locale.ROOT)) {
            case "GET", "HEAD" -> Access.READ;
            default -> Access.READ_WRITE;
        };
    }

    /// @throws SigningRefusedException if it reaches beyond the scope, or makes no sense
    public Signed sign(Unsigned unsigned, Scope scope) {
        try {
            return signed(unsigned, scope);
        } catch (Refusal e) {
            throw new SigningRefusedException(e.status() == 403, e.text());
        }
    }

    private Signed signed(Unsigned unsigned, Scope scope) {
        if (!unsigned.region.equals(region)) {
            throw Refusal.invalid("Region must be %s, found %s".formatted(region, unsigned.region));
        }
        S3Request request = request(unsigned);
        Operation operation = Operation.of(request);
        requireKnown(operation, request);
        Rights.of(scope).require(operation, request);
        String payload = payload(operation, request, unsigned.body, scope);
        String date = date(request);

        SequencedMap<String, List<String>> headers = new TreeMap<>();
        headers.put("host", List.of(host(unsigned.uri)));
        request.headers()
                .forEach((name, values) -> {
                    if (name.startsWith("x-amz-") || name.equals("content-md5")) {
                        headers.put(name, values);
                    }
                });
        headers.put("x-amz-date", List.of(date));
        headers.put("x-amz-content-sha256", List.of(payload));
        SequencedMap<String, List<String>> added = new LinkedHashMap<>();
        added.put("Authorization", List.of(authorization(request, headers, date, payload)));
        for (String name : List.of("x-amz-date", "x-amz-content-sha256")) {
            if (request.header(name).isEmpty()) {
                added.put(name, headers.getOrDefault(name, List.of()));
            }
        }
        boolean reads = operation == Operation.GetObject || operation == Operation.HeadObject;
        return new Signed(unsigned.uri, added, reads && headers.size() == 3);
    }

    private String authorization(
            S3Request request,
            SequencedMap<String, List<String>> headers,
            String date,
            String payload) {
        var whole =
                new S3Request(
                        request.method(),
                        // as it stands in the request, with the bucket in the path or not
                        pathStyle ? request.path() : "/" + request.key(),
                        request.bucket(),
                        request.key(),
                        request.parameters(),
                        headers);
        List<String> names = List.copyOf(headers.keySet());
        String scope = "%s/%s/s3/aws4_request".formatted(date.substring(0, 8), region);
        String text =
                String.join(
                        "\n",
                        Signatures.ALGORITHM,
                        date,
                        scope,
                        Hashes.sha256Hex(Signatures.canonical(whole, names, payload, false)));
        return "%s Credential=%s/%s, SignedHeaders=%s, Signature=%s"
                .formatted(
                        Signatures.ALGORITHM,
                        signer.accessKey(),
                        scope,
                        String.join(";", names),
                        Hashes.hex(Hashes.hmac(signer.signingKey(scope), text)));
    }

    private S3Request request(Unsigned unsigned) {
        URI uri = unsigned.uri;
        String rawPath = uri.getRawPath();
        if (uri.getRawUserInfo() != null || uri.getRawFragment() != null || rawPath == null) {
            throw Refusal.invalid("URI must be an address, a path and a query, found " + uri);
        }
        String bucket = requireEndpoint(uri);
        SequencedMap<String, List<String>> headers = new TreeMap<>();
        unsigned.headers.forEach((name, values) -> headers.put(S3Request.lower(name), values));
        if (headers.size() != unsigned.headers.size()) {
            throw Refusal.invalid("A header is given twice");
        }
        S3Request request =
                S3Request.of(
                        unsigned.method.toUpperCase(Locale.ROOT),
                        bucket.isEmpty() ? rawPath : "/" + bucket + rawPath,
                        uri.getRawQuery(),
                        headers);
        if (S3Request.lower(rawPath).contains("%2f")) {
            throw ambiguous(request.key());
        }
        requirePlain(request.key());
        requirePlain(request.parameter("prefix").orElse(""));
        return request;
    }

    /// @return the bucket if it stands in the host name
    private String requireEndpoint(URI uri) {
        boolean sameScheme = lower(uri.getScheme()).equals(lower(endpoint.getScheme()));
        String host = lower(uri.getHost());
        String ours = lower(endpoint.getHost());
        if (sameScheme && port(uri) == port(endpoint)) {
            if (pathStyle && host.equals(ours)) {
                return "";
            }
            if (!pathStyle && host.endsWith("." + ours)) {
                return host.substring(0, host.length() - ours.length() - 1);
            }
        }
        throw Refusal.denied("Requests are signed for %s alone, found %s".formatted(endpoint, uri));
    }

    private static String lower(@Nullable String text) {
        return text == null ? "" : text.toLowerCase(Locale.ROOT);
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0
                ? uri.getPort()
                : lower(uri.getScheme()).equals("https") ? 443 : 80;
    }

    /// The Host header as clients send it: without the port that goes without saying.
    private static String host(URI uri) {
        boolean standard =
                uri.getPort() < 0
                        || uri.getPort() == (lower(uri.getScheme()).equals("https") ? 443 : 80);
        return standard ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
    }

    private static void requirePlain(String key) {
        boolean climbs =
                Arrays.stream(key.split("/", -1))
                        .anyMatch(part -> part.equals(".") || part.equals(".."));
        if (climbs
                || key.contains("//")
                || key.startsWith("/")
                || key.indexOf('\\') >= 0
                || key.chars().anyMatch(c -> c < ' ')) {
            throw ambiguous(key);
        }
    }

    private static Refusal ambiguous(String key) {
        return Refusal.denied("Key can be read in two ways: " + key);
    }

    private static void requireKnown(Operation operation, S3Request request) {
        Set<String> parameters =
                switch (operation) {
                    case GetObject,
                            HeadObject,
                            PutObject,
                            DeleteObject,
                            CreateMultipartUpload,
                            UploadPart,
                            CompleteMultipartUpload,
                            AbortMultipartUpload,
                            ListParts ->
                            OBJECT_PARAMETERS;
                    case ListObjects -> LIST_PARAMETERS;
                    case DeleteObjects -> DELETE_PARAMETERS;
                    case ListBuckets,
                            CreateBucket,
                            HeadBucket,
                            DeleteBucket,
                            GetBucketLocation,
                            GetBucketVersioning,
                            ListMultipartUploads,
                            CopyObject,
                            UploadPartCopy,
                            GetObjectTagging,
                            PutObjectTagging,
                            DeleteObjectTagging,
                            Unknown ->
                            throw Refusal.denied("%s is not signed".formatted(operation));
                };
        Set<String> seen = new HashSet<>();
        for (S3Request.Parameter parameter : request.parameters()) {
            if (!parameters.contains(parameter.name()) || !seen.add(parameter.name())) {
                throw Refusal.denied("Parameter is not signed: " + parameter.name());
            }
        }
        if (operation == Operation.ListObjects
                && request.parameter("list-type").filter("2"::equals).isEmpty()) {
            throw Refusal.denied("Listings are signed with list-type=2 alone");
        }
        for (String name : request.headers().keySet()) {
            boolean known =
                    !name.startsWith("x-amz-")
                            || HEADERS.contains(name)
                            || HEADER_PREFIXES.stream().anyMatch(name::startsWith);
            if (!known) {
                throw Refusal.denied("Header is not signed: " + name);
            }
        }
    }

    /// What is signed of the body.
    private static String payload(
            Operation operation, S3Request request, @Nullable String body, Scope scope) {
        Optional<String> wanted = request.header("x-amz-content-sha256");
        if (operation == Operation.DeleteObjects) {
            if (body == null || body.isEmpty()) {
                throw Refusal.invalid("Body is missing, which names the objects to be deleted");
            }
            requireWithin(request.bucket(), body, scope);
            String hash = Hashes.sha256Hex(body);
            if (wanted.isPresent() && !wanted.get().equals(hash)) {
                throw Refusal.invalid("x-amz-content-sha256 is not that of the body");
            }
            return hash;
        }
        String payload = wanted.orElse(Signatures.UNSIGNED);
        boolean known =
                payload.equals(Signatures.UNSIGNED)
                        || payload.equals("STREAMING-UNSIGNED-PAYLOAD-TRAILER")
                        || payload.matches("[0-9a-f]{64}");
        if (!known) {
            throw Refusal.invalid("x-amz-content-sha256 cannot be signed here: " + payload);
        }
        return payload;
    }

    /// Every key that the document could name to any reader of XML must lie within: so it may hold
    /// nothing but the elements of this call, without comments, entities of its own or another
    /// encoding.
    private static void requireWithin(String bucket, String body, Scope scope) {
        String text = body.startsWith("<?xml") ? body.substring(body.indexOf("?>") + 2) : body;
        String declaration = S3Request.lower(body.substring(0, body.length() - text.length()));
        boolean plain =
                body.length() <= DOCUMENT_CHARACTERS_MAX
                        && !text.contains("<!")
                        && !text.contains("<?")
                        && (!declaration.contains("encoding") || declaration.contains("utf-8"));
        if (!plain) {
            throw Refusal.denied("Body is not a plain list of objects");
        }
        for (Xml.Leaf leaf : Xml.leaves(body.getBytes(StandardCharsets.UTF_8))) {
            boolean quiet = leaf.name().equals("Quiet") && leaf.parent().equals("Delete");
            if (!quiet
                    && !(leaf.parent().equals("Object") && DELETE_LEAVES.contains(leaf.name()))) {
                throw Refusal.denied("Body has an unknown element: " + leaf.name());
            }
            if (leaf.name().equals("Key")) {
                requirePlain(leaf.value());
                if (!scope.allows(Access.READ_WRITE, bucket, leaf.value())) {
                    throw Refusal.denied("Object is not within these folders: " + leaf.value());
                }
            }
        }
    }

    private String date(S3Request request) {
        Instant now = clock.instant();
        Optional<String> wanted = request.header("x-amz-date");
        if (wanted.isEmpty()) {
            return Signatures.DATE.format(now);
        }
        try {
            Instant date = Signatures.DATE.parse(wanted.get(), Instant::from);
            if (Duration.between(now, date).abs().compareTo(DATE_DRIFT_MAX) <= 0) {
                return wanted.get();
            }
        } catch (DateTimeParseException e) {
            throw Refusal.invalid("x-amz-date is not a date: " + wanted.get());
        }
        throw Refusal.denied("x-amz-date is too far from now: " + wanted.get());
    }
}
