"""How pickles of crmkit's objects are read.

In Python, because pickle does not find a function of an extension module where pybind11 is older.
"""

from __future__ import annotations

from typing import TypeVar

from crmkit import _crmkit

_S = TypeVar("_S", bound=_crmkit.Structure)


def restore(cls: type[_S], json: str, touched: tuple[str, ...]) -> _S:
    """Makes the object that was pickled; `touched` are the fields that were set on it."""
    return _crmkit.restore(cls, json, touched)
