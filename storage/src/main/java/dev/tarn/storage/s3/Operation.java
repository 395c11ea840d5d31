package dev.tarn.storage.s3;

import java.util.Set;

/// The calls of S3 that are known here.
enum Operation {
    ListBuckets,
    CreateBucket,
    HeadBucket,
    DeleteBucket,
    GetBucketLocation,
    GetBucketVersioning,
    ListObjects,
    DeleteObjects,
    ListMultipartUploads,
    PutObject,
    GetObject,
    HeadObject,
    CopyObject,
    DeleteObject,
    GetObjectTagging,
    PutObjectTagging,
    DeleteObjectTagging,
    CreateMultipartUpload,
    UploadPart,
    UploadPartCopy,
    CompleteMultipartUpload,
    AbortMultipartUpload,
    ListParts,
    Unknown;

    /// Parameters that make another call of a request; those we lack must not fall through to the
    /// call that has none.
    private static final Set<String> ELSEWHERE =
            Set.of(
                    "accelerate",
                    "acl",
                    "analytics",
                    "attributes",
                    "cors",
                    "encryption",
                    "intelligent-tiering",
                    "inventory",
                    "legal-hold",
                    "lifecycle",
                    "logging",
                    "metrics",
                    "notification",
                    "object-lock",
                    "ownershipControls",
                    "policy",
                    "policyStatus",
                    "publicAccessBlock",
                    "renameObject",
                    "replication",
                    "requestPayment",
                    "restore",
                    "retention",
                    "select",
                    "session",
                    "torrent",
                    "versions",
                    "website",
                    "append");

    static Operation of(S3Request request) {
        if (request.parameters().stream().anyMatch(p -> ELSEWHERE.contains(p.name()))) {
            return Unknown;
        }
        if (request.bucket().isEmpty()) {
            return request.method().equals("GET") ? ListBuckets : Unknown;
        }
        return request.key().isEmpty() ? ofBucket(request) : ofObject(request);
    }

    private static Operation ofBucket(S3Request request) {
        boolean tagging = request.has("tagging");
        return switch (request.method()) {
            case "GET" -> {
                if (request.has("location")) {
                    yield GetBucketLocation;
                }
                if (request.has("versioning")) {
                    yield GetBucketVersioning;
                }
                if (request.has("uploads")) {
                    yield ListMultipartUploads;
                }
                yield tagging ? Unknown : ListObjects;
            }
            case "PUT" -> tagging || request.has("versioning") ? Unknown : CreateBucket;
            case "HEAD" -> HeadBucket;
            case "DELETE" -> tagging ? Unknown : DeleteBucket;
            case "POST" -> request.has("delete") ? DeleteObjects : Unknown;
            default -> Unknown;
        };
    }

    private static Operation ofObject(S3Request request) {
        boolean tagging = request.has("tagging");
        boolean upload = request.has("uploadId");
        boolean copy = request.header("x-amz-copy-source").isPresent();
        return switch (request.method()) {
            case "GET" -> tagging ? GetObjectTagging : upload ? ListParts : GetObject;
            case "HEAD" -> HeadObject;
            case "PUT" -> {
                if (tagging) {
                    yield PutObjectTagging;
                }
                if (upload) {
                    yield copy ? UploadPartCopy : UploadPart;
                }
                yield copy ? CopyObject : PutObject;
            }
            case "DELETE" ->
                    tagging ? DeleteObjectTagging : upload ? AbortMultipartUpload : DeleteObject;
            case "POST" ->
                    upload
                            ? CompleteMultipartUpload
                            : request.has("uploads") ? CreateMultipartUpload : Unknown;
            default -> Unknown;
        };
    }
}
