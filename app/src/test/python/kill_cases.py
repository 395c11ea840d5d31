"""Works on while the server is killed and started again, until the file STOP appears; then counts.

An append or an upload that was acknowledged is there, whole and once. One that was not acknowledged is there once or
not at all.
"""

import hashlib
import os
import pathlib
import time
from threading import Event, Lock

import pyarrow as pa
from boto3_cases import client
from cases import S3_BUCKET, fresh, together
from pyiceberg.schema import Schema
from pyiceberg.types import LongType, NestedField
from pyiceberg_cases import connect

STOP = pathlib.Path(os.environ["STOP"])
APPENDERS = 2
ACKNOWLEDGED_MIN = 20
UPLOADERS = 2
PART = 5 << 20


def until_it_answers(action):
    """The server may be down: asks again, for a minute at most."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return action()
        except Exception:
            if time.monotonic() > deadline:
                raise
            Event().wait(0.05)


class Ledger:
    """What was tried, and what was acknowledged."""

    def __init__(self):
        self.lock, self.tried, self.acknowledged, self.outages = Lock(), {}, set(), 0

    def run(self, key, value, action):
        with self.lock:
            self.tried[key] = value
        try:
            action()
        except Exception:
            with self.lock:
                self.outages += 1
            return False
        with self.lock:
            self.acknowledged.add(key)
        return True

    def so_far(self):
        with self.lock:
            return set(self.acknowledged)


def check_rows(table, expected, tried):
    found = table.scan().to_arrow()["id"].to_pylist()
    assert len(found) == len(set(found)), "a row is there twice"
    missing = expected - set(found)
    assert not missing, f"acknowledged and gone: {sorted(missing)}"
    strange = set(found) - set(tried)
    assert not strange, f"never written: {sorted(strange)}"
    return found


def case_acknowledged_appends_are_there_once():
    catalog = until_it_answers(connect)
    name = (fresh("kill"), "t")
    until_it_answers(lambda: catalog.create_namespace_if_not_exists(name[0]))
    properties = {"commit.retry.num-retries": "20", "write.metadata.delete-after-commit.enabled": "true"}
    schema = Schema(NestedField(1, "id", LongType()))
    until_it_answers(lambda: catalog.create_table_if_not_exists(name, schema=schema, properties=properties))
    ledger = Ledger()

    def load():
        return connect().load_table(name)

    def append(worker):
        turn = 0
        table = until_it_answers(load)
        # A loaded machine may get little done between two kills; the count must mean something.
        while not STOP.exists() or len(ledger.so_far()) <= ACKNOWLEDGED_MIN:
            turn += 1
            row = worker * 1_000_000 + turn
            if not ledger.run(row, None, lambda: table.append(pa.table({"id": pa.array([row], pa.int64())}))):
                expected = ledger.so_far()
                until_it_answers(lambda: load().scan().count())
                table = until_it_answers(load)
                try:
                    check_rows(table, expected, ledger.tried)
                except OSError:  # killed again meanwhile
                    pass

    _, errors = together(APPENDERS, append)
    assert not any(errors), errors
    table = connect().load_table(name)
    found = check_rows(table, ledger.acknowledged, ledger.tried)
    assert ledger.outages > 0
    assert len(table.metadata.snapshots) == len(found)
    for snapshot in table.metadata.snapshots[:: max(1, len(found) // 20)]:
        assert table.scan(snapshot_id=snapshot.snapshot_id).count() <= len(found)
    print("appends acknowledged", len(ledger.acknowledged), "found", len(found), "tried", len(ledger.tried))


def content(key, size):
    block = hashlib.sha256(key.encode()).digest()
    return block * (size // len(block))


def upload(s3, key, size):
    if size <= PART:
        s3.put_object(Bucket=S3_BUCKET, Key=key, Body=content(key, size))
        return
    names = {"Bucket": S3_BUCKET, "Key": key}
    names["UploadId"] = s3.create_multipart_upload(**names)["UploadId"]
    body, parts = content(key, size), []
    for number, start in enumerate(range(0, size, PART), 1):
        etag = s3.upload_part(PartNumber=number, Body=body[start : start + PART], **names)["ETag"]
        parts.append({"PartNumber": number, "ETag": etag})
    s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **names)


def case_acknowledged_uploads_are_there_whole():
    top = fresh("kill") + "/"
    ledger = Ledger()

    def work(worker):
        s3, turn = client(), 0
        while not STOP.exists() or len(ledger.so_far()) <= ACKNOWLEDGED_MIN:
            turn += 1
            size = [4096, 1 << 20, 0, 12 << 20][turn % 4]
            key = f"{top}{worker}/{turn:05d}"
            if not ledger.run(key, size, lambda key=key, size=size: upload(s3, key, size)):
                until_it_answers(lambda: s3.head_bucket(Bucket=S3_BUCKET))
            if turn % 10 == 0:
                # Space is finite; what was deleted must stay so.
                gone = f"{top}{worker}/{turn - 5:05d}"
                if gone in ledger.so_far():
                    with ledger.lock:
                        ledger.acknowledged.discard(gone)
                    until_it_answers(lambda gone=gone: s3.delete_object(Bucket=S3_BUCKET, Key=gone))
                    with ledger.lock:
                        del ledger.tried[gone]

    _, errors = together(UPLOADERS, work)
    assert not any(errors), errors
    s3 = client()
    found = set()
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=S3_BUCKET, Prefix=top):
        for entry in page.get("Contents", []):
            key = entry["Key"]
            found.add(key)
            assert key in ledger.tried, f"never written, or deleted: {key}"
            size = ledger.tried[key]
            answer = s3.get_object(Bucket=S3_BUCKET, Key=key)
            assert answer["ETag"] == entry["ETag"] and entry["Size"] == size, (entry, size)
            assert answer["Body"].read() == content(key, size), f"torn: {key}"
    missing = ledger.acknowledged - found
    assert not missing, f"acknowledged and gone: {sorted(missing)}"
    assert ledger.outages > 0
    print("uploads acknowledged", len(ledger.acknowledged), "found", len(found), "tried", len(ledger.tried))
