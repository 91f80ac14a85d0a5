"""Hooks of Python around the writes of the engine."""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Callable
from typing import Any

import pytest

import crmkit
from crmkit import Account, HistoryEntry, WriteEvent


def test_a_before_hook_may_change_the_record(crm: crmkit.Crm, me: crmkit.Session) -> None:
    seen: list[tuple[str, str, str | None, str]] = []

    def tidy(event: WriteEvent) -> None:
        before = event.before.name if event.before else None
        seen.append((event.entity, event.kind, before, event.record.name))
        event.record.name = event.record.name.strip()

    crm.before_write("account", tidy)
    acme = me.accounts.create(name="  Acme ")
    assert acme.name == "Acme"
    me.contacts.create(last_name="x")
    assert me.accounts.update(acme, name=" Acme Steel").name == "Acme Steel"
    me.accounts.delete(acme)
    assert seen == [
        ("account", "created", None, "  Acme "),
        ("account", "updated", "Acme", " Acme Steel"),
        ("account", "deleted", "Acme Steel", "Acme Steel"),
    ]


@pytest.mark.parametrize("register", ["before_write", "after_write"])
@pytest.mark.parametrize(
    "failure", [RuntimeError("defect"), crmkit.Vetoed("not on a Sunday"), KeyboardInterrupt()]
)
def test_what_a_hook_raises_reaches_the_caller_as_it_is(
    crm: crmkit.Crm, me: crmkit.Session, register: str, failure: BaseException
) -> None:
    def refuse(event: WriteEvent) -> None:
        if event.record.name == "bad":
            raise failure

    getattr(crm, register)(Account, refuse)
    for write in (
        lambda: me.accounts.create(name="bad"),
        lambda: me.accounts.create_many([{"name": "good"}, {"name": "bad"}]),
        lambda: me.accounts.upsert(system="s", key="k", name="bad"),
    ):
        with pytest.raises(type(failure)) as raised:
            write()
        assert raised.value is failure
    assert me.accounts.where().all() == []
    me.accounts.create(name="good")


def test_a_veto_is_a_refused_row_and_a_defect_is_not(crm: crmkit.Crm, me: crmkit.Session) -> None:
    def refuse(event: WriteEvent) -> None:
        if event.record.name == "bad":
            raise crmkit.Vetoed("no")
        if event.record.name == "worse":
            raise RuntimeError("defect")

    crm.before_write(None, refuse)
    results = me.accounts.create_many([{"name": "a"}, {"name": "bad"}], mode="good_rows")
    assert isinstance(results[1], crmkit.Vetoed)
    assert str(results[1]) == "no"
    with pytest.raises(RuntimeError):
        me.accounts.create_many([{"name": "b"}, {"name": "worse"}], mode="good_rows")
    assert [account.name for account in me.accounts.where()] == ["a"]


def test_a_hook_writes_in_the_same_transaction(crm: crmkit.Crm, me: crmkit.Session) -> None:
    def note(event: WriteEvent) -> None:
        if event.kind == "created":
            assert event.session.actor == me.actor
            event.session.tags.create(name=f"of {event.record.name}")

    crm.after_write(Account, note)
    me.accounts.create(name="Acme")
    with pytest.raises(RuntimeError), me.transaction():
        me.accounts.create(name="Globex")
        raise RuntimeError
    assert [tag.name for tag in me.tags.where()] == ["of Acme"]


def test_hooks_that_call_each_other_forever_are_stopped(
    crm: crmkit.Crm, me: crmkit.Session
) -> None:
    crm.after_write("tag", lambda event: event.session.tags.create(name=event.record.name + "x"))
    with pytest.raises(crmkit.LimitExceeded):
        me.tags.create(name="x")
    assert me.tags.where().all() == []


def test_an_event_ends_with_its_hook(crm: crmkit.Crm, me: crmkit.Session) -> None:
    kept: list[WriteEvent] = []
    crm.before_write("account", kept.append)
    me.accounts.create(name="Acme")
    assert kept[0].record.name == "Acme"
    for name in ("session", "before", "kind", "entity"):
        with pytest.raises(crmkit.InvalidArgument, match="returned"):
            getattr(kept[0], name)


def test_commit_hooks_see_what_was_kept(
    crm: crmkit.Crm, me: crmkit.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[HistoryEntry] = []
    crm.after_commit(seen.append)
    acme = me.accounts.create(name="Acme")
    with me.transaction():
        me.accounts.update(acme, rating="hot")
        assert len(seen) == 1
        with pytest.raises(RuntimeError), me.transaction():
            me.accounts.create(name="never")
            raise RuntimeError
    assert [entry.kind for entry in seen] == ["created", "updated"]
    assert seen == me.history(acme)

    unraisable: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", unraisable.append)
    failure = RuntimeError("too late")

    def fail(_: HistoryEntry) -> None:
        raise failure

    crm.after_commit(fail)
    me.accounts.create(name="Globex")
    assert [problem.exc_value for problem in unraisable] == [failure]


def test_hooks_can_be_removed(crm: crmkit.Crm, me: crmkit.Session) -> None:
    seen: list[WriteEvent] = []
    hook = crm.before_write("account", seen.append)
    me.accounts.create(name="a")
    crm.remove_hook(hook)
    me.accounts.create(name="b")
    assert len(seen) == 1
    with pytest.raises(crmkit.NotFound):
        crm.remove_hook(hook)
    with pytest.raises(TypeError, match="callable"):
        crm.before_write("account", 5)  # type: ignore[arg-type]
    with pytest.raises(crmkit.NotFound, match="nearest is 'account'"):
        crm.before_write("acount", seen.append)


def test_closing_lets_go_of_the_hooks() -> None:
    class Counter:
        def __call__(self, _: object) -> None:
            """Counts nothing; its end is what is watched."""

    crm = crmkit.open_memory()
    counter: Callable[[object], None] = Counter()
    gone = weakref.ref(counter)
    crm.before_write("account", counter)
    crm.after_commit(counter)
    del counter
    gc.collect()
    assert gone() is not None
    crm.close()
    gc.collect()
    assert gone() is None
