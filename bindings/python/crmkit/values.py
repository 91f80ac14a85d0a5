"""Plain values that crmkit gives back: pages, history, descriptions of fields."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Generic, Literal, TypeVar, overload

R = TypeVar("R")


@dataclass(frozen=True)
class Page(Sequence[R], Generic[R]):
    """One page of a query."""

    records: tuple[R, ...]
    next: str | None
    """Where the next page starts, for page(after=…); None on the last one."""

    def __len__(self) -> int:
        """How many records are on it."""
        return len(self.records)

    def __iter__(self) -> Iterator[R]:
        """Walks over its records."""
        return iter(self.records)

    @overload
    def __getitem__(self, index: int) -> R: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[R, ...]: ...
    def __getitem__(self, index: int | slice) -> R | tuple[R, ...]:
        """The record at a place of the page."""
        return self.records[index]


@dataclass(frozen=True)
class Progress:
    """How far an import or an export is."""

    records: int
    """Records that are written; rows of an import that were looked at."""
    bytes: int
    """Of the file, that were read or written."""
    total_bytes: int | None
    """Of a file that is read; None where its size is not known."""


@dataclass(frozen=True)
class FieldChange:
    """One field's change. None means that it was, or became, empty."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class HistoryEntry:
    """One committed change of one record."""

    position: int
    """Counts up over the whole store without a gap; names the change, for undo()."""
    at: datetime
    actor: int | None
    """The user who did it; None for the library itself."""
    origin: str
    """ "session", "import", "undo", or the origin the session was opened with."""
    cause: int
    """The position of the change that this one follows from; 0 for none."""
    entity: str
    record: int
    kind: Literal["created", "updated", "deleted", "restored"]
    version: int
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True)
class Field:
    """What is declared about one field."""

    name: str
    type: str
    """Such as "text", "money", "reference": see docs/reference/entities.md."""
    help: str
    required: bool
    unique: bool
    searchable: bool
    read_only: bool
    computed: bool
    nullable: bool
    privacy: str
    max_length: int | None = None
    """Longest text in characters."""
    labels: tuple[str, ...] = ()
    """The labels of an enumeration."""
    targets: tuple[str, ...] = ()
    """What a reference may lead to: names of entities, or ("any",)."""


def _field(declared: Mapping[str, Any]) -> Field:
    known = {name: declared[name] for name in Field.__dataclass_fields__ if name in declared}
    for name in ("labels", "targets"):
        known[name] = tuple(known.get(name, ()))
    return Field(**known)


class FieldsOfClass:
    """The attribute `fields` of every class of crmkit's; read when it is first asked for."""

    def __init__(self) -> None:
        """Knows no class yet."""
        self._known: dict[type, Mapping[str, Field]] = {}

    def __get__(self, instance: object, owner: type) -> Mapping[str, Field]:
        """The declared fields of the class, or of the object's class, by name and in order."""
        if owner not in self._known:
            from crmkit._crmkit import describe

            try:
                declared = json.loads(describe(owner))["fields"]
            except TypeError as error:  # Record and Structure: help() and the like ask them too
                raise AttributeError(f"{owner.__name__} has no fields of its own") from error
            self._known[owner] = MappingProxyType({row["name"]: _field(row) for row in declared})
        return self._known[owner]
