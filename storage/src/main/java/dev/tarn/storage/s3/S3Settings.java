package dev.tarn.storage.s3;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/// Where an S3 is and how to get in.
///
/// @param endpoint null for AWS
/// @param pathStyle whether the bucket stands in the path rather than in the host name
public record S3Settings(
        @Nullable URI endpoint,
        String region,
        boolean pathStyle,
        String accessKey,
        String secretKey,
        @Nullable String sessionToken) {

    public static S3Settings of(URI endpoint, S3Keys keys) {
        return new S3Settings(
                endpoint, "us-east-1", true, keys.accessKey(), keys.secretKey(), null);
    }

    @Override
    public String toString() {
        return "S3Settings[endpoint=%s, region=%s, pathStyle=%s, accessKey=%s, secretKey=***]"
                .formatted(endpoint, region, pathStyle, accessKey);
    }
}
