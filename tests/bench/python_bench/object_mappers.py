"""P4: crmkit beside object-relational mappers.

Each side has a copy of the file to write to. The mappers write a row only, and the values of their
columns are worked out before; crmkit also checks and normalises, and writes history and search
entries.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

import crmkit
from python_bench.rounds import PROCESSOR, WALL, Meter, best_of
from python_bench.specimen import FIELDS, Person, Specimen, persons
from python_bench.table import Subject, Table

GETS, PAGES, CHANGES = 500, 20, 200
ROUNDS = 5
"""Fewer than of fast work: they take a hundred times as long, and vary less."""


class Mapper(Protocol):
    """What each side is asked to do. It creates from people or from rows of the table."""

    name: str

    def get(self, record: int) -> object: ...
    def page(self, account: int) -> object: ...
    def iterate(self) -> None: ...
    def change(self, record: int, job_title: str) -> None: ...
    def create_many(self, people: list[Person], rows: list[dict[str, object]]) -> None: ...
    def close(self) -> None: ...


class Ours:
    """crmkit, asked the same."""

    name = "crmkit"

    def __init__(self, path: Path) -> None:
        self.crm = crmkit.open(path, durability="fast")
        self.contacts = self.crm.contacts

    def get(self, record: int) -> object:
        return self.contacts.get(record)

    def page(self, account: int) -> object:
        query = self.contacts.where("account = :account", account=account)
        return query.order_by("last_name").page(100)

    def iterate(self) -> None:
        for _ in self.contacts.where():
            pass

    def change(self, record: int, job_title: str) -> None:
        contact = self.contacts.get(record)
        contact.job_title = job_title
        self.contacts.update(contact)

    def create_many(self, people: list[Person], _rows: list[dict[str, object]]) -> None:
        self.contacts.create_many(people, fields=FIELDS)

    def close(self) -> None:
        self.crm.close()


# The columns of contacts that are never empty and that no person gives.
FLAGS = tuple(name for name, field in crmkit.Contact.fields.items() if field.type == "boolean")


def _columns(person: Person, now: int) -> dict[str, object]:
    """A row of the table as crmkit would have made it of this person, but for the id."""
    given = dict(zip(FIELDS, person, strict=True))
    return {
        **given,
        "full_name": f"{person[0]} {person[1]}",
        "email_normal": given["email"],
        "phone_normal": given["phone"],
        "created_at": now,
        "modified_at": now,
        "version": 1,
        **dict.fromkeys(FLAGS, 0),
    }


class Comparison:
    """All that is measured, on the same ids in the same order for each side."""

    def __init__(self, specimen: Specimen, mappers: list[Mapper]) -> None:
        self.specimen = specimen
        self.mappers = mappers
        self.ours = Ours(specimen.copy("ours.db"))

    def run(self, table: Table) -> None:
        """Adds a line for each work and mapper."""
        gets = self.specimen.some(self.specimen.contacts, GETS)
        pages = self.specimen.some(self.specimen.accounts, PAGES)

        def get(side: Mapper) -> None:
            for record in gets:
                side.get(record)

        def page(side: Mapper) -> None:
            for account in pages:
                side.page(account)

        def iterate(side: Mapper) -> None:
            side.iterate()

        self._compare(table, "get by id", 10, GETS, get)
        self._compare(table, "page of 100", 2.5, PAGES, page)
        rows = len(self.specimen.contacts)
        self._compare(table, "iterate over all, per row", 8, rows, iterate)
        self._compare_changes(table)
        self._compare_bulk(table)
        self.ours.close()

    def _compare(
        self,
        table: Table,
        name: str,
        target: float,
        units: int,
        work: Callable[[Mapper], object],
        meter: Meter = PROCESSOR,
    ) -> None:
        sides: list[Mapper] = [self.ours, *self.mappers]
        best = best_of(ROUNDS, units, *(partial(work, side) for side in sides), meter=meter)
        for mapper, time in zip(self.mappers, best[1:], strict=True):
            table.compare(Subject("P4", name, mapper.name), best[0], time, target)

    def _compare_changes(self, table: Table) -> None:
        ids = self.specimen.contacts[:CHANGES]
        titles = iter(range(10**9))  # a new one each time, so that there is something to write

        def change(side: Mapper) -> None:
            title = f"Engineer {next(titles)}"
            for record in ids:
                side.change(record, title)

        self._compare(table, "get, update and commit", 8, CHANGES, change, WALL)

    def _compare_bulk(self, table: Table) -> None:
        count = self.specimen.extent.rows
        people = persons(count, 10**6, self.specimen.accounts)
        now = 1_700_000_000_000_000
        rows = [_columns(person, now) for person in people]

        def create(side: Mapper) -> None:
            side.create_many(people, rows)

        self._compare(table, "create many, per row", 5, count, create)


def bench(specimen: Specimen, table: Table) -> None:
    """Adds the lines of the mappers that are installed."""
    mappers: list[Mapper] = []
    for module, side in (("sqlalchemy_side", "SqlAlchemy"), ("django_side", "Django")):
        try:
            loaded = importlib.import_module(f"python_bench.{module}")
        except ModuleNotFoundError as missing:
            print(f"| P4 | left out: there is no {missing.name} here | | | | | | | |")
            continue
        mappers.append(getattr(loaded, side)(specimen.copy(f"{module}.db")))
    if mappers:
        Comparison(specimen, mappers).run(table)
        for mapper in mappers:
            mapper.close()
