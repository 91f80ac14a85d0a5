"""Transactions as with statements; history and undo."""

from __future__ import annotations

import gc
import threading

import pytest

import crmkit


def names(me: crmkit.Session | crmkit.Crm) -> list[str]:
    return [account.name for account in me.accounts.where().order_by("name")]


def test_a_transaction_keeps_all_or_nothing(me: crmkit.Session) -> None:
    with me.transaction():
        me.accounts.create(name="a")
        me.accounts.create(name="b")
        assert names(me) == ["a", "b"]
    failure = RuntimeError("stop")
    with pytest.raises(RuntimeError) as raised, me.transaction():
        me.accounts.create(name="c")
        raise failure
    assert raised.value is failure
    assert names(me) == ["a", "b"]


def test_transactions_nest(me: crmkit.Session) -> None:
    with me.transaction():
        me.accounts.create(name="a")
        with pytest.raises(crmkit.ValidationError), me.transaction():
            me.accounts.create(name="b")
            me.accounts.create(name="")
        with me.transaction() as inner:
            me.accounts.create(name="c")
            inner.rollback()
            assert names(me) == ["a"]
        with me.transaction():
            me.accounts.create(name="d")
    assert names(me) == ["a", "d"]


def test_others_see_nothing_before_the_end(crm: crmkit.Crm, me: crmkit.Session) -> None:
    other = crm.as_user(crm.ensure_user("B", "b@example.com"))
    seen: list[list[str]] = []

    def look() -> None:
        seen.append(names(other))

    with me.transaction():
        me.accounts.create(name="a")
        thread = threading.Thread(target=look)
        thread.start()
        # A store in memory may let readers wait for the writer; a file's readers go on.
        thread.join(0.2)
    thread.join(10)
    assert not thread.is_alive()
    assert seen in ([[]], [["a"]])
    look()
    assert seen[-1] == ["a"]


def test_a_read_transaction_sees_one_state(crm: crmkit.Crm, me: crmkit.Session) -> None:
    me.accounts.create(name="a")
    with me.read_transaction():
        assert names(me) == ["a"]
        assert names(me) == ["a"]
        with pytest.raises(crmkit.InvalidArgument, match="read transaction"):
            me.accounts.create(name="b")
    me.accounts.create(name="b")
    assert names(crm) == ["a", "b"]


def test_transactions_end_once_and_in_order(me: crmkit.Session) -> None:
    outer = me.transaction()
    with pytest.raises(crmkit.InvalidArgument, match="entered"):
        outer.__exit__(None, None, None)
    outer.__enter__()
    with pytest.raises(crmkit.InvalidArgument, match="once"):
        outer.__enter__()
    inner = me.transaction()
    inner.__enter__()
    with pytest.raises(crmkit.InvalidArgument, match="inside"):
        outer.__exit__(None, None, None)
    inner.__exit__(None, None, None)
    outer.__exit__(None, None, None)
    outer.__exit__(None, None, None)  # does nothing more
    me.accounts.create(name="a")


def test_a_dropped_transaction_is_undone(me: crmkit.Session) -> None:
    def leave_open() -> None:
        outer = me.transaction()
        outer.__enter__()
        inner = me.transaction()
        inner.__enter__()
        me.accounts.create(name="a")

    leave_open()
    gc.collect()
    assert names(me) == []
    with me.transaction():
        me.accounts.create(name="b")
    assert names(me) == ["b"]


def test_another_thread_cannot_end_a_transaction(me: crmkit.Session) -> None:
    caught: list[BaseException] = []
    scope = me.transaction()
    scope.__enter__()

    def end() -> None:
        try:
            scope.__exit__(None, None, None)
        except crmkit.InvalidArgument as error:
            caught.append(error)

    thread = threading.Thread(target=end)
    thread.start()
    thread.join(10)
    assert len(caught) == 1
    scope.__exit__(None, None, None)


def test_two_sessions_of_a_thread_cannot_write_inside_each_other(
    crm: crmkit.Crm, me: crmkit.Session
) -> None:
    with me.transaction():
        me.accounts.create(name="a")
        with pytest.raises(crmkit.Busy) as raised:
            crm.accounts.create(name="b")
        assert isinstance(raised.value, TimeoutError)
    assert names(me) == ["a"]


def test_history_tells_who_changed_what(me: crmkit.Session, user: crmkit.User) -> None:
    acme = me.accounts.create(name="Acme")
    me.accounts.update(acme.id, name="Acme Steel", rating="hot")
    created, updated = me.history(acme)
    assert (created.kind, updated.kind) == ("created", "updated")
    assert (updated.actor, updated.entity, updated.record) == (user.id, "account", acme.id)
    assert updated.position > created.position
    assert updated.at.tzinfo is not None
    assert {(c.field, c.before, c.after) for c in updated.fields} == {
        ("name", "Acme", "Acme Steel"),
        ("rating", None, "hot"),
    }
    assert me.changes_since(created.position) == [created, updated]
    assert me.changes_since(updated.position, limit=1) == [updated]
    assert me.changes_since(updated.position + 1) == []
    assert me.history(acme.id) == me.history(crmkit.Link.to(acme)) == [created, updated]


def test_the_origin_of_a_session_stands_in_the_history(crm: crmkit.Crm, user: crmkit.User) -> None:
    importer = crm.as_user(user, origin="nightly import")
    acme = importer.accounts.create(name="Acme")
    assert importer.history(acme)[0].origin == "nightly import"
    system = crm.accounts.create(name="x")
    assert crm.history(system)[0].actor is None


def test_undo(me: crmkit.Session) -> None:
    acme = me.accounts.create(name="Acme")
    me.accounts.update(acme.id, name="Other")
    change = me.history(acme)[-1]
    me.undo(change.position)
    assert me.accounts.get(acme.id).name == "Acme"
    me.accounts.update(acme.id, name="Third")
    with pytest.raises(crmkit.Conflict) as raised:
        me.undo(change.position)
    assert raised.value.problems[0].field == "name"
    with pytest.raises(crmkit.NotFound):
        me.undo(10**9)
