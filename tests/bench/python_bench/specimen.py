"""A store with made-up but lifelike contacts in it, and connections to its file."""

from __future__ import annotations

import random
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import crmkit

GIVEN_NAMES = ("Ada", "Bruno", "Chloé", "Dmitri", "Elena", "Farid", "Grace", "Hiro")
BEGINNINGS = ("Bar", "Cal", "Dor", "Fer", "Gar", "Hol", "Kel", "Lov", "Mül", "Nov", "Pet", "Ros")
ENDINGS = ("ace", "ler", "cía", "mann", "son", "sen", "ini", "ez", "ström", "ley", "berg", "enko")

FIELDS = ("first_name", "last_name", "account", "email", "phone", "job_title", "language")
Person = tuple[str, str, int, str, str, str, str]

PRAGMAS = {"foreign_keys": "on", "cache_size": "-16384", "synchronous": "normal"}
"""As crmkit has them on its own connections."""


def persons(count: int, first: int, accounts: list[int]) -> list[Person]:
    """Contacts, the same for the same first number."""
    chance = random.Random(first)
    return [
        (
            chance.choice(GIVEN_NAMES),
            chance.choice(BEGINNINGS) + chance.choice(ENDINGS),
            chance.choice(accounts),
            f"person{number}@example.com",
            f"+4930{1_000_000 + number}",
            "Engineer",
            "en",
        )
        for number in range(first, first + count)
    ]


def connect(path: Path) -> sqlite3.Connection:
    """A connection of the standard library's module."""
    connection = sqlite3.connect(path, isolation_level=None)
    for name, value in PRAGMAS.items():
        connection.execute(f"pragma {name} = {value}")
    return connection


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    contacts: int
    calls: int
    """Of what takes microseconds."""
    rows: int
    """That are created at once."""
    rounds: int = 9


class Specimen:
    """A store of contacts and accounts in a folder that is gone in the end."""

    def __init__(self, extent: Extent) -> None:
        """Fills it."""
        self._folder = tempfile.TemporaryDirectory()
        self.extent = extent
        self.path = self.file("store.db")
        self.crm = crmkit.open(self.path, durability="fast")
        accounts = extent.contacts // 200 + 1
        self.accounts = self.crm.accounts.create_many(
            {"name": f"Account {number}"} for number in range(accounts)
        )
        self.contacts = self.crm.contacts.create_many(
            persons(extent.contacts, 0, self.accounts), fields=FIELDS
        )

    def file(self, name: str) -> Path:
        """A place in the folder."""
        return Path(self._folder.name) / name

    def copy(self, name: str) -> Path:
        """The same store in a file of its own."""
        path = self.file(name)
        for suffix in ("", "-wal", "-shm"):
            path.with_name(name + suffix).unlink(missing_ok=True)
        self.crm.backup(path)
        return path

    def some(self, kind: list[int], count: int) -> list[int]:
        """Ids by chance, the same each time."""
        return random.Random(5).choices(kind, k=count)

    def __enter__(self) -> Specimen:
        """For a with statement."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Closes the store and removes the folder."""
        self.crm.close()
        shutil.rmtree(self._folder.name, ignore_errors=True)
