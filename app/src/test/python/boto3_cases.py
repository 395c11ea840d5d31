"""What S3 clients send to an endpoint, beyond what table clients need: boto3, s3fs and PyArrow against S3_ENDPOINT.

The same script runs against Tarn's endpoint and against a MinIO, so that it says what S3 does, not what we do.
"""

import hashlib
import io
import os
import urllib.error
import urllib.request

import boto3
import pyarrow.fs
import s3fs
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError
from cases import S3_ACCESS_KEY, S3_BUCKET, S3_ENDPOINT, S3_HOST, S3_REGION, S3_SECRET_KEY, fresh, together

ODD_KEYS = [
    "with space",
    "pl+us",
    "per%cent",
    "per%20cent",
    "ts_day%3D2026-01-01/part=1/a.parquet",
    "ünïcode-湖",
    "quo'te\"s",
    "a=b&c?d#e;f,g:h@i",
    "<tag>&amp;",
    "tilde~-_.!*'()",
    "emoji-🧊",
    "tab\there",
    "deep/" + "/".join("x" * 40 for _ in range(8)) + "/end",
]


def client(access_key=S3_ACCESS_KEY, secret_key=S3_SECRET_KEY, **s3):
    return boto3.client(
        "s3",
        endpoint_url=S3_ENDPOINT,
        region_name=S3_REGION,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path", **s3}, retries={"max_attempts": 1, "mode": "standard"}),
    )


def create_bucket():
    """A MinIO begins without any."""
    s3 = client()
    if S3_BUCKET not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=S3_BUCKET)


create_bucket()


def refused(status, code, action):
    try:
        action()
    except ClientError as error:
        found = (error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"])
        # A HEAD has no body to name the reason in.
        assert found[0] == status and found[1] in (code, str(status)), f"expected {status} {code}, found {found}"
        return
    raise AssertionError(f"expected {status} {code}, found success")


def put(s3, key, body=b"body", **more):
    return s3.put_object(Bucket=S3_BUCKET, Key=key, Body=body, **more)


def body(s3, key, **more):
    return s3.get_object(Bucket=S3_BUCKET, Key=key, **more)["Body"].read()


def keys(s3, prefix, **more):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=S3_BUCKET, Prefix=prefix, **more)
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]


def case_objects_are_put_read_and_deleted():
    s3, key = client(), fresh("o")
    refused(404, "NoSuchKey", lambda: body(s3, key))
    refused(404, "NoSuchKey", lambda: s3.head_object(Bucket=S3_BUCKET, Key=key))
    answer = put(s3, key, b"one", ContentType="text/x-one", Metadata={"colour": "blue"})
    head = s3.head_object(Bucket=S3_BUCKET, Key=key)
    assert head["ContentLength"] == 3 and head["ContentType"] == "text/x-one", head
    assert head["Metadata"] == {"colour": "blue"} and head["ETag"] == answer["ETag"], head
    assert s3.head_object(Bucket=S3_BUCKET, Key=key)["ETag"] == head["ETag"]
    assert body(s3, key) == b"one"
    other = put(s3, key, b"two")
    assert other["ETag"] != answer["ETag"] and body(s3, key) == b"two"
    s3.delete_object(Bucket=S3_BUCKET, Key=key)
    s3.delete_object(Bucket=S3_BUCKET, Key=key)
    refused(404, "NoSuchKey", lambda: body(s3, key))


def case_empty_and_large_bodies_come_back_whole():
    s3 = client()
    for size in [0, 1, 65_535, 65_536, 65_537, 9_000_000]:
        key, content = fresh("size"), os.urandom(size)
        put(s3, key, content)
        assert hashlib.sha256(body(s3, key)).digest() == hashlib.sha256(content).digest(), size


def case_every_checksum_is_taken_and_wrong_ones_are_refused():
    s3, key = client(), fresh("sum")
    for algorithm in ["CRC32", "SHA1", "SHA256"]:
        put(s3, key, b"123456789" * 9, ChecksumAlgorithm=algorithm)
        assert body(s3, key, ChecksumMode="ENABLED") == b"123456789" * 9
    put(s3, key, b"123456789", ChecksumCRC32="y/Q5Jg==")
    refused(400, "BadDigest", lambda: put(s3, key, b"other", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg=="))
    try:
        put(s3, key, b"other", ChecksumCRC32="y/Q5Jg==")
        raise AssertionError("a wrong checksum was taken")
    except ClientError as error:
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400, error
    assert body(s3, key) == b"123456789"


def case_bodies_may_be_unsigned_or_streams():
    s3, key = client(payload_signing_enabled=False), fresh("unsigned")
    put(s3, key, b"unsigned")
    assert body(s3, key) == b"unsigned"
    s3 = client(payload_signing_enabled=True)
    put(s3, key, b"signed")
    assert body(s3, key) == b"signed"
    put(s3, key, io.BytesIO(b"stream" * 100_000))
    assert body(s3, key) == b"stream" * 100_000


def case_parts_of_an_object_are_read():
    s3, key = client(), fresh("range")
    etag = put(s3, key, bytes(range(100)))["ETag"]
    assert body(s3, key, Range="bytes=10-19") == bytes(range(10, 20))
    assert body(s3, key, Range="bytes=90-") == bytes(range(90, 100))
    assert body(s3, key, Range="bytes=-7") == bytes(range(93, 100))
    assert body(s3, key, Range="bytes=-1000") == bytes(range(100))
    assert body(s3, key, Range="bytes=95-1000") == bytes(range(95, 100))
    answer = s3.get_object(Bucket=S3_BUCKET, Key=key, Range="bytes=0-0", IfMatch=etag)
    assert answer["ContentRange"] == "bytes 0-0/100" and answer["ContentLength"] == 1, answer
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 206
    refused(416, "InvalidRange", lambda: body(s3, key, Range="bytes=100-"))
    refused(412, "PreconditionFailed", lambda: body(s3, key, IfMatch='"0123456789abcdef0123456789abcdef"'))
    refused(304, "NotModified", lambda: body(s3, key, IfNoneMatch=etag))


def case_a_conditional_put_has_one_winner():
    s3, key = client(), fresh("once")
    etag = put(s3, key, b"first", IfNoneMatch="*")["ETag"]
    refused(412, "PreconditionFailed", lambda: put(s3, key, b"second", IfNoneMatch="*"))
    assert body(s3, key) == b"first"
    put(s3, key, b"third", IfMatch=etag)
    refused(412, "PreconditionFailed", lambda: put(s3, key, b"fourth", IfMatch=etag))
    refused(404, "NoSuchKey", lambda: put(s3, fresh("none"), b"x", IfMatch=etag))
    assert body(s3, key) == b"third"

    for _ in range(5):
        key = fresh("race")
        clients = [client() for _ in range(8)]
        _, errors = together(8, lambda n, key=key, clients=clients: put(clients[n], key, b"%d" % n * 1000, IfNoneMatch="*"))
        winners = [n for n, error in enumerate(errors) if error is None]
        assert len(winners) == 1, errors
        assert body(s3, key) == b"%d" % winners[0] * 1000


def case_odd_keys_work_everywhere():
    s3, top = client(), fresh("odd") + "/"
    for name in ODD_KEYS:
        key = top + name
        put(s3, key, name.encode())
        assert body(s3, key) == name.encode(), name
        assert s3.head_object(Bucket=S3_BUCKET, Key=key)["ContentLength"] == len(name.encode())
        assert keys(s3, key) == [key], (name, keys(s3, key))
    everything = sorted((top + name for name in ODD_KEYS), key=lambda key: key.encode())
    assert keys(s3, top) == everything, keys(s3, top)
    assert keys(s3, top, PaginationConfig={"PageSize": 2}) == everything
    for name in ODD_KEYS:
        s3.copy_object(Bucket=S3_BUCKET, Key=top + "copy of " + name, CopySource={"Bucket": S3_BUCKET, "Key": top + name})
        assert body(s3, top + "copy of " + name) == name.encode()
    answer = s3.delete_objects(
        Bucket=S3_BUCKET, Delete={"Objects": [{"Key": key} for key in [*everything, top + "not there"]]}
    )
    assert {entry["Key"] for entry in answer["Deleted"]} == {*everything, top + "not there"}, answer
    assert "Errors" not in answer
    assert sorted(keys(s3, top)) == sorted(top + "copy of " + name for name in ODD_KEYS)
    answer = s3.delete_objects(
        Bucket=S3_BUCKET, Delete={"Quiet": True, "Objects": [{"Key": key} for key in keys(s3, top)]}
    )
    assert "Deleted" not in answer and keys(s3, top) == []


def case_lists_have_prefixes_delimiters_and_pages():
    s3, top = client(), fresh("list") + "/"
    for name in ["a/1", "a/2", "b/1", "b-1", "c", "b/x/y"]:
        put(s3, top + name)
    answer = s3.list_objects_v2(Bucket=S3_BUCKET, Prefix=top, Delimiter="/")
    assert [entry["Key"] for entry in answer["Contents"]] == [top + "b-1", top + "c"], answer
    assert [entry["Prefix"] for entry in answer["CommonPrefixes"]] == [top + "a/", top + "b/"], answer
    assert keys(s3, top + "b") == [top + "b-1", top + "b/1", top + "b/x/y"]
    assert keys(s3, top, StartAfter=top + "b-1") == [top + "b/1", top + "b/x/y", top + "c"]
    seen, token, pages = [], None, 0
    while True:
        more = {"ContinuationToken": token} if token else {}
        answer = s3.list_objects_v2(Bucket=S3_BUCKET, Prefix=top, Delimiter="/", MaxKeys=1, **more)
        seen += [entry["Key"] for entry in answer.get("Contents", [])]
        seen += [entry["Prefix"] for entry in answer.get("CommonPrefixes", [])]
        assert answer["KeyCount"] == 1
        pages += 1
        token = answer.get("NextContinuationToken")
        if not answer["IsTruncated"]:
            break
    assert sorted(seen) == [top + "a/", top + "b-1", top + "b/", top + "c"] and pages == 4, (seen, pages)
    old = s3.list_objects(Bucket=S3_BUCKET, Prefix=top, MaxKeys=2)
    assert [entry["Key"] for entry in old["Contents"]] == [top + "a/1", top + "a/2"] and old["IsTruncated"]
    listed = s3.list_objects_v2(Bucket=S3_BUCKET, Prefix=top + "c")["Contents"][0]
    head = s3.head_object(Bucket=S3_BUCKET, Key=top + "c")
    assert (listed["ETag"], listed["Size"]) == (head["ETag"], head["ContentLength"]), (listed, head)
    assert listed["LastModified"].replace(microsecond=0) == head["LastModified"], (listed, head)


def case_large_objects_are_uploaded_in_parts():
    s3, key = client(), fresh("multi")
    parts = [os.urandom(5 << 20), os.urandom(5 << 20), os.urandom(1234)]
    upload = s3.create_multipart_upload(Bucket=S3_BUCKET, Key=key, ContentType="text/x-parts")["UploadId"]
    names = {"Bucket": S3_BUCKET, "Key": key, "UploadId": upload}
    done = [
        {"PartNumber": n, "ETag": s3.upload_part(PartNumber=n, Body=part, **names)["ETag"]}
        for n, part in sorted(enumerate(parts, 1), reverse=True)
    ]
    refused(404, "NoSuchKey", lambda: body(s3, key))
    assert keys(s3, key) == []
    listed = s3.list_parts(**names)["Parts"]
    assert [(part["PartNumber"], part["Size"]) for part in listed] == [(1, 5 << 20), (2, 5 << 20), (3, 1234)]
    in_order = sorted(done, key=lambda part: part["PartNumber"])
    wrong = [{**in_order[0], "ETag": '"0123456789abcdef0123456789abcdef"'}]
    refused(400, "InvalidPart", lambda: s3.complete_multipart_upload(MultipartUpload={"Parts": wrong}, **names))
    etag = s3.complete_multipart_upload(MultipartUpload={"Parts": in_order}, **names)["ETag"]
    assert etag.strip('"').endswith("-3"), etag
    assert body(s3, key) == b"".join(parts)
    head = s3.head_object(Bucket=S3_BUCKET, Key=key)
    assert head["ETag"] == etag and head["ContentType"] == "text/x-parts"
    refused(404, "NoSuchUpload", lambda: s3.list_parts(**names))

    key = fresh("managed")
    s3.upload_fileobj(
        io.BytesIO(b"".join(parts) * 2), S3_BUCKET, key, Config=TransferConfig(multipart_threshold=6 << 20, multipart_chunksize=6 << 20)
    )
    assert body(s3, key) == b"".join(parts) * 2


def case_parts_are_copied_from_other_objects():
    s3, source, key = client(), fresh("source") + "/with space%", fresh("assembled")
    content = os.urandom(11 << 20)
    put(s3, source, content)
    upload = s3.create_multipart_upload(Bucket=S3_BUCKET, Key=key)["UploadId"]
    names = {"Bucket": S3_BUCKET, "Key": key, "UploadId": upload}
    done = []
    for number, (first, last) in enumerate([(0, (5 << 20) - 1), (5 << 20, (10 << 20) - 1), (10 << 20, (11 << 20) - 1)], 1):
        answer = s3.upload_part_copy(
            PartNumber=number,
            CopySource={"Bucket": S3_BUCKET, "Key": source},
            CopySourceRange=f"bytes={first}-{last}",
            **names,
        )
        done.append({"PartNumber": number, "ETag": answer["CopyPartResult"]["ETag"]})
    s3.complete_multipart_upload(MultipartUpload={"Parts": done}, **names)
    assert body(s3, key) == content


def case_uploads_are_aborted():
    s3, key = client(), fresh("aborted")
    upload = s3.create_multipart_upload(Bucket=S3_BUCKET, Key=key)["UploadId"]
    names = {"Bucket": S3_BUCKET, "Key": key, "UploadId": upload}
    s3.upload_part(PartNumber=1, Body=b"x" * 100, **names)
    s3.abort_multipart_upload(**names)
    refused(404, "NoSuchUpload", lambda: s3.upload_part(PartNumber=1, Body=b"x", **names))
    refused(404, "NoSuchKey", lambda: body(s3, key))


def case_presigned_addresses_work_until_they_are_changed():
    s3, key = client(), fresh("presigned") + "/with space+=%.txt"
    names = {"Bucket": S3_BUCKET, "Key": key}
    address = s3.generate_presigned_url("put_object", Params=names, ExpiresIn=60)
    urllib.request.urlopen(urllib.request.Request(address, data=b"by address", method="PUT")).close()
    address = s3.generate_presigned_url("get_object", Params=names, ExpiresIn=60)
    with urllib.request.urlopen(address) as answer:
        assert answer.read() == b"by address"
    for wrong in [address.replace("presigned", "presigneD"), address[:-1] + ("0" if address[-1] != "0" else "1")]:
        try:
            urllib.request.urlopen(wrong).close()
            raise AssertionError("a changed address was taken")
        except urllib.error.HTTPError as error:
            assert error.code == 403, error


def case_strangers_are_refused():
    refused(403, "InvalidAccessKeyId", lambda: put(client(access_key="nobody0000000"), fresh("x")))
    refused(403, "SignatureDoesNotMatch", lambda: put(client(secret_key="not-the-secret"), fresh("x")))
    refused(403, "SignatureDoesNotMatch", lambda: keys(client(secret_key="not-the-secret"), ""))
    try:
        urllib.request.urlopen(f"{S3_ENDPOINT}/{S3_BUCKET}?list-type=2").close()
        raise AssertionError("an anonymous list was answered")
    except urllib.error.HTTPError as error:
        assert error.code == 403, error


def case_buckets_are_told():
    s3 = client()
    s3.head_bucket(Bucket=S3_BUCKET)
    assert S3_BUCKET in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    refused(404, "NoSuchBucket", lambda: s3.head_bucket(Bucket="no-such-bucket"))
    refused(404, "NoSuchBucket", lambda: s3.list_objects_v2(Bucket="no-such-bucket"))
    refused(404, "NoSuchBucket", lambda: s3.put_object(Bucket="no-such-bucket", Key="k", Body=b"x"))


def case_pyarrow_writes_and_reads():
    files = pyarrow.fs.S3FileSystem(
        access_key=S3_ACCESS_KEY, secret_key=S3_SECRET_KEY, region=S3_REGION, endpoint_override=S3_HOST, scheme="http"
    )
    top = f"{S3_BUCKET}/{fresh('arrow')}"
    for name, size in [("small", 10), ("empty", 0), ("part=1/with space", 100_000), ("large", 25 << 20)]:
        content = os.urandom(size)
        with files.open_output_stream(f"{top}/{name}") as stream:
            stream.write(content)
        with files.open_input_file(f"{top}/{name}") as source:
            assert source.size() == size
            assert source.read() == content, name
            if size > 20:
                source.seek(7)
                assert source.read(5) == content[7:12]
        assert files.get_file_info(f"{top}/{name}").size == size
    listed = files.get_file_info(pyarrow.fs.FileSelector(top, recursive=True))
    assert {info.path for info in listed if info.is_file} == {
        f"{top}/small",
        f"{top}/empty",
        f"{top}/part=1/with space",
        f"{top}/large",
    }
    files.delete_file(f"{top}/small")
    assert files.get_file_info(f"{top}/small").type == pyarrow.fs.FileType.NotFound


def case_s3fs_writes_and_reads():
    files = s3fs.S3FileSystem(
        key=S3_ACCESS_KEY, secret=S3_SECRET_KEY, endpoint_url=S3_ENDPOINT, client_kwargs={"region_name": S3_REGION}
    )
    top = f"{S3_BUCKET}/{fresh('fsspec')}"
    small, large = b"small", os.urandom(12 << 20)
    for name, content in [("a=1/small one", small), ("large", large)]:
        with files.open(f"{top}/{name}", "wb") as stream:
            stream.write(content)
        files.invalidate_cache()
        with files.open(f"{top}/{name}", "rb") as source:
            assert source.read() == content
        assert files.info(f"{top}/{name}")["size"] == len(content)
    assert sorted(files.find(top)) == [f"{top}/a=1/small one", f"{top}/large"]
    files.copy(f"{top}/large", f"{top}/copied")
    assert files.cat_file(f"{top}/copied", start=100, end=200) == large[100:200]
    files.rm(top, recursive=True)
    files.invalidate_cache()
    assert not files.exists(f"{top}/large")


def case_many_write_at_once():
    s3, top = client(), fresh("many") + "/"
    _, errors = together(16, lambda n: [put(client(), f"{top}{n}/{turn}", os.urandom(20_000)) for turn in range(10)])
    assert not any(errors), errors
    assert len(keys(s3, top)) == 160
    # Writers of one key: any of them may be last, none may be mixed.
    _, errors = together(8, lambda n: put(client(), top + "same", bytes([n]) * 3_000_000))
    assert not any(errors), errors
    content = body(s3, top + "same")
    assert len(content) == 3_000_000 and len(set(content)) == 1
