"""A process that is forked while a store is open: it is told so, and its parent goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import crmkit

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork() here")


def error_in_child(work: Callable[[], object]) -> str:
    """The error that `work` ends with in a forked child, as "code: message"."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work()
            told = "no error"
        except crmkit.Error as error:
            told = f"{error.code}: {error}"
        except BaseException as error:  # the child must not go on with the tests
            told = repr(error)
        os.write(writing, told.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = pipe.read()
    assert os.waitpid(child, 0)[1] == 0
    return told


def is_refused_in_child(work: Callable[[], object]) -> bool:
    """Whether `work` fails in a child because the store belongs to the parent."""
    told = error_in_child(work)
    return told.startswith("invalid_argument: ") and "forked" in told


def test_a_child_is_refused_every_use_and_the_parent_goes_on(
    crm: crmkit.Crm, me: crmkit.Session, user: crmkit.User, tmp_path: Path
) -> None:
    acme = me.accounts.create(name="Acme")
    query = me.accounts.where("name = 'Acme'")
    uses: list[Callable[[], object]] = [
        lambda: crm.accounts.create(name="B"),
        lambda: crm.as_user(user),
        lambda: crm.check_integrity(),
        lambda: crm.backup(tmp_path / "backup.db"),
        lambda: me.accounts.create(name="B"),
        lambda: me.accounts.get(acme.id),
        lambda: me.accounts.update(acme.id, name="B"),
        lambda: me.accounts.delete(acme.id),
        lambda: me.accounts.search("acme"),
        lambda: me.transaction().__enter__(),
        query.all,
        query.count,
    ]
    for use in uses:
        assert is_refused_in_child(use)
        assert me.accounts.update(acme.id, name="Acme").name == "Acme"
    assert query.all() == [me.accounts.get(acme.id)]
    assert me.accounts.create(name="B").version == 1
    assert crm.check_integrity() == []


def test_a_child_cannot_open_the_parents_file_but_another(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with crmkit.open(path, durability="fast") as crm:
        assert is_refused_in_child(lambda: crmkit.open(path))
        assert error_in_child(lambda: crmkit.open(tmp_path / "own.db").close()) == "no error"
        crm.accounts.create(name="Acme")
    assert error_in_child(lambda: crmkit.open(path).close()) == "no error"


def test_a_child_may_end_as_any_program_does(tmp_path: Path) -> None:
    """It lets go of what it inherited, which takes nothing from the parent."""
    program = """if True:
        import os, sys, crmkit
        crm = crmkit.open(sys.argv[1])
        me = crm.as_user(crm.ensure_user("Ada", "ada@example.com"))
        me.accounts.create(name="Before")
        child = os.fork()
        if child == 0:
            crm.close()
            sys.exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        me.accounts.create(name="After")
        assert me.accounts.where().count() == 2
        assert crm.check_integrity() == []
    """
    subprocess.run([sys.executable, "-c", program, tmp_path / "store.db"], check=True, timeout=60)
