package dev.tarn.storage.s3;

import dev.tarn.storage.vending.Access;
import dev.tarn.storage.vending.Scope;
import org.jspecify.annotations.Nullable;

/// What the signer of a request may do: everything with the endpoint's own keys, else what the
/// scope of the session token says. Names are literal, as they reach the store.
final class Rights {
    static final Rights ALL = new Rights(null);

    private final @Nullable Scope scope;

    private Rights(@Nullable Scope scope) {
        this.scope = scope;
    }

    static Rights of(Scope scope) {
        return new Rights(scope);
    }

    boolean allow(Access access, String bucket, String key) {
        return scope == null || scope.allows(access, bucket, key);
    }

    void require(Access access, String bucket, String key) {
        if (!allow(access, bucket, key)) {
            throw denied();
        }
    }

    /// Does the call touch anything but what these keys are for? Two things are left to where they
    /// are read: the source of a copy, and the keys in the body of a request to delete many.
    void require(Operation operation, S3Request request) {
        if (scope == null) {
            return;
        }
        switch (operation) {
            case GetObject, HeadObject, GetObjectTagging ->
                    require(Access.READ, request.bucket(), request.key());
            case PutObject,
                    CopyObject,
                    DeleteObject,
                    PutObjectTagging,
                    DeleteObjectTagging,
                    CreateMultipartUpload,
                    UploadPart,
                    UploadPartCopy,
                    CompleteMultipartUpload,
                    AbortMultipartUpload,
                    ListParts ->
                    require(Access.READ_WRITE, request.bucket(), request.key());
            case ListObjects, ListMultipartUploads -> {
                String prefix = request.parameter("prefix").orElse("");
                if (!scope.allowsListing(request.bucket(), prefix)) {
                    throw denied();
                }
            }
            case DeleteObjects -> {}
            case ListBuckets,
                    CreateBucket,
                    HeadBucket,
                    DeleteBucket,
                    GetBucketLocation,
                    GetBucketVersioning,
                    Unknown ->
                    throw denied();
        }
    }

    private static Refusal denied() {
        return Refusal.denied("These keys are not for this");
    }
}
