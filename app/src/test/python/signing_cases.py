"""What PyIceberg does when the catalog signs its requests.

With one worker: PyIceberg 0.12 hangs its signer on a client that all its threads share, by taking the one before off
first, so that of several requests at once some go out unsigned and are refused.
"""

import os

os.environ["PYICEBERG_MAX_WORKERS"] = "1"

from access_cases import connect, opens_no_sibling, read_and_write  # noqa: E402


def signed():
    return connect(**{"header.X-Iceberg-Access-Delegation": "remote-signing"})


def case_s3fs_reads_and_writes_with_signed_requests():
    table = read_and_write(signed())
    assert "s3.access-key-id" not in table.io.properties
    assert table.io.properties["s3.signer"] == "S3V4RestSigner"


def case_s3fs_with_signed_requests_opens_no_sibling():
    opens_no_sibling(signed())
