"""DuckDB in four and eight processes, at one table at the same moment: losers are told, and nothing else is lost."""

import duckdb
from cases import fresh
from duckdb_cases import connect, new_schema, values
from processes import in_processes, wait_for_the_others

ROUNDS = 3


def is_conflict(error):
    return any(word in error for word in ("409", "onflict", "CommitFailed", "Requirement failed"))


def commit_together(writer, name):
    """Each round is a transaction begun before anybody commits, so all start from one snapshot."""
    connection = connect()
    won, errors = [], []
    for turn in range(ROUNDS):
        wait_for_the_others()
        connection.execute("BEGIN")
        connection.execute(f"INSERT INTO {name} SELECT {writer}, {turn} FROM range(5)")
        wait_for_the_others()
        try:
            connection.execute("COMMIT")
            won.append(turn)
        except duckdb.Error as error:
            errors.append(str(error))
            connection = connect()
    return won, errors


def insert(writer, name, turns):
    """As fast as it goes; returns the inserts that were acknowledged."""
    connection = connect()
    acknowledged = []
    wait_for_the_others()
    for turn in range(turns):
        try:
            connection.execute(f"INSERT INTO {name} SELECT {writer}, {turn} FROM range(5)")
            acknowledged.append((writer, turn))
        except duckdb.Error as error:
            assert is_conflict(str(error)), error
    return acknowledged


def new_table():
    connection = connect()
    name = f"{new_schema(connection)}.{fresh('t')}"
    connection.execute(f"CREATE TABLE {name} (writer BIGINT, turn BIGINT)")
    return name


def of_transactions_one_wins(writers):
    name = new_table()
    outcomes = in_processes(writers, commit_together, name)
    for turn in range(ROUNDS):
        assert sum(turn in won for won, _ in outcomes) == 1, outcomes
    errors = [error for _, some in outcomes for error in some]
    assert len(errors) == ROUNDS * (writers - 1) and all(map(is_conflict, errors)), errors
    expected = sorted((turn, writer, 5) for writer, (won, _) in enumerate(outcomes) for turn in won)
    found = connect().execute(f"SELECT turn, writer, count(*) FROM {name} GROUP BY ALL ORDER BY ALL").fetchall()
    assert found == expected, found


def case_of_four_transactions_one_wins():
    of_transactions_one_wins(4)


def case_of_eight_transactions_one_wins():
    of_transactions_one_wins(8)


def case_eight_processes_insert():
    name = new_table()
    acknowledged = sorted(sum(in_processes(8, insert, name, 6), []))
    again = connect()
    found = again.execute(f"SELECT writer, turn, count(*) FROM {name} GROUP BY ALL ORDER BY ALL").fetchall()
    assert found == [(writer, turn, 5) for writer, turn in acknowledged], (len(found), len(acknowledged))
    snapshots = values(again, f"SELECT snapshot_id FROM iceberg_snapshots({name})")
    assert len(snapshots) == len(acknowledged) >= 6, (len(snapshots), len(acknowledged))
