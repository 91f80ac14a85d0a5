"""Several threads: a Crm for all of them, sessions of their own, and one session for several."""

from __future__ import annotations

import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import crmkit


@pytest.fixture(autouse=True)
def switch_often() -> Iterator[None]:
    """Lets threads take turns a thousand times as often as usual."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    yield
    sys.setswitchinterval(usual)


def in_threads(count: int, work: Callable[[int], object]) -> None:
    with ThreadPoolExecutor(count) as pool:
        for future in [pool.submit(work, number) for number in range(count)]:
            future.result(timeout=60)


def test_threads_write_through_one_crm(crm: crmkit.Crm) -> None:
    def work(number: int) -> None:
        for i in range(25):
            made = crm.accounts.create(name=f"{number}-{i}")
            assert crm.accounts.get(made.id) == made

    in_threads(8, work)
    assert crm.accounts.where().count() == 200
    assert crm.check_integrity() == []


def test_threads_share_one_session(me: crmkit.Session) -> None:
    acme = me.accounts.create(name="Acme", number_of_employees=0)

    def work(_: int) -> None:
        for _i in range(25):
            with me.transaction():
                read = me.accounts.get(acme.id)
                read.number_of_employees = (read.number_of_employees or 0) + 1
                me.accounts.update(read)

    in_threads(6, work)
    assert me.accounts.get(acme.id).number_of_employees == 150


def test_threads_with_sessions_of_their_own_read_while_one_writes(tmp_path: Path) -> None:
    with crmkit.open(tmp_path / "a.db", durability="fast") as crm:
        user = crm.ensure_user("A", "a@example.com")
        crm.accounts.create_many({"name": f"a{number}"} for number in range(500))
        done = threading.Event()

        def write(_: int) -> None:
            me = crm.as_user(user)
            for number in range(100):
                me.accounts.create(name=f"b{number}")
            done.set()

        def read(_: int) -> None:
            me = crm.as_user(user)
            least = 500
            while not done.is_set():
                count = sum(1 for _ in me.accounts.where())
                assert count >= least
                least = count

        in_threads(4, lambda number: write(number) if number == 0 else read(number))
        assert crm.accounts.where().count() == 600


def test_one_iterator_and_several_threads(me: crmkit.Session) -> None:
    me.accounts.create_many({"name": f"a{number}"} for number in range(2000))
    walk = iter(me.accounts.where())
    found: list[int] = []

    def work(_: int) -> None:
        while True:
            try:
                account = next(walk, None)
            except ValueError:  # another thread is reading the next batch
                continue
            if account is None:
                return
            found.append(account.id)

    in_threads(4, work)
    assert len(found) == len(set(found)) == 2000


def test_dropping_a_walk_never_waits_for_another_thread(me: crmkit.Session) -> None:
    me.accounts.create_many({"name": f"a{number}"} for number in range(500))
    walk = iter(me.accounts.where())
    next(walk)
    entered = threading.Event()
    leave = threading.Event()

    def hold(_: int) -> None:
        with me.transaction():
            entered.set()
            assert leave.wait(30)

    def drop(_: int) -> None:
        nonlocal walk
        assert entered.wait(30)
        del walk
        leave.set()

    in_threads(2, lambda number: hold(number) if number == 0 else drop(number))
    me.accounts.create(name="x")
    assert me.accounts.where().count() == 501


def test_others_run_while_the_store_waits(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with crmkit.open(path, busy_timeout=30) as crm:
        crm.accounts.create(name="a")
        other = sqlite3.connect(path)
        other.execute("begin immediate")
        started = threading.Event()

        def write() -> None:
            started.set()
            crm.accounts.create(name="b")

        thread = threading.Thread(target=write)
        thread.start()
        assert started.wait(30)
        time.sleep(0.05)  # by now it waits for the lock, which only this thread can release
        other.rollback()
        other.close()
        thread.join(20)
        assert not thread.is_alive()
        assert crm.accounts.where().count() == 2


def test_hooks_run_in_the_thread_that_writes(crm: crmkit.Crm) -> None:
    seen: list[tuple[int, str]] = []
    lock = threading.Lock()

    def note(event: crmkit.WriteEvent) -> None:
        with lock:
            seen.append((threading.get_ident(), event.record.name))

    crm.before_write("account", note)
    threads: dict[str, int] = {}

    def work(number: int) -> None:
        threads[str(number)] = threading.get_ident()
        for _ in range(10):
            crm.accounts.create(name=str(number))

    in_threads(4, work)
    assert len(seen) == 40
    assert all(threads[name] == thread for thread, name in seen)


def test_closing_while_others_work(tmp_path: Path) -> None:
    crm = crmkit.open(tmp_path / "a.db", durability="fast")
    started = threading.Barrier(5)

    def work(number: int) -> None:
        if number == 0:
            started.wait()
            crm.close()
            return
        started.wait()
        with pytest.raises(crmkit.InvalidArgument, match="closed"):
            while True:
                crm.accounts.create(name="x")
                for _ in crm.accounts.where().limit(50):
                    pass

    in_threads(5, work)
    with crmkit.open(tmp_path / "a.db") as again:
        assert again.check_integrity() == []


def test_many_short_threads_leave_nothing_behind(crm: crmkit.Crm) -> None:
    for number in range(50):
        thread = threading.Thread(target=crm.tags.create, kwargs={"name": f"t{number}"})
        thread.start()
        thread.join()
    assert crm.tags.where().count() == 50
