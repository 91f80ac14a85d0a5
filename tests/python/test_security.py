"""Hostile texts through every text parameter: values, or refused, and the store is unharmed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest

import crmkit

PAYLOADS = Path(__file__).resolve().parents[2] / "tests/security/payloads.txt"
REFUSALS = (
    crmkit.ValidationError,
    crmkit.ExpressionError,
    crmkit.NotFound,
    crmkit.InvalidArgument,
    crmkit.UnknownField,
    crmkit.MalformedText,
    AttributeError,
)


def hostile_texts() -> list[str]:
    lines = [line for line in PAYLOADS.read_text("ascii").split("\n") if line and line[0] != "#"]
    return [line.encode().decode("unicode_escape").encode("latin-1").decode() for line in lines]


def rows_of(path: Path) -> dict[str, int]:
    """The tables of a store, each with how many rows it has."""
    database = sqlite3.connect(path)
    tables = [
        name
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE TABLE%'"
        )
    ]
    counts = {
        name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables
    }
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()
    return counts


class UndoError(Exception):
    """Ends a transaction without keeping it."""


@contextmanager
def undone(me: crmkit.Session) -> Iterator[None]:
    try:
        with me.transaction():
            yield
            raise UndoError
    except UndoError:
        pass


@contextmanager
def refused_without_tables(text: str) -> Iterator[None]:
    """A refusal is all right here, but must not name a table that the text does not."""
    refusal = ""
    try:
        yield
    except REFUSALS as error:
        refusal = str(error)
    assert "crm_" in text or "crm_" not in refusal


def test_the_corpus_is_that_of_every_language() -> None:
    texts = hostile_texts()
    assert len(set(texts)) == len(texts) >= 500
    assert all(0 < len(text.encode()) <= 64 and "\0" not in text for text in texts)


def keep(me: crmkit.Session, given: str) -> None:
    stored = me.accounts.create(name=given, description=given)
    text = normalize("NFC", given)
    assert (stored.name, stored.description) == (text, text)
    again = me.accounts.get(stored.id)
    assert again == stored
    assert me.accounts.update(stored.id, name="Acme", description=text).description == text
    assert me.accounts.where("name = :text", text=text).all() == []
    entry = me.history(stored.id)[0]
    assert text in [change.after for change in entry.fields]


def from_json(me: crmkit.Session, text: str) -> None:
    record = crmkit.Account.from_json(crmkit.Account(name=text).to_json())
    assert me.accounts.create(record).name == normalize("NFC", text)
    crmkit.Account.from_json(text)


def other_types(me: crmkit.Session, text: str) -> None:
    values: dict[str, Any] = {
        "annual_revenue": text,
        "number_of_employees": text,
        "parent_account": text,
        "owner": text,
        "state": text,
    }
    if not text.strip():
        return  # a blank text is no value
    for name, value in values.items():
        with pytest.raises((crmkit.ValidationError, TypeError)):
            me.accounts.create(name="Acme", **{name: value})


def keys(me: crmkit.Session, text: str) -> None:
    first, _ = me.accounts.upsert(system=text, key=text, name="Acme")
    same, action = me.accounts.upsert(system=text, key=text, name="Globex")
    assert (same.id, action) == (first.id, "updated")


def names(me: crmkit.Session, text: str) -> None:
    acting: Any = me
    calls: list[Callable[[], object]] = [
        lambda: acting.table(text),
        lambda: acting.accounts.create(**{text: "x"}),
        lambda: acting.accounts.update(1, **{text: "x"}),
        lambda: getattr(acting.sales, text),
        lambda: acting.accounts.where("name = 'x'", **{text: "x"}).all(),
        lambda: acting.accounts.where().page(after=text),
        lambda: acting.accounts.create_many([("x",)], fields=[text]),
    ]
    for call in calls:
        with pytest.raises((*REFUSALS, TypeError)):
            call()


def expressions(me: crmkit.Session, text: str) -> None:
    calls: list[Callable[[], object]] = [
        lambda: me.accounts.where(text).all(),
        lambda: me.accounts.where(f"name = '{text}'").all(),
        lambda: me.accounts.where().order_by(text).all(),
        lambda: me.accounts.aggregate(text),
        lambda: me.accounts.aggregate("count() by " + text),
        lambda: me.sales.win_rate(by=text),
        lambda: me.sales.win_rate(where=text),
    ]
    for call in calls:
        with refused_without_tables(text):
            call()


def values(me: crmkit.Session, text: str) -> None:
    for query in ("name = :x", "name like :x", "name contains :x", "owner.name = :x"):
        me.accounts.where(query, x=text).all()
    me.accounts.aggregate("count() where name = :x", x=text)
    me.accounts.search(text)


def operations(me: crmkit.Session, text: str) -> None:
    sales: Any = me.sales
    deal = me.opportunities.create(name=text, competitors=[text, "Them"])
    assert me.opportunities.get(deal).competitors == [text, "Them"]
    sales.lose_opportunity(deal, reason=text, notes=text, competitor=text)
    stored = me.opportunities.get(deal)
    kept = normalize("NFC", text)
    assert (stored.lost_reason, stored.name) == (kept, kept)
    if not text.strip():
        return  # the same as none given
    calls: list[Callable[[], object]] = [
        lambda: sales.create_pipeline_from_template(template_key=text),
        lambda: sales.base_currency(change_to=text),
        lambda: sales.weighted_forecast(period=text),
    ]
    for call in calls:
        with pytest.raises((*REFUSALS, TypeError)):
            call()


@pytest.mark.parametrize(
    "act", [keep, from_json, other_types, keys, names, expressions, values, operations]
)
def test_every_text_parameter(tmp_path: Path, act: Callable[[crmkit.Session, str], None]) -> None:
    path = tmp_path / "store.db"
    with crmkit.open(path, durability="fast") as crm:
        me = crm.as_user(crm.ensure_user("Ada", "ada@example.com"))
        bystander = me.accounts.create(name="Bystander", description="untouched")
        before = rows_of(path)
        for text in hostile_texts():
            with undone(me), refused_without_tables(text):
                act(me, text)
        assert rows_of(path) == before
        assert me.accounts.get(bystander.id) == bystander
        assert crm.check_integrity() == []


def test_names_of_users_and_origins(tmp_path: Path) -> None:
    with crmkit.open(tmp_path / "store.db", durability="fast") as crm:
        for number, text in enumerate(hostile_texts()):
            user = crm.ensure_user(text, f"user{number}@example.com")
            assert user.name == normalize("NFC", text)
            with pytest.raises(crmkit.ValidationError):
                crm.ensure_user("Somebody", text)
            session = crm.as_user(user, origin=text)
            account = session.accounts.create(name="Acme")
            assert session.history(account)[0].origin == text
        assert crm.check_integrity() == []
