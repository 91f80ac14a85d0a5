"""Ctrl-C: what takes long in the library ends, and leaves what a failed call leaves."""

from __future__ import annotations

import contextlib
import gc
import itertools
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import crmkit

PLAN: dict[str, Any] = {
    "entity": "contact",
    "batch_size": 500,
    "columns": [{"column": "name", "field": "last_name"}],
}


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """Where the tests run in the background, Ctrl-C is ignored from the start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def ctrl_c_by(work: Callable[[], object]) -> Iterator[None]:
    """Runs a function in another thread, which ends with Ctrl-C or has pressed it before."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    thread.join(60)
    assert not thread.is_alive()


@contextlib.contextmanager
def ctrl_c_after(event: threading.Event) -> Iterator[None]:
    """Presses Ctrl-C once the event has happened."""

    def press() -> None:
        assert event.wait(60)
        signal.raise_signal(signal.SIGINT)

    with ctrl_c_by(press):
        yield


class ToldPath(os.PathLike[str]):
    """A path that tells when it is looked at."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.was_read = threading.Event()

    def __fspath__(self) -> str:
        self.was_read.set()
        return str(self.path)


def test_ctrl_c_ends_an_import(tmp_path: Path) -> None:
    most = 200_000
    pipe = tmp_path / "names.csv"
    os.mkfifo(pipe)

    def write_on(crm: crmkit.Crm) -> None:
        was_pressed = False
        with contextlib.suppress(BrokenPipeError), pipe.open("w") as file:
            file.write("name\n")
            for start in range(0, most, 1000):
                file.writelines(f"Name {number}\n" for number in range(start, start + 1000))
                file.flush()
                if not was_pressed and crm.contacts.where().first() is not None:
                    was_pressed = True
                    signal.raise_signal(signal.SIGINT)

    with crmkit.open(tmp_path / "a.db", durability="fast") as crm:
        with ctrl_c_by(lambda: write_on(crm)), pytest.raises(KeyboardInterrupt):
            crm.exchange.import_csv(pipe, plan=PLAN)
        assert 0 < crm.contacts.where().count() < most
        assert crm.check_integrity() == []


def test_ctrl_c_ends_an_export(tmp_path: Path) -> None:
    file = ToldPath(tmp_path / "out.csv")
    slow = "count(account.contacts where last_name contains 'zz')"
    with crmkit.open_memory() as crm:
        accounts = [crm.accounts.create(name=f"a{number}") for number in range(10)]
        crm.contacts.create_many(
            {"last_name": f"c{number}", "account": accounts[number % 10]} for number in range(3000)
        )
        with ctrl_c_after(file.was_read), pytest.raises(KeyboardInterrupt):
            crm.exchange.export_csv(file, entity="contact", columns=[slow])
        assert not file.path.exists()
        assert crm.contacts.where().count() == 3000  # the session goes on


def test_ctrl_c_ends_a_bulk_load() -> None:
    begun = threading.Event()

    def first() -> Iterator[dict[str, Any]]:
        begun.set()
        yield {"name": "first"}

    # No code of Python's runs between the others, which would see the signal by itself.
    rows = itertools.chain(first(), itertools.repeat({"name": "a"}, 200_000))
    with crmkit.open_memory() as crm:
        with ctrl_c_after(begun), pytest.raises(KeyboardInterrupt):
            crm.accounts.create_many(rows)
        assert crm.accounts.where().count() == 0


def test_ctrl_c_ends_reading_all_records() -> None:
    most = 30_000
    begun = threading.Event()
    read: list[int] = []

    def look(_number: int, _frame: FrameType | None) -> None:
        """Finds the list that all() is filling."""
        read.extend(
            len(found)
            for found in gc.get_objects()
            if type(found) is list and found and isinstance(found[0], crmkit.Account)
        )
        raise KeyboardInterrupt

    with crmkit.open_memory() as crm:
        crm.accounts.create_many({"name": f"a{number}"} for number in range(most))
        before = signal.signal(signal.SIGINT, look)
        try:
            with ctrl_c_after(begun), pytest.raises(KeyboardInterrupt):
                begun.set()
                crm.accounts.where().all()
        finally:
            signal.signal(signal.SIGINT, before)
        assert most not in read
        assert crm.accounts.where().first() is not None
