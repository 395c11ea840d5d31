"""A client that crashes, as native code does: PythonCasesTest says how often."""

import os
import pathlib
import signal


def case_one():
    pass


def case_two():
    left = pathlib.Path(os.environ["CRASHES_LEFT"])
    count = int(left.read_text())
    if count:
        left.write_text(str(count - 1))
        os.kill(os.getpid(), signal.SIGSEGV)


def case_three():
    raise AssertionError("three is wrong")
