"""Work in processes of their own that starts at the same moment."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

WAIT_SECONDS_MAX = 180
gate = None


def arm(shared):
    global gate
    gate = shared


def wait_for_the_others():
    gate.wait()


def in_processes(count, work, *arguments):
    """Runs work(0, ...) .. work(count - 1, ...) each in a process; returns what they returned, in order."""
    context = multiprocessing.get_context("spawn")
    shared = context.Barrier(count, timeout=WAIT_SECONDS_MAX)
    with ProcessPoolExecutor(count, mp_context=context, initializer=arm, initargs=(shared,)) as pool:
        return list(pool.map(work, range(count), *([argument] * count for argument in arguments)))
