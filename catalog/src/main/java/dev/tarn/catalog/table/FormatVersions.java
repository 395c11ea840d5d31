package dev.tarn.catalog.table;

import org.apache.iceberg.exceptions.BadRequestException;

/// The versions of the table format that the protocol knows. Iceberg's library reads a version
/// more, whose form may still change: a table in it might be unreadable tomorrow.
final class FormatVersions {
    private static final int MAX = 3;

    private FormatVersions() {}

    /// @throws BadRequestException if it is none of them
    static void require(String what, int version) {
        if (version > MAX) {
            throw new BadRequestException(
                    "%s has a format version that is not supported, expected at most %s, found %s",
                    what, MAX, version);
        }
    }
}
