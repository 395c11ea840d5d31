"""Runs the functions of a module that are named case_...; one line each on standard output tells how it went.

    case <name> passed
    case <name> failed <reason on one line>

The lines of a traceback follow a failure. `MODULE --after CASE` leaves out what comes until then, for those who have seen
this process crash. Where the platform is comes by environment: see the variables below.
"""

import faulthandler
import importlib
import json
import os
import sys
import time
import traceback
import urllib.request
import uuid
from threading import Thread

CATALOG_URI = os.environ.get("CATALOG_URI", "")
WAREHOUSE = os.environ.get("WAREHOUSE", "")
S3_ENDPOINT = os.environ.get("S3_ENDPOINT", "")
S3_HOST = S3_ENDPOINT.removeprefix("http://")
S3_REGION = os.environ.get("S3_REGION", "us-east-1")
S3_ACCESS_KEY = os.environ.get("S3_ACCESS_KEY", "")
S3_SECRET_KEY = os.environ.get("S3_SECRET_KEY", "")
S3_BUCKET = os.environ.get("S3_BUCKET", "")


def fresh(stem):
    """A name nobody has used: cases share one platform and do not tidy up after a failure."""
    return f"{stem}_{uuid.uuid4().hex[:8]}"


def api(method, path):
    """Asks what the warehouse has beyond the Iceberg protocol; returns the JSON of the answer, if there is one."""
    request = urllib.request.Request(f"{CATALOG_URI}/api/warehouses/{WAREHOUSE}/{path}", method=method)
    with urllib.request.urlopen(request) as answer:
        body = answer.read()
    return json.loads(body) if body else None


def wait_until(condition):
    """Work in the background takes as long as it takes, but not half a minute."""
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def expect_error(kinds, action, *words):
    """The action raises one of the kinds, and its message has the words."""
    try:
        action()
    except kinds as error:
        for word in words:
            assert word in str(error), f"expected {word!r} in {error}"
        return error
    raise AssertionError(f"expected {kinds}, nothing was raised")


def together(count, work):
    """Runs work(0) .. work(count - 1) each in a thread; returns results and errors, in order."""
    results, errors = [None] * count, [None] * count

    def run(index):
        try:
            results[index] = work(index)
        except Exception as error:  # the caller judges it
            errors[index] = error

    threads = [Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results, errors


def main(module_name, wanted):
    faulthandler.enable()
    module = importlib.import_module(module_name)
    names = [name.removeprefix("case_") for name in vars(module) if name.startswith("case_")]
    if wanted[:1] == ["--after"]:
        names = names[names.index(wanted[1]) + 1 :]
        wanted = wanted[2:]
    failed = False
    for name in names:
        if wanted and name not in wanted:
            continue
        try:
            getattr(module, "case_" + name)()
            print("case", name, "passed", flush=True)
        except BaseException as error:
            failed = True
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            print("case", name, "failed", reason)
            print(traceback.format_exc(), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    sys.exit(main(sys.argv[1], sys.argv[2:]))
