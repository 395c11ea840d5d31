package dev.tarn.app.http.rest;

import java.util.Arrays;
import java.util.Locale;

/// The headers that each client sends with every request, as they were seen on the wire.
enum ForeignClient {
    PYICEBERG(
            "User-Agent",
            "PyIceberg/0.12.0",
            "X-Client-Version",
            "PyIceberg 0.12.0",
            "Content-Type",
            "application/json",
            "Accept",
            "*/*",
            "Accept-Encoding",
            "gzip, deflate",
            "X-Iceberg-Access-Delegation",
            "vended-credentials"),
    JAVA(
            "User-Agent",
            "Apache-HttpClient/5.6.4 (Java/17.0.18)",
            "X-Client-Version",
            "Apache Iceberg 1.12.0 (commit 8f1dde2)",
            "X-Client-Git-Commit-Short",
            "8f1dde2",
            "Content-Type",
            "application/json",
            "Accept-Encoding",
            "gzip, x-gzip, deflate, zstd, xz, lzma, lz4-framed, lz4-block, bzip2, pack200"),
    DUCKDB(
            "User-Agent",
            "duckdb/v1.5.5(linux_amd64) python/3.11 8f1dde2",
            "X-Iceberg-Access-Delegation",
            "vended-credentials"),
    ICEBERG_RUST(
            "User-Agent",
            "iceberg-rs/0.10.1",
            "X-Client-Version",
            "0.14.1",
            "Content-Type",
            "application/json");

    private final String[] headers;

    ForeignClient(String... headers) {
        this.headers = headers;
    }

    String[] headers() {
        return headers.clone();
    }

    String[] headersAnd(String name, String value) {
        String[] more = Arrays.copyOf(headers, headers.length + 2);
        more[headers.length] = name;
        more[headers.length + 1] = value;
        return more;
    }

    /// Whether it says that it reads gzip.
    boolean takesGzip() {
        return Arrays.stream(headers)
                .map(header -> header.toLowerCase(Locale.ROOT))
                .anyMatch(header -> header.startsWith("gzip"));
    }
}
