"""PyIceberg in eight processes, at one table at the same moment: what was acknowledged is there, once."""

from processes import in_processes, wait_for_the_others
from pyiceberg.exceptions import CommitFailedException
from pyiceberg_cases import connect, ids, new_table, rows


def append(writer, name, turns):
    """Appends ten rows each turn; returns the ids of the rows that were acknowledged."""
    acknowledged = []
    table = connect().load_table(name)
    wait_for_the_others()
    for turn in range(turns):
        first = writer * 1000 + turn * 10
        try:
            table.append(rows(first, first + 10))
            acknowledged += range(first, first + 10)
        except CommitFailedException:  # refused after all retries: then none of it may be there
            pass
        table.refresh()
    return acknowledged


def case_eight_processes_append():
    properties = {"commit.retry.num-retries": "40", "commit.retry.max-wait-ms": "500"}
    table = new_table(connect(), properties=properties)
    acknowledged = sorted(sum(in_processes(8, append, table.name(), 3), []))
    again = connect().load_table(table.name())
    assert ids(again) == acknowledged, (len(ids(again)), len(acknowledged))
    assert len(again.metadata.snapshots) == len(acknowledged) // 10
    assert len(acknowledged) >= 200, len(acknowledged)
