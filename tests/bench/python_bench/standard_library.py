"""P1 to P3: crmkit beside the sqlite3 module of the standard library.

The module gives and takes plain tuples of the columns of the table, and what it inserts is worked
out before the clock starts.
"""

from __future__ import annotations

import csv
import sqlite3
import unicodedata
from functools import partial
from pathlib import Path

import crmkit
from python_bench.rounds import best_of, seconds
from python_bench.specimen import FIELDS, Specimen, connect, persons
from python_bench.table import Subject, Table

AGAINST = "sqlite3 module, tuples"


class Reads:
    """Both sides read one file, which nobody writes."""

    def __init__(self, specimen: Specimen) -> None:
        """Opens the other side's connection."""
        self.specimen = specimen
        self.contacts = specimen.crm.contacts
        self.module = connect(specimen.path)
        self.wanted = specimen.some(specimen.contacts, specimen.extent.calls)
        self.pages = specimen.some(specimen.accounts, specimen.extent.calls // 20)

    def run(self, table: Table) -> None:
        """Adds a line for each kind of read."""
        calls, rows = len(self.wanted), len(self.specimen.contacts)
        for row, name, units, target, ours, theirs in (
            ("P1", "get by id", calls, 1.2, self.get, self.their_get),
            ("P1", "get by id and read five fields", calls, 0.9, self.look, self.their_look),
            ("P1", "page of 100", len(self.pages), 1.2, self.page, self.their_page),
            ("P2", "iterate over all, per row", rows, 2.5, self.iterate, self.their_iterate),
        ):
            best = best_of(self.specimen.extent.rounds, units, ours, theirs)
            table.compare(Subject(row, name, AGAINST), best[0], best[1], target)
        self.module.close()

    def get(self) -> None:
        get = self.contacts.get
        for record in self.wanted:
            get(record)

    def their_get(self) -> None:
        execute = self.module.cursor().execute
        for record in self.wanted:
            execute("select * from contacts where id = ?", (record,)).fetchone()

    def look(self) -> None:
        get = self.contacts.get
        for record in self.wanted:
            contact = get(record)
            _ = contact.first_name, contact.last_name, contact.email, contact.phone, contact.version

    def their_look(self) -> None:
        cursor = self.module.cursor()
        names = [column[0] for column in cursor.execute("select * from contacts").description]
        first, last, email, phone, version = (
            names.index(name) for name in ("first_name", "last_name", "email", "phone", "version")
        )
        for record in self.wanted:
            row = cursor.execute("select * from contacts where id = ?", (record,)).fetchone()
            _ = row[first], row[last], row[email], row[phone], row[version]

    def page(self) -> None:
        for account in self.pages:
            query = self.contacts.where("account = :account", account=account)
            query.order_by("last_name").page(100)

    def their_page(self) -> None:
        execute = self.module.cursor().execute
        for account in self.pages:
            execute(
                "select * from contacts where account = ? and deleted_at is null "
                "order by last_name, id limit 101",
                (account,),
            ).fetchall()

    def iterate(self) -> None:
        for _ in self.contacts.where():
            pass

    def their_iterate(self) -> None:
        for _ in self.module.execute("select * from contacts where deleted_at is null order by id"):
            pass


def _rows(path: Path, table: str, condition: str) -> tuple[str, list[tuple[object, ...]]]:
    """An insert statement for a table, and the rows for it."""
    connection = connect(path)
    cursor = connection.execute(f"select * from {table} where {condition}")
    columns = [column[0] for column in cursor.description]
    rows = cursor.fetchall()
    connection.close()
    names = ", ".join(f'"{column}"' for column in columns)
    return f"insert into {table} ({names}) values ({', '.join('?' * len(columns))})", rows


def _contents(path: Path) -> list[tuple[object, ...]]:
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


def _words(path: Path, first: int) -> tuple[str, list[tuple[object, ...]]]:
    """The same for the search entries of the contacts from an id on: their words, folded."""

    def folded(texts: list[str]) -> str:
        apart = unicodedata.normalize("NFKD", " ".join(texts).lower())
        return "".join(letter for letter in apart if not unicodedata.combining(letter))

    connection = connect(path)
    rows: list[tuple[object, ...]] = [
        (record, folded(texts))
        for record, *texts in connection.execute(
            "select id, full_name, email, phone from contacts where id >= ?", (first,)
        )
    ]
    connection.close()
    return "insert into contacts_search (rowid, words) values (?, ?)", rows


def create_many(specimen: Specimen, table: Table) -> None:
    """Creates many: on our side by create_many, on the other the rows that it leaves."""
    extent = specimen.extent
    people = persons(extent.rows, extent.contacts, specimen.accounts)
    after = specimen.copy("after.db")
    with crmkit.open(after, durability="fast") as crm:
        last_change = crm.changes_since(0, 10**9)[-1].position
        first = min(crm.contacts.create_many(people, fields=FIELDS))
    ready = [
        _rows(after, "contacts", f"id >= {first}"),
        _rows(after, "changes", f"position > {last_change}"),
        _words(after, first),
    ]

    def ours(crm: crmkit.Crm) -> None:
        crm.contacts.create_many(people, fields=FIELDS)

    def theirs(module: sqlite3.Connection) -> None:
        module.execute("begin immediate")
        for insert, rows in ready:
            module.executemany(insert, rows)
        module.execute("commit")

    best = [float("inf")] * 2
    for _ in range(extent.rounds):
        with crmkit.open(specimen.copy("ours.db"), durability="fast") as crm:
            crm.contacts.get(specimen.contacts[0])  # opens what is opened once
            best[0] = min(best[0], seconds(partial(ours, crm)))
        module = connect(specimen.copy("theirs.db"))
        module.execute("select count(*) from contacts").fetchone()
        best[1] = min(best[1], seconds(partial(theirs, module)))
        module.close()
    if _contents(specimen.file("ours.db")) != _contents(specimen.file("theirs.db")):
        raise AssertionError("the two sides have not done the same work")
    name = "create_many, with history and search entry, per row"
    subject = Subject("P2", name, "sqlite3 module, executemany of the same rows ready")
    per_row = [time / extent.rows * 1e6 for time in best]
    table.compare(subject, per_row[0], per_row[1], 1.0)


def export_csv(specimen: Specimen, table: Table) -> None:
    """Writes a CSV file: the other side by the csv module, straight from its cursor."""
    flags = ("do_not_call", "do_not_email", "do_not_mail")
    columns = ["id", *FIELDS, *flags, "full_name", "birth_date", "gender", "description"]
    module = connect(specimen.path)
    selected = ", ".join(
        f"iif({column}, 'true', 'false')" if column in flags else column for column in columns
    )
    ours, theirs = specimen.file("ours.csv"), specimen.file("theirs.csv")

    def export() -> None:
        specimen.crm.exchange.export_csv(
            str(ours), entity="contact", query="order by id", columns=columns
        )

    def write() -> None:
        with theirs.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(
                module.execute(
                    f"select {selected} from contacts where deleted_at is null order by id"
                )
            )

    best = best_of(specimen.extent.rounds, len(specimen.contacts), export, write)
    module.close()
    if ours.read_bytes() != theirs.read_bytes():
        raise AssertionError("the two files differ")
    subject = Subject("P3", "export_csv, per row", "sqlite3 and csv modules, the same file")
    table.compare(subject, best[0], best[1], 4.0)


def bench(specimen: Specimen, table: Table) -> None:
    """Adds all lines of this side."""
    Reads(specimen).run(table)
    create_many(specimen, table)
    export_csv(specimen, table)
