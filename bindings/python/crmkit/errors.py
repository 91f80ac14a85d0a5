"""The exceptions of crmkit: one class for each error code, all of them under `Error`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

by_code: dict[str, type[Error]] = {}
"""The class of each code, as the C++ library names it: by_code["not_found"] is NotFound."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with one value. What is unknown is empty, or 0."""

    entity: str = ""
    """Name of the entity, such as "opportunity"."""
    field: str = ""
    """Name of the field, such as "close_date"."""
    value: str = ""
    """The offending value as text, shortened to a readable length."""
    message: str = ""
    """What is wrong and what would be right."""
    line: int = 0
    """Line of a file or text, from 1."""
    column: int = 0
    """Column on that line in bytes, from 1."""


class Error(Exception):
    """Base of everything that crmkit raises. A failed call leaves no trace in the store."""

    code: ClassVar[str] = "internal"
    """The stable name of the failure, the same as in C++ and C."""
    problems: tuple[Problem, ...]
    """Everything that is wrong, in the order of the fields; empty when it is not about values."""
    row: int | None
    """Bulk calls: which row was refused, from 0."""

    def __init__(self, message: str = "", problems: Iterable[Problem] = ()) -> None:
        """Host code may raise any of them too: raise crmkit.Vetoed("not on a Sunday")."""
        super().__init__(message)
        self.problems = tuple(problems)
        self.row = None

    def __init_subclass__(cls, code: str | None = None, **keywords: Any) -> None:
        """Registers the class of a code; without one, it is a special case of its base's."""
        super().__init_subclass__(**keywords)
        if code is not None:
            cls.code = code
            by_code[code] = cls

    def __str__(self) -> str:
        """The message alone, also where the other base would quote it."""
        return str(self.args[0]) if self.args else ""

    def __reduce__(self) -> tuple[Any, ...]:
        """Keeps problems and row through pickling."""
        return type(self), (str(self), self.problems), {**self.__dict__}


class InvalidArgument(Error, ValueError, code="invalid_argument"):
    """The call itself is wrong: a closed store, a bad option, a transaction ended twice."""


class ValidationError(Error, ValueError, code="validation"):
    """One or more field values are refused; `problems` has them all."""


class NotFound(Error, KeyError, code="not_found"):
    """No such record, entity, field or operation."""


class UnknownField(NotFound, TypeError):
    """A keyword or key is not the name of a field; the message names the nearest one."""


class Conflict(Error, code="conflict"):
    """The record has been changed since it was read: read it again."""


class Duplicate(Error, code="duplicate"):
    """A unique key is taken, or an upsert key matches several records."""


class Restricted(Error, code="restricted"):
    """Other records refer to this one, and their rule forbids deleting it."""


class IllegalTransition(Error, ValueError, code="illegal_transition"):
    """The state machine has no such move."""


class PermissionDenied(Error, code="permission_denied"):
    """The actor may not do this."""


class Vetoed(Error, code="vetoed"):
    """A hook of the host refused the change."""


class ExpressionError(Error, ValueError, code="expression"):
    """An expression does not parse or does not type-check; `problems` has line and column."""


class MalformedText(Error, ValueError, code="syntax"):
    """A file or text, such as CSV or JSON, is malformed; `problems` has line and column."""


class LimitExceeded(Error, code="limit"):
    """A limit on size, depth or steps was passed."""


class Cancelled(Error, code="cancelled"):
    """The caller asked to stop."""


class Busy(Error, TimeoutError, code="busy"):
    """Another connection, or another session of this thread, held the lock for too long."""


class ReadOnly(Error, code="read_only"):
    """The store or its file may not be written."""


class DiskFull(Error, OSError, code="disk_full"):
    """There is no space left; nothing of the command was kept."""


class InputOutputError(Error, OSError, code="io"):
    """The operating system reported a failure to read or write."""


class Corrupt(Error, code="corrupt"):
    """The file is not a crmkit store, or is damaged."""


class NewerSchema(Error, code="newer_schema"):
    """The file was written by a newer crmkit."""


class TwoSqlites(Error, code="two_sqlites"):
    """A second copy of SQLite is loaded in this process; the two would lose each other's locks."""


class OutOfMemory(Error, MemoryError, code="out_of_memory"):
    """An allocation failed; nothing of the command was kept."""


class Unsupported(Error, NotImplementedError, code="unsupported"):
    """What was asked is beyond this backend or build."""


class InternalError(Error, RuntimeError, code="internal"):
    """A defect in crmkit; please report it."""
