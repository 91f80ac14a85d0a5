"""Measures crmkit's Python package beside the standard library's sqlite3 module.

    python tests/bench/python_bench.py [--quick]

Both sides work on the same file, or on copies of it, with the same tables, indexes and pragmas, in
turns, and the best round of each counts. The module gives and takes plain tuples, and what it
inserts is worked out before the clock starts. Ends with 1 when a target is missed by half.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import crmkit

FIELDS = ("first_name", "last_name", "email", "phone", "do_not_call")


def people(count: int, seed: int) -> list[tuple[str, str, str, str, bool]]:
    """Rows of contacts, the same for the same seed."""
    chance = random.Random(seed)
    rows = []
    for number in range(count):
        first = chance.choice(["Ada", "Bob", "Carla", "Dan", "Eve", "Fritz"])
        last = f"{chance.choice(['Baker', 'Costa', 'Dahl', 'Evans'])}{seed}x{number}"
        email = f"{first}.{last}@example.com".lower()
        rows.append((first, last, email, f"+49 30 {chance.randrange(10**7):07}", number % 7 == 0))
    return rows


def connect(path: Path) -> sqlite3.Connection:
    """A connection as crmkit opens its own."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("pragma foreign_keys = on")
    connection.execute("pragma cache_size = -16384")
    connection.execute("pragma synchronous = normal")
    return connection


def best_of(rounds: int, *sides: Callable[[], object]) -> list[float]:
    """The shortest processor time of each side, measured in turns."""
    best = [float("inf")] * len(sides)
    for _ in range(rounds):
        for index, side in enumerate(sides):
            start = time.process_time()
            side()
            best[index] = min(best[index], time.process_time() - start)
    return best


def reading(path: Path, ids: list[int], rounds: int) -> list[tuple[str, float, float, int]]:
    """Getting by id, and walking over all."""
    chance = random.Random(5)
    wanted = [chance.choice(ids) for _ in range(5000)]
    module = connect(path)
    with crmkit.open(path, durability="fast") as crm:
        contacts = crm.contacts

        def ours() -> None:
            get = contacts.get
            for one in wanted:
                get(one)

        def theirs() -> None:
            execute = module.cursor().execute
            for one in wanted:
                execute("select * from contacts where id = ?", (one,)).fetchone()

        got = best_of(rounds, ours, theirs)

        def walk_ours() -> int:
            return sum(1 for _ in contacts.where())

        def walk_theirs() -> int:
            query = "select * from contacts where deleted_at is null order by id"
            return sum(1 for _ in module.execute(query))

        assert walk_ours() == walk_theirs() == len(ids)
        walked = best_of(rounds, walk_ours, walk_theirs)
    module.close()
    return [
        ("get by id", got[0], got[1], len(wanted)),
        ("walk over all", walked[0], walked[1], len(ids)),
    ]


def table_rows(path: Path, table: str, condition: str) -> tuple[str, list[tuple[object, ...]]]:
    """An insert statement for a table, and the rows for it."""
    connection = connect(path)
    cursor = connection.execute(f"select * from {table} where {condition}")
    columns = [column[0] for column in cursor.description]
    rows = cursor.fetchall()
    connection.close()
    names = ", ".join(f'"{column}"' for column in columns)
    return f"insert into {table} ({names}) values ({', '.join('?' * len(columns))})", rows


def contents(path: Path) -> list[tuple[object, ...]]:
    """How many rows every table has, and how many words the search index has of contacts."""
    connection = connect(path)
    names = "select name from sqlite_master where type = 'table' and sql not like '%virtual%'"
    tables = [name for (name,) in connection.execute(names) if "_search" not in name]
    counts: list[tuple[object, ...]] = [
        (table, *connection.execute(f'select count(*) from "{table}"').fetchone())
        for table in sorted(tables)
    ]
    connection.execute(
        "create virtual table temp.words using fts5vocab(main, contacts_search, row)"
    )
    words = connection.execute("select count(*), sum(doc), sum(cnt) from temp.words").fetchone()
    connection.close()
    return [*counts, ("words of contacts", *words)]


def writing(path: Path, count: int, rounds: int) -> tuple[str, float, float, int]:
    """Creating many: on our side by create_many, on the other the rows that it leaves."""
    rows = people(count, 2)
    work = path.parent
    after = work / "after.db"
    shutil.copy(path, after)
    with crmkit.open(after, durability="fast") as crm:
        first_change = crm.changes_since(0, 10**6)[-1].position
        first = min(crm.contacts.create_many(rows, fields=FIELDS))
    contacts = table_rows(after, "contacts", f"id >= {first}")
    changes = table_rows(after, "changes", f"position > {first_change}")
    words = [
        (row[0], f"{person[0]} {person[1]} {person[2]} {person[3]}".lower())
        for row, person in zip(contacts[1], rows, strict=True)
    ]

    best = [float("inf")] * 2
    for _ in range(rounds):
        for name in ("ours.db", "theirs.db"):
            for suffix in ("", "-wal", "-shm"):
                (work / (name + suffix)).unlink(missing_ok=True)
            shutil.copy(path, work / name)
        with crmkit.open(work / "ours.db", durability="fast") as crm:
            crm.contacts.get(crm.contacts.where().limit(1).all()[0].id)
            start = time.process_time()
            crm.contacts.create_many(rows, fields=FIELDS)
            best[0] = min(best[0], time.process_time() - start)
        module = connect(work / "theirs.db")
        module.execute("select count(*) from contacts").fetchone()
        start = time.process_time()
        module.execute("begin immediate")
        module.executemany(*contacts)
        module.executemany(*changes)
        module.executemany("insert into contacts_search (rowid, words) values (?, ?)", words)
        module.execute("commit")
        best[1] = min(best[1], time.process_time() - start)
        module.close()
    if contents(work / "ours.db") != contents(work / "theirs.db"):
        raise AssertionError("the two sides have not done the same work")
    return ("create many", best[0], best[1], count)


def main(arguments: list[str]) -> int:
    """Prints the table."""
    quick = "--quick" in arguments
    count, rounds = (5_000, 5) if quick else (50_000, 9)
    targets = {"get by id": 1.0, "walk over all": 1.0, "create many": 0.7}
    status = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        with crmkit.open(path, durability="fast") as crm:
            ids = crm.contacts.create_many(people(count, 1), fields=FIELDS)
        results = [*reading(path, ids, rounds), writing(path, count, rounds)]
    print("| Python | crmkit, µs | sqlite3 module, µs | speed beside it | target |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, ours, theirs, times in results:
        speed = theirs / ours
        missed = " (missed)" if speed < targets[name] else ""
        status = status or int(speed < targets[name] / 1.5)
        print(
            f"| {name} | {ours / times * 1e6:.2f} | {theirs / times * 1e6:.2f} "
            f"| {speed:.2f} | ≥ {targets[name]:.1f}{missed} |"
        )
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
